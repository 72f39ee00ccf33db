// A device and a server for the tests of the outbox.
import { signOff, type Operation } from './operations.ts';
import { Outbox, type Result } from './outbox.ts';
import type { Present } from './stamp.ts';

export const ANA = 3;
export const BOB = 4;
export const NAMES: Record<number, string> = { [ANA]: 'Ana Ruiz', [BOB]: 'Bob Ito' };
export const task = (id: number) => ({ id, event_id: 1, title: `Task ${id}` }) as any;
export const done = (id: number) => signOff(task(id), 'done');

/** A device and a server: `rows` is the storage, `sent` what the server got, `answer` what it says. */
export class World {
  rows: Operation[] = [];
  sent: Operation[][] = [];
  shown: Operation[] = [];
  userId: number | null = ANA;
  time = 0;
  isAlone = false;
  deviceTime = '2026-06-12T08:00:00.000Z';
  present: Present | null = null;
  tasks: Record<number, any> = {};
  answer: (batch: Operation[]) => Result[] | Promise<Result[]> = (batch) => batch.map(applied);
  #last = Promise.resolve<unknown>(undefined);
  #order = 0;

  outbox = new Outbox({
    storage: {
      all: async () => structuredClone(this.rows),
      add: async (made) => {
        const kept = { ...made, order: ++this.#order };
        this.rows.push(kept);
        return kept;
      },
      settle: async (kept, gone) => {
        this.rows = this.rows
          .filter((row) => !gone.some((one) => one.order === row.order))
          .map((row) => kept.find((one) => one.order === row.order) ?? row);
      },
    },
    userId: () => this.userId,
    maker: () => ({ userName: NAMES[this.userId!] }),
    post: async (batch, userId) => {
      if (userId !== this.userId) throw new Error('In the name of another person');
      this.sent.push(batch);
      return this.answer(batch);
    },
    read: async (operation) => this.tasks[Number(operation.path.split('/')[3])],
    now: () => this.time,
    stamp: () => ({ deviceTime: this.deviceTime }),
    present: async () => this.present,
    alone: (work, ifFree) => {
      if (ifFree && this.isAlone) return work(false);
      const run = async () => {
        this.isAlone = true;
        return work(true).finally(() => (this.isAlone = false));
      };
      const mine = this.#last.then(run);
      this.#last = mine.catch(() => undefined);
      return mine;
    },
    changed: (operations) => (this.shown = operations),
  });

  states = () => this.rows.map((row) => row.state);
}

export const applied = (operation: Operation): Result => ({ id: operation.id, status: 201, body: { version: 2 } });
export const no = (status: number, detail: string) => (operation: Operation): Result => ({
  id: operation.id,
  status,
  body: { detail },
});
