// What the device keeps: the weekends as the server told them, operations that are not sent
// yet, and a few settings. If the browser refuses storage, everything is in memory only.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Operation } from './operations.ts';
import type { Storage } from './outbox.ts';
import { Remembering } from './remembering.ts';
import type { Kept } from './weekend.ts';

interface Board extends DBSchema {
  weekends: { key: string; value: Kept };
  operations: { key: number; value: Operation; indexes: { id: string } };
  kept: { key: string; value: unknown };
}

const NAME = 'board';
const VERSION = 1;
const PATIENCE = 8_000;
let opened: Promise<IDBPDatabase<Board>> | null = null;
let isInMemory = false;
const listeners = new Set<() => void>();

/** Tell whether the storage outlives the page. */
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

class NoAnswer extends Error {}

/** Some browsers never answer: then the page keeps nothing, but shows something. It waits for them
 * once, and believes an answer that comes later. */
function inTime(work: Promise<IDBPDatabase<Board>>): Promise<IDBPDatabase<Board>> {
  const late = new Promise<never>((_, reject) => setTimeout(reject, PATIENCE, new NoAnswer()));
  const first = Promise.race([work, late]);
  const believe = () => void (opened === first && (opened = work));
  work.then(believe, () => undefined);
  return first;
}

async function close(): Promise<void> {
  const db = await opened;
  opened = null;
  db?.close();
}

/** Some browsers cut the connection of a page in the background: open it once more. */
async function withDb<T>(work: (db: IDBPDatabase<Board>) => Promise<T>): Promise<T> {
  try {
    return await work(await open());
  } catch (error) {
    const isForGood = error instanceof NoAnswer || (error as DOMException)?.name === 'QuotaExceededError';
    if (isForGood) throw error;
    opened = null;
    return work(await open());
  }
}

async function either<T>(work: (db: IDBPDatabase<Board>) => Promise<T>, other: () => T): Promise<T> {
  try {
    return await withDb(work);
  } catch (error) {
    fallBack(error);
    return other();
  }
}

function fallBack(error: unknown): void {
  if (!isInMemory) console.warn('This device keeps nothing:', error);
  isInMemory = true;
  listeners.forEach((listener) => listener());
}

export async function get<T>(store: 'weekends' | 'kept', key: string): Promise<T | undefined> {
  const other = () => memory[store].get(key);
  return (other() ?? (await either((db) => db.get(store, key), other))) as T | undefined;
}

export async function put(store: 'kept', key: string, value: unknown): Promise<void> {
  const work = async (db: IDBPDatabase<Board>) => {
    await db.put(store, value, key);
    memory[store].delete(key);
  };
  await either(work, () => void memory[store].set(key, value));
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
  const untold = [...memory.weekends].filter(([key]) => key.startsWith(`${userId}/`));
  const all = [...kept, ...untold.map(([, weekend]) => weekend)];
  return [...new Map(all.map((weekend) => [weekend.event.id, weekend])).values()];
}

const inDatabase: Storage = {
  all: () => withDb((db) => db.getAll('operations')),

  add: (operation) =>
    withDb(async (db) => {
      const order = await db.put('operations', operation as Operation);
      return { ...operation, order };
    }),

  settle: (kept, gone, held) =>
    withDb(async (db) => {
      const transaction = db.transaction(['operations', 'weekends'], 'readwrite');
      const [operations, weekends] = [transaction.objectStore('operations'), transaction.objectStore('weekends')];
      await Promise.all([
        ...kept.map((one) => operations.put(one)),
        ...gone.map((one) => operations.delete(one.order)),
        held && weekends.put(held.weekend, held.key),
        transaction.done,
      ]);
    }),
};

export const operations = new Remembering(inDatabase, fallBack);

// Rows that could not be written are in memory, beside those that were.
const memory = { weekends: operations.weekends, kept: new Map<string, unknown>() };
