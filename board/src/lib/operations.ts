// What somebody did on this device, as the server will be told it.

/** Waiting: not sent, or sent without an answer. Applied: the server did it, and `result` is
 * what it answered. Refused: the server said no, and `reason` is its sentence. */
export type State = 'waiting' | 'applied' | 'refused';

export interface Operation {
  /** A UUID made on the device, so that the server does it once however often it is sent. */
  id: string;
  /** Place in the order of this device, given as it is kept. */
  order: number;
  /** Whose deed it is: sent in nobody else's name. */
  userId: number;
  eventId: number;
  method: 'POST' | 'PATCH';
  path: string;
  body: Record<string, any>;
  ifMatch?: string | null;
  deviceTime: string;
  state: State;
  /** What it is called in sentences: the title of the task. */
  title: string;
  result?: any;
  reason?: string;
  status?: number;
}

export const TASK_PATH = /^\/v1\/tasks\/(\d+)(?:\/(sign-offs|comments))?$/;

/** The task an operation is about, if it is about one that the server knows. */
export function taskOf(operation: Pick<Operation, 'path'>): number | null {
  const found = TASK_PATH.exec(operation.path);
  return found ? Number(found[1]) : null;
}
