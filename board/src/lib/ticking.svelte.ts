// The time as state: whatever reads `ticking.now` is drawn anew each second while it is in sight.
import { createSubscriber } from 'svelte/reactivity';
import { now } from './time.ts';

class Ticking {
  readonly #subscribe = createSubscriber((update) => {
    const timer = setInterval(update, 1000);
    return () => clearInterval(timer);
  });

  /** Milliseconds, by the server's clock. */
  get now(): number {
    this.#subscribe();
    return now();
  }
}

class Minutes {
  readonly #subscribe = createSubscriber((update) => {
    const timer = setInterval(update, 15_000);
    return () => clearInterval(timer);
  });

  get now(): number {
    this.#subscribe();
    return now();
  }
}

export const ticking = new Ticking();
/** The same, four times a minute: for what is said in minutes. */
export const minutes = new Minutes();
