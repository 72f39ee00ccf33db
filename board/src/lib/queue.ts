// What is to be sent, and what becomes of it.
import * as auth from './auth.ts';
import { call } from './call.ts';
import * as db from './db.ts';
import type { Operation } from './operations.ts';
import { deviceTime } from './time.ts';

export type Deed = Pick<Operation, 'eventId' | 'method' | 'path' | 'body' | 'title'> & { ifMatch?: string | null };

const listeners = new Set<(operations: Operation[]) => void>();
let operations: Operation[] = [];

/** Be told of this person's operations now and whenever they change. */
export function onOperations(listener: (operations: Operation[]) => void): () => void {
  listeners.add(listener);
  listener(operations);
  return () => listeners.delete(listener);
}

/** Keep a deed on the device; it is shown from then on and sent as soon as that is possible. */
export async function enqueue(deed: Deed): Promise<Operation> {
  const userId = auth.userId();
  if (userId === null) throw new Error('Nobody is logged in.');
  const id = crypto.randomUUID();
  const made = { ...deed, id, userId, deviceTime: deviceTime(), state: 'waiting' as const };
  const kept = await db.keepOperation(made);
  await load();
  void sendAll();
  return kept;
}

/** Read the operations of whoever is logged in from the device. */
export async function load(): Promise<void> {
  const all = await db.allOperations();
  operations = all.filter((operation) => operation.userId === auth.userId());
  listeners.forEach((listener) => listener(operations));
}

export async function sendAll(): Promise<void> {
  const waiting = operations.filter((operation) => operation.state === 'waiting').slice(0, 200);
  if (!waiting.length) return;
  const body = { operations: waiting.map(onTheWire) };
  const { results } = (await call('POST', '/v1/sync', { body })).body;
  const settled = waiting.map((operation, index) => ({ ...operation, ...outcome(results[index]) }));
  await db.settle(settled, []);
  await load();
}

function outcome({ status, body }: { status: number; body: any }): Partial<Operation> {
  if (status < 300) return { state: 'applied', status, result: body };
  return { state: 'refused', status, reason: body.detail };
}

const onTheWire = ({ id, method, path, body, ifMatch, deviceTime }: Operation) => ({
  id,
  method,
  path,
  body,
  if_match: ifMatch ?? null,
  device_time: deviceTime,
});
