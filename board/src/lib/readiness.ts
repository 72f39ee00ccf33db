/** Whether each bike may go out in each session, read off a weekend as the server judges it.
 *
 * The device works it out, so that a tick changes the answer at once, also without a network.
 * The rules are those of the server: docs/domain.md, Readiness.
 */

export interface Task {
  id: number;
  title: string;
  status: 'open' | 'done' | 'failed' | 'not_applicable';
  bike_id: number | null;
  session_id: number | null;
  anchor: string | null;
  is_critical: boolean;
  needs_check: boolean;
  checked_at: string | null;
  due_at: string | null;
  /** The server does not know yet what this device did to it. */
  isPending?: boolean;
}
export interface Session {
  id: number;
  status: 'scheduled' | 'running' | 'finished' | 'cancelled';
  starts_at: string;
  ends_at: string;
}
export interface Bike {
  id: number;
}
export interface Release {
  id: number;
  session_id: number;
  bike_id: number;
  voided_at: string | null;
}

/** `go`: released, and nothing voids it. `stop`: something blocks. `wait`: nothing blocks, not released. */
export type State = 'go' | 'stop' | 'wait' | 'over';

export interface Cell<T extends Task = Task, R extends Release = Release> {
  state: State;
  total: number;
  done: number;
  overdue: number;
  blocking: T[];
  release: R | undefined;
  /** A release that will be void once the operations of this device are sent. */
  isFalling: boolean;
  /** The last voided release, while none is valid. */
  voided: R | undefined;
}

export const isOver = (session: Session) => session.status === 'finished' || session.status === 'cancelled';

export function isBlocking(task: Task): boolean {
  if (task.anchor === 'session_end') return false;
  if (task.status === 'failed') return true;
  if (task.status === 'done') return task.needs_check && task.checked_at === null;
  return task.status === 'open' && task.is_critical;
}

export const isOverdue = (task: Pick<Task, 'status' | 'due_at'>, now: number) =>
  task.status === 'open' && task.due_at !== null && Date.parse(task.due_at) < now;

const place = (bike: number, session: number | null) => `${bike}/${session ?? ''}`;

/** The readiness of a weekend; ask it with `at(session, bike)`. */
export class Readiness<T extends Task, R extends Release> {
  #tasks: Map<string, T[]>;
  #releases: Map<string, R[]>;
  #now: number;
  #crashed: Set<number>;

  /** `crashed` are the bikes whose crash is reported here and not sent yet. */
  constructor(tasks: Iterable<T>, releases: Iterable<R>, now: number, crashed = new Set<number>()) {
    this.#crashed = crashed;
    this.#tasks = grouped(tasks, (task) =>
      task.bike_id === null ? undefined : place(task.bike_id, task.session_id),
    );
    this.#releases = grouped(releases, (release) => place(release.bike_id, release.session_id));
    this.#now = now;
  }

  at(session: Session, bike: Bike): Cell<T, R> {
    const counted = this.#counted(session, bike);
    const given = this.#releases.get(place(bike.id, session.id)) ?? [];
    const release = given.find((one) => one.voided_at === null);
    const blocking = counted.filter(isBlocking);
    const isFalling = this.#crashed.has(bike.id) || blocking.some((task) => task.isPending);
    return {
      state: state(session, isFalling ? undefined : release, isFalling || blocking.length > 0),
      isFalling: isFalling && release !== undefined,
      total: counted.length,
      done: counted.filter((task) => task.status === 'done').length,
      overdue: counted.filter((task) => isOverdue(task, this.#now)).length,
      blocking,
      release,
      voided: release ? undefined : given.at(-1),
    };
  }

  /** A bike's tasks for the session and, until it is over, those of the bike without a session. */
  #counted(session: Session, bike: Bike): T[] {
    const own = this.#tasks.get(place(bike.id, session.id)) ?? [];
    if (isOver(session)) return own;
    return [...own, ...(this.#tasks.get(place(bike.id, null)) ?? [])];
  }
}

function state(session: Session, release: Release | undefined, isBlocked: boolean): State {
  if (isOver(session)) return 'over';
  if (release) return 'go';
  return isBlocked ? 'stop' : 'wait';
}

export function grouped<T, K>(things: Iterable<T>, key: (thing: T) => K | undefined): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const thing of things) {
    const name = key(thing);
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group) group.push(thing);
    else groups.set(name, [thing]);
  }
  return groups;
}

const byStart = (one: Session, other: Session) =>
  one.starts_at.localeCompare(other.starts_at) || one.id - other.id;

export const inOrder = <S extends Session>(sessions: Iterable<S>) => [...sessions].sort(byStart);

/**
 * The session that the crew works towards: the first that has not begun, however late it is. One
 * whose end has passed has taken place, though nobody said so.
 */
export const nextSession = <S extends Session>(sessions: Iterable<S>, now: number) =>
  inOrder(sessions).find((session) => session.status === 'scheduled' && Date.parse(session.ends_at) > now);

/** It was started, and nobody has said that it is over. */
export const isRunning = (session: Session) => session.status === 'running';

const hasEnded = (session: Session, now: number) => Date.parse(session.ends_at) <= now;

/** Started, with its end to come: people may finish it long after it was over. */
export const isOnTrack = (session: Session, now: number) => isRunning(session) && !hasEnded(session, now);

/** Its end is behind it, and nobody has said how it went. */
export const isPastEnd = (session: Session, now: number) => !isOver(session) && hasEnded(session, now);

export const onTrack = <S extends Session>(sessions: Iterable<S>, now: number) =>
  inOrder(sessions).find((session) => isOnTrack(session, now));

/** A session that nobody has finished is over at its end. */
export const isToCome = (session: Session, now: number) => !isOver(session) && !hasEnded(session, now);
