// The names of operations in sentences.
import { texts } from '../texts.ts';
import type { Operation } from './operations.ts';

/** `Done: Torque the caliper bolts`. */
export const told = (operation: Operation): string => `${deed(operation)}: ${operation.title}`;

function deed({ body, path }: Operation): string {
  const acts: Record<string, string> = texts.acts.names;
  if (body.act) return acts[body.act];
  if (path.endsWith('/comments')) return texts.task.comment;
  if (path.endsWith('/releases')) return texts.status.release;
  if (path.endsWith('/incidents')) return texts.status.incident;
  if (!('assigned_to' in body)) return texts.status.change;
  return body.assigned_to === null ? texts.acts.giveBack : texts.acts.take;
}
