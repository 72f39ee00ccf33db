import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { signOff, type Operation } from './operations.ts';
import type { Held, Storage } from './outbox.ts';
import { Remembering } from './remembering.ts';

/** A database that fails when it is told to: before it has written, or after. */
class Database implements Storage {
  rows = new Map<string, Operation>();
  weekends = new Map<string, unknown>();
  failing: 'no' | 'before' | 'after' = 'no';

  all = async () => [...this.rows.values()];

  async add(made: Omit<Operation, 'order'>): Promise<Operation> {
    const kept = { ...made, order: this.rows.size + 1 };
    this.#write(() => this.rows.set(kept.id, kept));
    return kept;
  }

  async settle(kept: Operation[], gone: Operation[], held?: Held): Promise<void> {
    this.#write(() => {
      for (const one of kept) this.rows.set(one.id, one);
      for (const one of gone) this.rows.delete(one.id);
      if (held) this.weekends.set(held.key, held.weekend);
    });
  }

  #write(work: () => void): void {
    if (this.failing !== 'before') work();
    if (this.failing !== 'no') throw new Error('The connection is lost.');
  }
}

const task: any = { id: 7, event_id: 1, title: 'Torque the bolts' };
const made = (id: string) =>
  ({ ...signOff(task, 'done'), id, userId: 3, deviceTime: '', state: 'waiting' }) as const;
const applied = (one: Operation): Operation => ({ ...one, state: 'applied' });
const held = { key: '3/1', weekend: { cursor: 'later' } as any };

let database: Database;
let storage: Remembering;
let failures: number;
const shown = async () => (await storage.all()).map(({ id, state }) => [id, state]);

beforeEach(() => {
  failures = 0;
  database = new Database();
  storage = new Remembering(database, () => (failures += 1));
});

test('what could not be written any further is there once, as it was last', async () => {
  const kept = await storage.add(made('a'));
  database.failing = 'before';

  await storage.settle([applied(kept)], []);

  assert.deepEqual(await shown(), [['a', 'applied']]);
  assert.equal(failures, 1);
});

test('what could not be deleted is gone all the same', async () => {
  const kept = await storage.add(made('a'));
  database.failing = 'before';

  await storage.settle([], [kept]);

  assert.deepEqual(await shown(), []);
});

test('what was written although no answer came is there once', async () => {
  database.failing = 'after';
  const kept = await storage.add(made('a'));
  database.failing = 'no';
  assert.deepEqual(await shown(), [['a', 'waiting']]);

  await storage.settle([applied(kept)], []);

  assert.deepEqual(await shown(), [['a', 'applied']]);
});

test('what could not be kept at all is in order behind what was', async () => {
  await storage.add(made('a'));
  database.failing = 'before';
  await storage.add(made('b'));
  database.failing = 'no';
  await storage.add(made('c'));

  const inOrder = (await storage.all()).sort((one, other) => one.order - other.order);

  assert.deepEqual(inOrder.map(({ id }) => id), ['a', 'c', 'b']);
});

test('a database that is back has the last word', async () => {
  const kept = await storage.add(made('a'));
  database.failing = 'before';
  await storage.settle([applied(kept)], []);
  database.failing = 'no';

  await storage.settle([], [kept]);

  assert.deepEqual(await shown(), []);
  assert.equal(database.rows.size, 0);
});

test('a weekend is kept and what it holds let go, or neither', async () => {
  const kept = await storage.add(made('a'));
  database.failing = 'before';
  await storage.settle([], [kept], held);
  assert.deepEqual([database.weekends.size, database.rows.size], [0, 1]);
  assert.deepEqual([await shown(), storage.weekends.get('3/1')], [[], held.weekend]);

  database.failing = 'no';
  await storage.settle([], [kept], held);

  assert.deepEqual([database.weekends.size, database.rows.size], [1, 0]);
  assert.equal(storage.weekends.size, 0);
});
