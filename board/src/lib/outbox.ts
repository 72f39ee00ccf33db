// Operations to be sent, and what becomes of them. None is ever dropped, doubled, or sent in
// another person's name:
//
// 1. An operation is on the device before anything shows it.
// 2. One sender over all tabs sends in the order of the deeds, at most 200 at once.
// 3. Done (2xx): it is kept with its answer until the server's own state has caught up. No signal,
//    408, 425, 429, 5xx: it stays, and is tried again. Any other refusal: it stays with the reason
//    until somebody has seen it; the ones after it go on.
// 4. None is refused for a clock that was wrong: a time that cannot be is corrected, on the
//    device first, so that it is sent the same however often it is sent.
import type { Deed, Operation } from './operations.ts';
import { Refused, Unreachable } from './send.ts';
import { corrected, type Present, type Stamp } from './stamp.ts';
import type { Kept } from './weekend.ts';

export interface Storage {
  all(): Promise<Operation[]>;
  /** Keep a new operation; returns it with its place in the order. */
  add(operation: Omit<Operation, 'order'>): Promise<Operation>;
  /** Write in one transaction: `kept` as they are now, `gone` deleted, and the weekend that holds them. */
  settle(kept: Operation[], gone: Operation[], held?: Held): Promise<void>;
}

/** A weekend for the device to keep, and its key. */
export interface Held {
  key: string;
  weekend: Kept;
}

export interface Result {
  id: string;
  status: number;
  body: any;
}

export interface Surroundings {
  storage: Storage;
  /** Who is logged in. */
  userId: () => number | null;
  /** What is kept of that person with each deed. */
  maker: () => Pick<Operation, 'userName' | 'userRole'>;
  /** Send a batch in the name of this person; raises Refused or Unreachable. */
  post: (operations: Operation[], userId: number) => Promise<Result[]>;
  /** Read what an operation is about, to see whether it has been done already. */
  read: (operation: Operation) => Promise<any>;
  now: () => number;
  stamp: () => Stamp;
  /** What is certain of the time, if need be by asking the server; raises Unreachable. Null: nothing. */
  present: () => Promise<Present | null>;
  /** Run while no other tab does; with `ifFree` only if none does now. */
  alone: <T>(work: (isHeld: boolean) => Promise<T>, ifFree?: boolean) => Promise<T>;
  /** Called when operations have changed, for other tabs and for pages. */
  changed: (operations: Operation[]) => void;
}

const MOST = 200;
/** Below the server's 1 MiB. */
const MOST_CHARACTERS = 900_000;
const AGAIN = new Set([401, 408, 425, 429]);
/** A batch that is refused as a whole is cut in two until the faulty operation is alone. */
const CUT = new Set([400, 413, 422]);

const isForLater = (status: number): boolean => status >= 500 || AGAIN.has(status);

export class Outbox {
  readonly #around: Surroundings;
  #next: Promise<void> | null = null;
  #notBefore = 0;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Keep a deed on the device. */
  async add(deed: Deed): Promise<Operation> {
    const kept = await this.#around.storage.add(structuredClone(this.#made(deed)));
    await this.tell();
    return kept;
  }

  #made(deed: Deed): Omit<Operation, 'order'> {
    const { userId: who, maker, stamp } = this.#around;
    const userId = who();
    if (userId === null) throw new Error('Nobody is logged in.');
    const by = { userId, ...maker(), ...stamp() };
    return { ...deed, ...by, id: crypto.randomUUID(), state: 'waiting' };
  }

  /** Take a deed back: delete it if it is not sent yet, otherwise do the `reversals`. */
  async undo(operation: Operation, reversals: Deed[]): Promise<void> {
    const isDeleted = await this.#around.alone(async (isHeld) => {
      if (!isHeld) return false;
      const found = (await this.mine()).find((one) => one.id === operation.id);
      if (found?.state !== 'waiting') return false;
      await this.#around.storage.settle([], [found]);
      return true;
    }, true);
    if (isDeleted) return this.tell();
    for (const deed of reversals) await this.add({ ...deed, undoes: operation.id });
  }

  /** Forget operations: somebody has seen their refusal, or the weekend kept with this holds them. */
  async forget(operations: Operation[], held?: Held): Promise<void> {
    await this.#around.storage.settle([], operations, held);
    if (operations.length) await this.tell();
  }

  /** The operations of the person who is logged in, in the order of the deeds. */
  async mine(): Promise<Operation[]> {
    const who = this.#around.userId();
    const all = await this.#around.storage.all();
    return all.filter((one) => one.userId === who).sort((a, b) => a.order - b.order);
  }

  async tell(): Promise<void> {
    this.#around.changed(await this.mine());
  }

  /** Send waiting operations. A caller who comes while a sending is about to begin gets that one. */
  send({ isUrgent = false } = {}): Promise<void> {
    if (!isUrgent && this.#around.now() < this.#notBefore) return Promise.resolve();
    this.#next ??= this.#around.alone(async () => {
      this.#next = null;
      await this.#sendAll();
    });
    return this.#next;
  }

  async #sendAll(): Promise<void> {
    if (!(await this.#putTimesRight())) return;
    let most = MOST;
    for (;;) {
      const batch = await this.#batch(most);
      if (!batch.length) return;
      const outcome = await this.#sendOnce(batch);
      if (outcome === 'later') return;
      most = outcome === 'cut' ? Math.ceil(batch.length / 2) : MOST;
    }
  }

  /** Tell whether the server is to be had. */
  async #putTimesRight(): Promise<boolean> {
    const waiting = await this.#waiting();
    if (!waiting.length) return true;
    try {
      const present = await this.#around.present();
      const changed = present ? corrected(waiting, present) : [];
      if (changed.length) await this.#around.storage.settle(changed, []);
      return true;
    } catch (error) {
      if (error instanceof Unreachable) return false;
      throw error;
    }
  }

  #waiting = async (): Promise<Operation[]> => (await this.mine()).filter((one) => one.state === 'waiting');

  async #batch(most: number): Promise<Operation[]> {
    const waiting = await this.#waiting();
    let characters = 0;
    const isRoom = (one: Operation) => (characters += JSON.stringify(one).length) < MOST_CHARACTERS;
    return waiting.slice(0, most).filter((one, index) => isRoom(one) || index === 0);
  }

  async #sendOnce(batch: Operation[]): Promise<'done' | 'later' | 'cut'> {
    let results: Result[];
    try {
      results = await this.#around.post(batch, batch[0].userId);
      if (results.length !== batch.length) throw new Error('An answer to each operation is missing');
    } catch (error) {
      return this.#failed(batch, error);
    }
    const settled = await Promise.all(batch.map((one, index) => this.#after(one, results[index])));
    const moot = await this.#moot(settled);
    const changed = settled.filter((one) => one.state !== 'waiting' && !moot.includes(one));
    await this.#around.storage.settle(changed, moot);
    await this.tell();
    return settled.some((one) => one.state === 'waiting') ? 'later' : 'done';
  }

  /** Refused operations that were to take back a deed which was refused itself. */
  async #moot(settled: Operation[]): Promise<Operation[]> {
    const known = [...(await this.mine()), ...settled];
    const isRefused = (id: string) => known.some((one) => one.id === id && one.state === 'refused');
    return settled.filter((one) => one.state === 'refused' && one.undoes && isRefused(one.undoes));
  }

  async #failed(batch: Operation[], error: unknown): Promise<'done' | 'later' | 'cut'> {
    if (error instanceof Refused && CUT.has(error.status)) {
      if (batch.length > 1) return 'cut';
      await this.#around.storage.settle([refused(batch[0], error.status, error.detail)], []);
      await this.tell();
      return 'done';
    }
    if (error instanceof Refused) this.#notBefore = this.#around.now() + error.retryAfter;
    else if (!(error instanceof Unreachable)) console.warn('Sending failed:', error);
    return 'later';
  }

  async #after(operation: Operation, { status, body }: Result): Promise<Operation> {
    if (isForLater(status)) return operation;
    const settled = { ...operation, status, settledAt: this.#around.now() };
    if (status < 300) return { ...settled, state: 'applied', result: body };
    const isDone = status === 409 && (await this.#isDoneAlready(operation));
    return isDone ? { ...settled, state: 'applied' } : refused(settled, status, new Refused(status, body ?? {}).detail);
  }

  /** A conflict with this person's own deed, from long ago or another device, is none. */
  async #isDoneAlready(operation: Operation): Promise<boolean> {
    if (operation.body.act !== 'done') return false;
    const task = await this.#around.read(operation).catch(() => null);
    return task?.status === 'done' && task.done_by === operation.userId;
  }
}

function refused(operation: Operation, status: number, reason: string): Operation {
  return { ...operation, state: 'refused', status, reason };
}
