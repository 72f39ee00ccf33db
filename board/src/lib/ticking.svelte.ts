// The time as state: parts that read `ticking.now` are drawn anew each second while in sight.
import { createSubscriber } from 'svelte/reactivity';
import { onTheDot } from './tick.ts';
import { now } from './time.ts';

class Ticking {
  readonly #subscribe: () => void;

  constructor(every: number) {
    this.#subscribe = createSubscriber((update) => onTheDot(every, update));
  }

  /** Milliseconds, by the server's clock. */
  get now(): number {
    this.#subscribe();
    return now();
  }
}

export const ticking = new Ticking(1_000);
/** The same, four times a minute: for texts in minutes, and for days. */
export const minutes = new Ticking(15_000);
