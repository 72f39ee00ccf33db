/** Narrowing a weekend's tasks: what the comboboxes and the address of the page say. */

import { isOverdue } from './readiness.ts';

export interface Filtered {
  title: string;
  status: 'open' | 'done' | 'failed' | 'not_applicable';
  due_at: string | null;
  bike_id: number | null;
  session_id: number | null;
  crew_role: string | null;
  assigned_to: number | null;
  needs_check: boolean;
  checked_at: string | null;
}

export const NAMES = ['bike', 'session', 'role', 'person', 'status'] as const;
/** Each is an id or word as text, `none` for tasks without one, and empty for all. */
export type Filters = Record<(typeof NAMES)[number], string>;
export const ALL: Filters = { bike: '', session: '', role: '', person: '', status: '' };

export function narrowed<T extends Filtered>(tasks: Iterable<T>, filters: Filters, now: number): T[] {
  return [...tasks].filter(
    (task) =>
      fits(filters.bike, task.bike_id) &&
      fits(filters.session, task.session_id) &&
      fits(filters.role, task.crew_role) &&
      fits(filters.person, task.assigned_to) &&
      hasStatus(filters.status, task, now),
  );
}

const fits = (wanted: string, value: number | string | null) =>
  wanted === '' || wanted === String(value ?? 'none');

function hasStatus(wanted: string, task: Filtered, now: number): boolean {
  if (wanted === '') return true;
  if (wanted === 'overdue') return isOverdue(task, now);
  if (wanted === 'to_check') return isToCheck(task);
  return task.status === wanted;
}

/** Nobody has to do anything about it any more. */
export const isSettled = (task: Filtered): boolean =>
  task.status === 'not_applicable' || (task.status === 'done' && !isToCheck(task));

export const isToCheck = (task: Filtered): boolean =>
  task.status === 'done' && task.needs_check && !task.checked_at;

/** Tasks to be done come first, soonest due first; then settled ones, the latest first. */
export function inOrder<T extends Filtered & { id: number }>(tasks: T[]): T[] {
  const settled = tasks.filter(isSettled).sort(byDue).reverse();
  return [...tasks.filter((task) => !isSettled(task)).sort(byDue), ...settled];
}

/** Soonest first, undated last, as the server sorts them. */
export function byDue(
  one: { due_at: string | null; id: number },
  other: { due_at: string | null; id: number },
) {
  if (one.due_at === other.due_at) return one.id - other.id;
  if (one.due_at === null) return 1;
  if (other.due_at === null) return -1;
  return one.due_at < other.due_at ? -1 : 1;
}

export function fromQuery(query: string): Filters {
  const given = new URLSearchParams(query);
  return Object.fromEntries(NAMES.map((name) => [name, given.get(name) ?? ''])) as Filters;
}

export const asQuery = (filters: Filters): string =>
  query(Object.fromEntries(NAMES.map((name) => [name, filters[name]])));

/** The server's filters for the same table of tasks; undefined if it has none. */
export function asTableQuery({ bike, session, role, person, status }: Filters): string | undefined {
  if ([bike, session, role].includes('none') || status === 'to_check') return undefined;
  const states =
    status === 'overdue' ? { is_overdue: 'true', status: '' } : { is_overdue: '', status };
  return query({ bike_id: bike, session_id: session, crew_role: role, assigned_to: person, ...states });
}

/** The server's filters for paper: a bike, a session, or both. */
export function asPrintQuery({ bike, session }: Filters): string {
  const id = (wanted: string) => (wanted === 'none' ? '' : wanted);
  return query({ bike_id: id(bike), session_id: id(session) });
}

function query(words: Record<string, string>): string {
  const given = Object.entries(words).filter(([, value]) => value);
  return given.length ? `?${new URLSearchParams(given)}` : '';
}
