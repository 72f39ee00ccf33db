// What the device keeps: the weekends as the server told them, operations that are not sent
// yet, and a few settings. Where the browser refuses storage all of it is in memory only.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Operation } from './operations.ts';
import type { Kept } from './weekend.ts';

interface Board extends DBSchema {
  weekends: { key: string; value: Kept };
  operations: { key: number; value: Operation; indexes: { id: string } };
  kept: { key: string; value: unknown };
}
type Name = 'weekends' | 'operations' | 'kept';

const NAME = 'board';
const VERSION = 1;
let opened: Promise<IDBPDatabase<Board>> | null = null;
let isInMemory = false;
const listeners = new Set<() => void>();

/** Tell whether what is kept outlives the page. */
export const isDurable = (): boolean => !isInMemory;
export const onMemoryOnly = (listener: () => void): void => void listeners.add(listener);

function open(): Promise<IDBPDatabase<Board>> {
  opened ??= openDB<Board>(NAME, VERSION, {
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
  });
  return opened;
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

const memory = {
  weekends: new Map<string, Kept>(),
  operations: new Map<number, Operation>(),
  kept: new Map<string, unknown>(),
};
let lastOrder = 0;

async function either<T>(work: (db: IDBPDatabase<Board>) => Promise<T>, other: () => T) {
  if (isInMemory) return other();
  try {
    return await withDb(work);
  } catch (error) {
    console.warn('Nothing can be kept on this device:', error);
    isInMemory = true;
    listeners.forEach((listener) => listener());
    return other();
  }
}

export function get<T>(store: Name, key: string | number): Promise<T | undefined> {
  const other = () => (memory[store] as Map<unknown, unknown>).get(key) as T | undefined;
  return either(async (db) => (await db.get(store, key as never)) as T | undefined, other);
}

export function put(store: 'weekends' | 'kept', key: string, value: unknown): Promise<void> {
  const other = () => void (memory[store] as Map<string, unknown>).set(key, value);
  return either(async (db) => void (await db.put(store, value as never, key)), other);
}

export function remove(store: Name, key: string | number): Promise<void> {
  const other = () => void (memory[store] as Map<unknown, unknown>).delete(key);
  return either((db) => db.delete(store, key as never), other);
}

export function clear(store: Name): Promise<void> {
  return either((db) => db.clear(store), () => memory[store].clear());
}

// Operations

export function allOperations(): Promise<Operation[]> {
  return either((db) => db.getAll('operations'), () => [...memory.operations.values()]);
}

/** Keep an operation, new or changed; returns it with its place in the order. */
export function keepOperation(operation: Omit<Operation, 'order'> & { order?: number }) {
  const other = () => {
    const order = operation.order ?? ++lastOrder;
    const kept = { ...operation, order };
    memory.operations.set(order, kept);
    return kept;
  };
  const work = async (db: IDBPDatabase<Board>): Promise<Operation> => {
    const order = await db.put('operations', operation as Operation);
    return { ...operation, order };
  };
  return either(work, other);
}

/** Change operations in one transaction: those in `kept` as they are now, those in `gone` away. */
export function settle(kept: Operation[], gone: number[]): Promise<void> {
  const other = () => {
    kept.forEach((operation) => memory.operations.set(operation.order, operation));
    gone.forEach((order) => memory.operations.delete(order));
  };
  return either(async (db) => {
    const transaction = db.transaction('operations', 'readwrite');
    await Promise.all([
      ...kept.map((operation) => transaction.store.put(operation)),
      ...gone.map((order) => transaction.store.delete(order)),
      transaction.done,
    ]);
  }, other);
}
