// A question to the server about a weekend: what changed, or everything if that cannot be told.
import { Refused, type Answer, type Request } from './send.ts';
import type { Changes, Snapshot } from './types.ts';
import { fromSnapshot, withChanges, type Kept } from './weekend.ts';

type Call = <T>(method: string, path: string, request?: Request) => Promise<Answer<T>>;

export interface Told {
  kept: Kept;
  /** There is more to ask for. */
  hasMore: boolean;
  /** How many comments have come or gone; at least one if that is not known. */
  comments: number;
}

/** Ask what changed since `kept`; without it, or if its cursor is good no more, for everything. */
export async function askOnce(
  id: number,
  kept: Kept | null,
  call: Call,
  now: () => number,
): Promise<Told> {
  const changes = kept && (await changesSince(id, kept.cursor, call));
  if (!kept || !changes) {
    const { body } = await call<Snapshot>('GET', `/v1/events/${id}/snapshot`, { timeout: 30_000 });
    return { kept: fromSnapshot(body, now()), hasMore: false, comments: kept ? 1 : 0 };
  }
  const comments = changes.changes.filter((change) => change.kind === 'comment').length;
  const isNews = changes.cursor !== kept.cursor || changes.people.length > 0;
  const next = isNews ? withChanges(kept, changes, now()) : kept;
  return { kept: next, hasMore: changes.has_more, comments };
}

/** Null if the server wants a new snapshot to be taken, or does not know the cursor. */
async function changesSince(id: number, cursor: string, call: Call): Promise<Changes | null> {
  const path = `/v1/events/${id}/changes?limit=1000&since=${encodeURIComponent(cursor)}`;
  try {
    const { body } = await call<Changes>('GET', path);
    return body.reset ? null : body;
  } catch (error) {
    if (error instanceof Refused && error.status === 422) return null;
    throw error;
  }
}
