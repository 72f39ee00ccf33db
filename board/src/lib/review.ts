/** What a weekend teaches: late, failed, overridden and not applicable, by section and by person. */

export interface Reviewed {
  id: number;
  section: string | null;
  status: 'open' | 'done' | 'failed' | 'not_applicable';
  assigned_to: number | null;
  due_at: string | null;
  done_at: string | null;
  done_by: number | null;
}
export interface Given {
  override_reason?: string | null;
  released_by: number;
  readiness: { blocking: number[] };
}
export interface Entry {
  action: string;
  subject: string;
  actor: number | null;
}

export const KINDS = ['late', 'failed', 'overridden', 'not_applicable'] as const;
export type Kind = (typeof KINDS)[number];
export type Counts = Record<Kind, number> & { total: number };

export interface Row {
  /** The section's name, or the person's id; null is none. */
  key: string | number | null;
  counts: Counts;
}

/** Done after it was due, or not done although it was due. */
export function isLate(task: Reviewed, now: number): boolean {
  if (task.due_at === null || task.status === 'not_applicable') return false;
  const until = task.status === 'done' && task.done_at ? Date.parse(task.done_at) : now;
  return until > Date.parse(task.due_at);
}

/** The tasks that were signed as failed at some time, told by the record; they may be done by now. */
export function failedOnce(entries: Iterable<Entry>): Set<number> {
  const failed = [...entries].filter((entry) => entry.action === 'task.fail');
  return new Set(failed.map((entry) => Number(entry.subject.replace('task:', ''))));
}

export class Review<T extends Reviewed, R extends Given> {
  late: T[];
  failed: T[];
  not_applicable: T[];
  overridden: R[];
  #tasks: T[];

  constructor(tasks: Iterable<T>, releases: Iterable<R>, failures: Set<number>, now: number) {
    this.#tasks = [...tasks];
    this.late = this.#tasks.filter((task) => isLate(task, now));
    this.failed = this.#tasks.filter((task) => task.status === 'failed' || failures.has(task.id));
    this.not_applicable = this.#tasks.filter((task) => task.status === 'not_applicable');
    this.overridden = [...releases].filter((release) => typeof release.override_reason === 'string');
  }

  get total() {
    return this.#tasks.length;
  }

  /** An override counts once in each section of its blocking tasks. */
  bySection(): Row[] {
    const sections = new Map(this.#tasks.map((task) => [task.id, task.section]));
    const overridden = this.overridden.flatMap((release) => [
      ...new Set(release.readiness.blocking.map((id) => sections.get(id) ?? null)),
    ]);
    return this.#rows((task) => task.section, overridden);
  }

  /** A task counts for the person who did it, otherwise for its holder; an override for the giver. */
  byPerson(): Row[] {
    const overridden = this.overridden.map((release) => release.released_by);
    return this.#rows((task) => task.done_by ?? task.assigned_to, overridden);
  }

  #rows(key: (task: T) => Row['key'], overridden: Row['key'][]): Row[] {
    const rows = new Map<Row['key'], Counts>();
    const count = (name: Row['key'], kind: keyof Counts) => {
      const counts = rows.get(name) ?? { total: 0, late: 0, failed: 0, overridden: 0, not_applicable: 0 };
      rows.set(name, counts);
      counts[kind] += 1;
    };
    this.#tasks.forEach((task) => count(key(task), 'total'));
    for (const kind of ['late', 'failed', 'not_applicable'] as const)
      this[kind].forEach((task) => count(key(task), kind));
    overridden.forEach((name) => count(name, 'overridden'));
    return [...rows].map(([key, counts]) => ({ key, counts })).sort(worstFirst);
  }
}

export const sum = (counts: Counts) => KINDS.reduce((all, kind) => all + counts[kind], 0);

const worstFirst = (one: Row, other: Row) =>
  sum(other.counts) - sum(one.counts) || other.counts.total - one.counts.total;

/** How late the tasks were: under 15 minutes, an hour, four hours, more, and not done at all. */
export function lateness(late: Iterable<Reviewed>): number[] {
  const counts = [0, 0, 0, 0, 0];
  for (const task of late) counts[bucket(task)] += 1;
  return counts;
}

export const minutesLate = (task: Reviewed): number =>
  task.status === 'done' && task.done_at && task.due_at
    ? Math.round((Date.parse(task.done_at) - Date.parse(task.due_at)) / 60_000)
    : Infinity;

const LIMITS = [15, 60, 240, Infinity];
const bucket = (task: Reviewed): number => {
  const minutes = minutesLate(task);
  return minutes === Infinity ? LIMITS.length : LIMITS.findIndex((limit) => minutes < limit);
};
