// Who may sign a task as what: the rules of the server, so that no button leads to a refusal.
import type { Act, CrewRole, Task, User } from './types.ts';

const TO_DO: Task['status'][] = ['open', 'failed'];
const FROM: Record<Act, Task['status'][]> = {
  done: TO_DO,
  check: ['done'],
  fail: ['open', 'done'],
  not_applicable: ['open'],
  reopen: ['done', 'failed', 'not_applicable'],
};
const CLAIMING: Act[] = ['done', 'fail', 'not_applicable'];
const VOIDING: Act[] = ['fail', 'reopen'];

export interface Who {
  user: Pick<User, 'id' | 'role'>;
  roles: CrewRole[];
}

export function canSign(who: Who, task: Task, act: Act, allowsSelfCheck = false): boolean {
  if (!FROM[act].includes(task.status) || !MAY[act](who, task)) return false;
  if (act !== 'check') return true;
  const isOwn = task.done_by === who.user.id;
  return task.needs_check && !task.checked_by && (!isOwn || allowsSelfCheck);
}

/** Tell whether who signs a task that nobody holds so holds it afterwards. */
export const takes = (role: User['role'] | undefined, act: Act): boolean =>
  CLAIMING.includes(act) && role !== 'admin';

/** Tell whether a task that is signed so is to do again, and due by what it hangs on now. */
export const voids = (act: Act): boolean => VOIDING.includes(act);

export function canTake(who: Who, task: Task): boolean {
  return TO_DO.includes(task.status) && task.assigned_to === null && hasRole(who, task);
}

export function canGiveBack(who: Who, task: Task): boolean {
  return task.status === 'open' && task.assigned_to === who.user.id && hasRole(who, task);
}

export const isChief = ({ user, roles }: Who): boolean =>
  user.role === 'admin' || roles.includes('crew_chief');

const hasRole = ({ roles }: Who, task: Task): boolean =>
  task.crew_role !== null && roles.includes(task.crew_role);

function canDo(who: Who, task: Task): boolean {
  const isFree = task.assigned_to === null;
  return who.user.role === 'admin' || task.assigned_to === who.user.id || (isFree && hasRole(who, task));
}

const canCheck = (who: Who, task: Task): boolean => isChief(who) || hasRole(who, task);

const MAY: Record<Act, (who: Who, task: Task) => boolean> = {
  done: canDo,
  check: canCheck,
  fail: (who, task) => canDo(who, task) || canCheck(who, task),
  not_applicable: canDo,
  reopen: (who, task) => canDo(who, task) || who.roles.includes('crew_chief'),
};
