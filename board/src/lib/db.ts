// What the device keeps: the weekends as the server told them, operations that are not sent
// yet, and a few settings. Where the browser refuses storage all of it is in memory only.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Operation } from './operations.ts';
import type { Storage } from './outbox.ts';
import type { Kept } from './weekend.ts';

interface Board extends DBSchema {
  weekends: { key: string; value: Kept };
  operations: { key: number; value: Operation; indexes: { id: string } };
  kept: { key: string; value: unknown };
}

const NAME = 'board';
const VERSION = 1;
const PATIENCE = 4_000;
let opened: Promise<IDBPDatabase<Board>> | null = null;
let isInMemory = false;
const listeners = new Set<() => void>();

/** Tell whether what is kept outlives the page. */
export const isDurable = (): boolean => !isInMemory;
export const onMemoryOnly = (listener: () => void): void => void listeners.add(listener);

function open(): Promise<IDBPDatabase<Board>> {
  opened ??= inTime(openDB<Board>(NAME, VERSION, {
    upgrade(db) {
      db.createObjectStore('weekends');
      db.createObjectStore('kept');
      const operations = db.createObjectStore('operations', {
        keyPath: 'order',
        autoIncrement: true,
      });
      operations.createIndex('id', 'id', { unique: true });
    },
    blocking: () => void close(),
    terminated: () => (opened = null),
  }));
  return opened;
}

/** Some browsers never answer: then nothing is kept, rather than nothing shown. */
function inTime<T>(work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => setTimeout(reject, PATIENCE, new Error('No answer')));
  return Promise.race([work, late]);
}

async function close(): Promise<void> {
  const db = await opened;
  opened = null;
  db?.close();
}

/** Some browsers cut the connection of a page in the background: it is opened once more. */
async function withDb<T>(work: (db: IDBPDatabase<Board>) => Promise<T>): Promise<T> {
  try {
    return await work(await open());
  } catch (error) {
    if ((error as DOMException)?.name === 'QuotaExceededError') throw error;
    opened = null;
    return work(await open());
  }
}

// What could not be written is in memory, beside what has been.
const memory = {
  weekends: new Map<string, Kept>(),
  operations: new Map<number, Operation>(),
  kept: new Map<string, unknown>(),
};
/** After every place that the database gives. */
let lastOrder = 1e15;

async function either<T>(work: (db: IDBPDatabase<Board>) => Promise<T>, other: () => T): Promise<T> {
  try {
    return await withDb(work);
  } catch (error) {
    if (!isInMemory) console.warn('This device keeps nothing:', error);
    isInMemory = true;
    listeners.forEach((listener) => listener());
    return other();
  }
}

export async function get<T>(store: 'weekends' | 'kept', key: string): Promise<T | undefined> {
  const other = () => memory[store].get(key);
  return (other() ?? (await either((db) => db.get(store, key), other))) as T | undefined;
}

export async function put(store: 'weekends' | 'kept', key: string, value: unknown): Promise<void> {
  const other = () => void (memory[store] as Map<string, unknown>).set(key, value);
  await either(async (db) => void (await db.put(store, value as never, key)), other);
}

export async function remove(store: 'weekends' | 'kept', key: string): Promise<void> {
  memory[store].delete(key);
  await either((db) => db.delete(store, key), () => undefined);
}

export async function clear(store: 'weekends' | 'kept'): Promise<void> {
  memory[store].clear();
  await either((db) => db.clear(store), () => undefined);
}

/** Every weekend that is kept for this person. */
export async function weekendsOf(userId: number): Promise<Kept[]> {
  const range = IDBKeyRange.bound(`${userId}/`, `${userId}/\uffff`);
  const kept = await either((db) => db.getAll('weekends', range), () => []);
  return [...kept, ...memory.weekends.values()];
}

export const operations: Storage = {
  async all() {
    const kept = await either((db) => db.getAll('operations'), () => []);
    return [...kept, ...memory.operations.values()];
  },

  add(operation) {
    const other = () => {
      const kept = { ...operation, order: ++lastOrder };
      memory.operations.set(kept.order, kept);
      return kept;
    };
    const work = async (db: IDBPDatabase<Board>): Promise<Operation> => {
      const order = await db.put('operations', operation as Operation);
      return { ...operation, order };
    };
    return either(work, other);
  },

  async settle(kept, gone) {
    const isInDb = (order: number) => !memory.operations.has(order);
    const [written, deleted] = [kept.filter((one) => isInDb(one.order)), gone.filter(isInDb)];
    for (const one of kept) if (!isInDb(one.order)) memory.operations.set(one.order, one);
    for (const order of gone) memory.operations.delete(order);
    await either(async (db) => {
      const transaction = db.transaction('operations', 'readwrite');
      await Promise.all([
        ...written.map((one) => transaction.store.put(one)),
        ...deleted.map((order) => transaction.store.delete(order)),
        transaction.done,
      ]);
    }, () => written.forEach((one) => memory.operations.set(one.order, one)));
  },
};
