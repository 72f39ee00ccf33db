// A value read from the server for a page: on its way, here, or the reason why not. Without a signal
// the page shows the value that was read before.
import * as auth from './auth.ts';
import * as db from './db.ts';
import { Refused } from './send.ts';
import { now, short } from './time.ts';
import { texts } from '../texts.ts';

interface Options<T> {
  /** The key under which the device remembers it. */
  key?: string;
  /** Called with each value before it is shown. */
  take?: (value: T) => void;
  /** What the device knows otherwise, if it remembers no value. */
  otherwise?: () => Remembered<T>;
}

interface Remembered<T> {
  value: T;
  at: number;
}

export class Reading<T> {
  value = $state.raw<T | null>(null);
  problem = $state('');
  readonly #read: () => Promise<T>;
  readonly #options: Options<T>;

  constructor(read: () => Promise<T>, options: Options<T> = {}) {
    this.#read = read;
    this.#options = options;
    void this.again();
  }

  /** Read it, or read it again; the value before stays in sight meanwhile. */
  again = async (): Promise<void> => {
    const isMine = auth.stillHere();
    try {
      const value = await this.#read();
      this.#show(value);
      this.problem = '';
      if (this.#key && isMine()) await db.put('kept', this.#key, { value, at: now() } satisfies Remembered<T>);
    } catch (error) {
      this.problem = error instanceof Refused ? error.detail : texts.common.notRead;
      if (!(error instanceof Refused) && this.value === null) await this.#remember();
    }
  };

  async #remember(): Promise<void> {
    const read = this.#key ? await db.get<Remembered<T>>('kept', this.#key) : undefined;
    const kept = read ?? this.#options.otherwise?.();
    if (!kept) return;
    this.#show(kept.value);
    this.problem = texts.common.remembered(short(kept.at, '', now()));
  }

  get #key(): string {
    return this.#options.key ? `${this.#options.key}/${auth.userId()}` : '';
  }

  #show(value: T): void {
    this.#options.take?.(value);
    this.value = value;
  }
}
