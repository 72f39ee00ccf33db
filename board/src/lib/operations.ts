// Deeds on this device, as they will be sent to the server.
import { takes } from './signing.ts';
import type { Stamp } from './stamp.ts';
import type { Act, Task, User } from './types.ts';

/** Waiting: not sent, or sent without an answer. Applied: the server did it, and `result` is its
 * answer. Refused: the server said no, and `reason` is its sentence. There is no state of being
 * sent: the lock of the sender tells that. */
export type State = 'waiting' | 'applied' | 'refused';

/** A page's order: a call, and its name in sentences. */
export interface Deed {
  eventId: number;
  method: 'POST' | 'PATCH';
  path: string;
  body: Record<string, any>;
  /** The title of the task, or of another thing. */
  title: string;
  /** Where a task belongs, such as `44 A · FP1`: many have one title. */
  place?: string;
  ifMatch?: string | null;
  /** The operation that this one takes back. */
  undoes?: string;
}

export interface Operation extends Deed, Stamp {
  /** A UUID made on the device: the server does it once, however often it is sent. */
  id: string;
  /** Place in the order of this device, given as it is kept. */
  order: number;
  /** The person who did it: it is sent in nobody else's name. */
  userId: number;
  /** Their name, for somebody who finds this on the device. */
  userName?: string;
  /** What the account was: a team manager signs tasks without taking them. */
  userRole?: User['role'];
  state: State;
  result?: any;
  reason?: string;
  status?: number;
  /** When the server's answer came, in ms of the device's clock. */
  settledAt?: number;
}

/** A person whose deeds wait on the device, and how many. */
export interface Waiting {
  name: string;
  count: number;
}

/** The people whose deeds wait, except `userId`. */
export function waitingOfOthers(operations: Operation[], userId: number | null): Waiting[] {
  const found = new Map<number, Waiting>();
  for (const one of operations) {
    if (one.state !== 'waiting' || one.userId === userId) continue;
    const { name = '', count = 0 } = found.get(one.userId) ?? {};
    found.set(one.userId, { name: one.userName || name, count: count + 1 });
  }
  return [...found.values()];
}

/** The operation as `POST /v1/sync` takes it. */
export const asSent = ({ id, method, path, body, ifMatch, deviceTime }: Operation) => ({
  id,
  method,
  path,
  body,
  if_match: ifMatch ?? null,
  device_time: deviceTime,
});

const TASK_PATH = /^\/v1\/tasks\/(\d+)(?:\/(sign-offs|comments))?$/;

/** The task an operation is about, if it is about one that the server knows. */
export function taskOf(operation: Pick<Deed, 'path'>): number | null {
  const found = TASK_PATH.exec(operation.path);
  return found ? Number(found[1]) : null;
}

type Signed = Pick<Task, 'id' | 'event_id' | 'title'>;
interface More {
  value?: number | string | null;
  note?: string | null;
}

export function signOff(task: Signed, act: Act, { value, note }: More = {}): Deed {
  const body: Record<string, any> = { act };
  if (value !== undefined && value !== null && value !== '') body.value = value;
  if (note) body.note = note;
  const path = `/v1/tasks/${task.id}/sign-offs`;
  return { eventId: task.event_id!, method: 'POST', path, body, title: task.title! };
}

export function assign(task: Signed, userId: number | null): Deed {
  const path = `/v1/tasks/${task.id}`;
  const body = { assigned_to: userId };
  return { eventId: task.event_id!, method: 'PATCH', path, body, title: task.title! };
}

export function comment(task: Signed, text: string): Deed {
  const path = `/v1/tasks/${task.id}/comments`;
  return { eventId: task.event_id!, method: 'POST', path, body: { text }, title: task.title! };
}

export function incident(
  eventId: number,
  title: string,
  body: { kind: 'crash' | 'wet'; bike_id?: number | null; session_id?: number | null; note?: string | null },
): Deed {
  return { eventId, method: 'POST', path: `/v1/events/${eventId}/incidents`, body, title };
}

export function release(
  session: { id: number; event_id: number },
  title: string,
  body: { bike_id: number; override_reason?: string | null },
): Deed {
  const path = `/v1/sessions/${session.id}/releases`;
  return { eventId: session.event_id, method: 'POST', path, body, title };
}

type Done = Deed & Pick<Operation, 'userRole'>;

/** The deeds that take a sent one back; `task` is as it was before. Empty: nothing can. */
export function reversal(task: Task, deed: Done, why: string): Deed[] {
  if (deed.method === 'PATCH') return [assign(task, task.assigned_to ?? null)];
  const { act } = deed.body;
  if (act === 'reopen') {
    return task.status === 'done' ? [signOff(task, 'done', { value: task.value as any })] : [];
  }
  const reopened = signOff(task, 'reopen', act === 'check' ? { note: why } : {});
  const isTaken = task.assigned_to === null && takes(deed.userRole, act);
  return isTaken ? [reopened, assign(task, null)] : [reopened];
}
