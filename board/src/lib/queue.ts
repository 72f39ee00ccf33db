// The queue of this device: its storage, its lock over all tabs, and when it sends.
import * as auth from './auth.ts';
import { call } from './call.ts';
import * as db from './db.ts';
import { locked } from './locks.ts';
import { merging } from './merging.ts';
import { asSent, taskOf, waitingOfOthers, type Deed, type Operation, type Waiting } from './operations.ts';
import { Outbox, type Held } from './outbox.ts';
import { nameOf } from './people.ts';
import { askTime } from './send.ts';
import { serverClock } from './server-clock.ts';
import { present, stamp } from './stamp.ts';

export type { Deed } from './operations.ts';

const EVERY = 30_000;
const listeners = new Set<(operations: Operation[]) => void>();
const channel = new BroadcastChannel('queue');
let operations: Operation[] = [];

const outbox = new Outbox({
  storage: db.operations,
  userId: auth.userId,
  maker: () => ({ userName: nameOf(auth.current().user!), userRole: auth.current().user!.role }),
  post: async (batch, userId) => {
    const body = { operations: batch.map(asSent) };
    const answer = await call('POST', '/v1/sync', { body, by: userId, timeout: 20_000 });
    return answer.body.results;
  },
  read: async (operation) => (await call('GET', `/v1/tasks/${taskOf(operation)}`)).body,
  now: Date.now,
  stamp,
  present: async () => {
    if (!serverClock.isSure) await askTime();
    return serverClock.isSure ? present() : null;
  },
  alone: (work, ifAvailable) => locked('sender', work, { ifAvailable }),
  changed: (mine) => {
    take(mine);
    channel.postMessage('changed');
  },
});

function take(mine: Operation[]): void {
  operations = mine;
  listeners.forEach((listener) => listener(operations));
}

const reload = async (): Promise<void> => take(await outbox.mine());

/** Call back with this person's operations, now and whenever they change. */
export function onOperations(listener: (operations: Operation[]) => void): () => void {
  listeners.add(listener);
  listener(operations);
  return () => listeners.delete(listener);
}

/** Keep a deed, show it, and send it as soon as possible; a second tap meanwhile adds none. */
export const enqueue = merging(async (deed: Deed): Promise<Operation> => {
  const kept = await outbox.add(deed);
  void sendAll();
  return kept;
});

/** Take a deed back, if that is still possible. */
export async function undo(operation: Operation, reversals: Deed[]): Promise<void> {
  await outbox.undo(operation, reversals);
  void sendAll();
}

/** Forget refused operations that were seen, and applied ones that the weekend kept with this holds. */
export const forget = (gone: Operation[], held?: Held): Promise<void> => outbox.forget(gone, held);

export async function sendAll(how?: { isUrgent: boolean }): Promise<void> {
  if (auth.userId() === null || auth.current().isLocked) return;
  if (operations.some((one) => one.state === 'waiting')) await outbox.send(how);
}

/** Other people whose operations wait on this device. */
export const ofOthers = async (): Promise<Waiting[]> =>
  waitingOfOthers(await db.operations.all(), auth.userId());

channel.addEventListener('message', () => void reload());
auth.onAuth(() => void reload().then(() => sendAll()));
addEventListener('online', () => void sendAll());
document.addEventListener('visibilitychange', () => document.hidden || void sendAll());
setInterval(() => void sendAll(), EVERY);
