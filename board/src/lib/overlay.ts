// The state that pages show: the server's, with this device's operations over it, never in it.
import { dueAgain, type Grounds } from './due.ts';
import { taskOf, type Operation } from './operations.ts';
import { takes, voids } from './signing.ts';
import type { Task } from './types.ts';

/** A task as shown. `isPending`: an operation on it is not sent yet. */
export type Shown = Task & { isPending?: boolean; refusal?: string };

const TO: Record<string, Task['status']> = {
  done: 'done',
  fail: 'failed',
  not_applicable: 'not_applicable',
  reopen: 'open',
};

/** Return the tasks with `operations` over them; untouched ones are the very same objects. */
export function lay(tasks: Map<number, Task>, operations: Operation[], grounds: Grounds): Map<number, Shown> {
  const shown = new Map<number, Shown>(tasks);
  for (const operation of operations) {
    const id = taskOf(operation);
    const task = id === null ? undefined : shown.get(id);
    if (task) shown.set(task.id, after(task, operation, grounds));
  }
  return shown;
}

/** The task after one operation. */
export function after(task: Shown, operation: Operation, grounds: Grounds): Shown {
  if (operation.state === 'refused') return { ...task, refusal: operation.reason };
  if (operation.state === 'applied') return applied(task, operation);
  if (operation.path.endsWith('/comments')) return { ...task, isPending: true };
  const changed = operation.path.endsWith('/sign-offs')
    ? signed(task, operation, grounds)
    : { ...task, ...operation.body };
  return { ...changed, updated_at: operation.deviceTime, isPending: true };
}

/** The server's answer counts until the server's state has caught up with it. */
function applied(task: Shown, { result }: Operation): Shown {
  const isNewer = result && 'version' in result && result.id === task.id && result.version > task.version;
  return isNewer ? { ...result, isPending: task.isPending, refusal: task.refusal } : task;
}

function signed(task: Shown, { body, userId, userRole, deviceTime }: Operation, grounds: Grounds): Shown {
  if (body.act === 'check') return { ...task, checked_by: userId, checked_at: deviceTime };
  const isDone = body.act === 'done';
  return {
    ...task,
    status: TO[body.act],
    completed: isDone,
    done_by: isDone ? userId : null,
    done_at: isDone ? deviceTime : null,
    checked_by: null,
    checked_at: null,
    value: body.value ?? null,
    note: body.note ?? null,
    due_at: voids(body.act) ? dueAgain(task, grounds) : task.due_at,
    assigned_to: task.assigned_to ?? (takes(userRole, body.act) ? userId : null),
  };
}
