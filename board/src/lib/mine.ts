// Which tasks a person has to do with now. Plain functions.
import { canSign, canTake, type Who } from './signing.ts';
import { HOUR, localDay } from './time.ts';
import type { Task } from './types.ts';

export const GROUPS = ['overdue', 'now', 'next', 'toCheck', 'toTake', 'doneToday'] as const;
export type Group = (typeof GROUPS)[number];

export interface View extends Who {
  now: number;
  zone: string;
  allowsSelfCheck: boolean;
}

/** The group of a task for this person; null when they have nothing to do with it. */
export function groupOf(task: Task, view: View): Group | null {
  const { user, now } = view;
  if (isOfToday(task, view)) return 'doneToday';
  if (task.status === 'open' || task.status === 'failed') {
    if (task.assigned_to === user.id) return dueGroup(task, now);
    return canTake(view, task) ? 'toTake' : null;
  }
  return canSign(view, task, 'check', view.allowsSelfCheck) ? 'toCheck' : null;
}

function dueGroup(task: Task, now: number): Group {
  if (!task.due_at) return 'next';
  const left = Date.parse(task.due_at) - now;
  if (left < 0) return 'overdue';
  return left <= HOUR ? 'now' : 'next';
}

/** Signed by this person today, by the weekend's calendar. */
function isOfToday(task: Task, { user, now, zone }: View): boolean {
  const isToday = (at: string | null) => at !== null && localDay(at, zone) === localDay(now, zone);
  if (task.status === 'done') {
    const isDone = task.done_by === user.id && isToday(task.done_at);
    return isDone || (task.checked_by === user.id && isToday(task.checked_at));
  }
  const isNeedless = task.status === 'not_applicable' && task.assigned_to === user.id;
  return isNeedless && isToday(task.updated_at);
}

/** Tasks by group, in their given order; among the done ones the latest comes first. */
export function grouped<T extends Task>(tasks: T[], viewOf: (task: T) => View): Map<Group, T[]> {
  const groups = new Map<Group, T[]>(GROUPS.map((group) => [group, []]));
  for (const task of tasks) {
    const group = groupOf(task, viewOf(task));
    if (group) groups.get(group)!.push(task);
  }
  const at = (task: T) => task.checked_at ?? task.done_at ?? task.updated_at;
  groups.get('doneToday')!.sort((a, b) => (at(a) < at(b) ? 1 : -1));
  return groups;
}
