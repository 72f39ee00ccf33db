// A weekend as the server told it: a snapshot, and changes laid upon it. Plain functions.
import type { Bike, Changes, Incident, Person, RaceEvent, Release, Session, Snapshot, Task } from './types.ts';

export interface Weekend {
  event: RaceEvent;
  people: Map<number, Person>;
  bikes: Map<number, Bike>;
  sessions: Map<number, Session>;
  tasks: Map<number, Task>;
  releases: Map<number, Release>;
  incidents: Map<number, Incident>;
}

/** What the device keeps of a weekend. `asOf` is when the server was last heard, in ms. */
export interface Kept extends Weekend {
  cursor: string;
  asOf: number;
}

const LISTS = { bike: 'bikes', session: 'sessions', task: 'tasks', release: 'releases', incident: 'incidents' } as const;
type Kind = keyof typeof LISTS;

const byId = <T extends { id: number }>(rows: T[]): Map<number, T> =>
  new Map(rows.map((row) => [row.id, row]));

export function fromSnapshot(snapshot: Snapshot, asOf: number): Kept {
  const { cursor, event } = snapshot;
  return {
    cursor,
    event,
    asOf,
    people: byId(snapshot.people),
    bikes: byId(snapshot.bikes),
    sessions: byId(snapshot.sessions),
    tasks: byId(snapshot.tasks),
    releases: byId(snapshot.releases),
    incidents: byId(snapshot.incidents),
  };
}

/** Return the weekend after `changes`; things that did not change are the very same objects. */
export function withChanges(kept: Kept, changes: Changes, asOf: number): Kept {
  const next = { ...kept, cursor: changes.cursor, asOf };
  for (const { kind, id, is_deleted, resource } of changes.changes) {
    if (kind === 'event') next.event = resource && !is_deleted ? (resource as unknown as RaceEvent) : next.event;
    else if (kind === 'crew') next.people = byId((resource ?? []) as unknown as Person[]);
    else if (kind in LISTS) change(kept, next, LISTS[kind as Kind], id, is_deleted ? null : resource);
  }
  if (changes.people?.length) next.people = new Map([...next.people, ...byId(changes.people)]);
  return next;
}

function change(before: Kept, next: Kept, list: (typeof LISTS)[Kind], id: number, row: unknown): void {
  if (next[list] === before[list]) next[list] = new Map(before[list] as Map<number, any>) as any;
  if (row) (next[list] as Map<number, any>).set(id, row);
  else next[list].delete(id);
}
