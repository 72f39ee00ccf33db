// The operations of a device whose storage may fail at any write. Rows that it did not take are in
// memory, by the id of the operation, and count in place of the stored ones: so each operation is
// there once, in its latest state. The memory ends with the page; operations are then sent again,
// and the server does nothing twice.
import type { Operation } from './operations.ts';
import type { Held, Storage } from './outbox.ts';
import type { Kept } from './weekend.ts';

/** Greater than every place that a database gives. */
const FIRST = 1e15;
const isUnder = ({ order }: Pick<Operation, 'order'>): boolean => order < FIRST;

export class Remembering implements Storage {
  /** Rows that could not be written, by their keys. */
  readonly weekends = new Map<string, Kept>();
  readonly #under: Storage;
  readonly #failed: (error: unknown) => void;
  /** By id; null for deleted ones. */
  readonly #untold = new Map<string, Operation | null>();
  #last = FIRST;

  /** `under` is the storage that may fail, and `failed` is called whenever it does. */
  constructor(under: Storage, failed: (error: unknown) => void) {
    this.#under = under;
    this.#failed = failed;
  }

  async all(): Promise<Operation[]> {
    let told: Operation[] = [];
    try {
      told = await this.#under.all();
    } catch (error) {
      this.#failed(error);
    }
    const untold = [...this.#untold.values()].filter((one) => one !== null);
    return [...told.filter(({ id }) => !this.#untold.has(id)), ...untold];
  }

  async add(operation: Omit<Operation, 'order'>): Promise<Operation> {
    try {
      return await this.#under.add(operation);
    } catch (error) {
      this.#failed(error);
      const kept = { ...operation, order: ++this.#last };
      this.#untold.set(kept.id, kept);
      return kept;
    }
  }

  async settle(kept: Operation[], gone: Operation[], held?: Held): Promise<void> {
    const isTold = await this.#tell(kept.filter(isUnder), gone.filter(isUnder), held);
    for (const one of kept) this.#note(one, one, isTold);
    for (const one of gone) this.#note(one, null, isTold);
    if (held && isTold) this.weekends.delete(held.key);
    else if (held) this.weekends.set(held.key, held.weekend);
  }

  async #tell(...all: Parameters<Storage['settle']>): Promise<boolean> {
    try {
      await this.#under.settle(...all);
      return true;
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  #note({ id, order }: Operation, outcome: Operation | null, isTold: boolean): void {
    if (isTold && isUnder({ order })) this.#untold.delete(id);
    else this.#untold.set(id, outcome);
  }
}
