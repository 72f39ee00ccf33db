// Releases and incidents of this device that the server's state does not hold yet.
import type { Operation } from './operations.ts';
import type { Incident, Release } from './types.ts';

const RELEASES = /^\/v1\/sessions\/(\d+)\/releases$/;
const INCIDENTS = /^\/v1\/events\/(\d+)\/incidents$/;

/** The releases, with those that the server has given but not yet told as a change. */
export const withAnswered = (releases: Release[], operations: Operation[]): Release[] =>
  answered(RELEASES, releases, operations);

export const withAnsweredIncidents = (incidents: Incident[], operations: Operation[]): Incident[] =>
  answered(INCIDENTS, incidents, operations);

function answered<T extends { id: number }>(path: RegExp, known: T[], operations: Operation[]): T[] {
  const ids = new Set(known.map((one) => one.id));
  const fresh = operations
    .filter((one) => one.state === 'applied' && path.test(one.path))
    .map((one) => one.result as T | undefined)
    .filter((one) => one !== undefined && !ids.has(one.id)) as T[];
  return fresh.length ? [...known, ...fresh] : known;
}

/** The last release of a bike for a session that is not sent, or that was refused. */
export const releaseUnder = (
  operations: Operation[],
  sessionId: number,
  bikeId: number,
): Operation | undefined =>
  operations.findLast(
    (one) =>
      one.state !== 'applied' &&
      Number(RELEASES.exec(one.path)?.[1]) === sessionId &&
      one.body.bike_id === bikeId,
  );

/** The bikes whose crash is reported on this device and not sent yet. */
export const crashedUnder = (operations: Operation[]): Set<number> =>
  new Set(
    incidentsUnder(operations)
      .filter((one) => one.body.kind === 'crash')
      .map((one) => one.body.bike_id),
  );

export const incidentsUnder = (operations: Operation[]): Operation[] =>
  operations.filter((one) => one.state === 'waiting' && INCIDENTS.test(one.path));
