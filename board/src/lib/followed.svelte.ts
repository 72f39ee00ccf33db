// The weekends that pages look at now, and whether all of them are live.
import { untrack } from 'svelte';
import type { Weekend } from './store.svelte.ts';

class Followed {
  #all = $state.raw<Weekend[]>([]);

  get all(): Weekend[] {
    return this.#all;
  }
  /** Since when one of these weekends is not live, in ms; 0 while all are. */
  get since(): number {
    return Math.max(0, ...this.#all.map((weekend) => (weekend.isLive ? 0 : weekend.notLiveSince)));
  }
  add(weekend: Weekend): void {
    this.#all = [...untrack(() => this.#all), weekend];
  }
  drop(weekend: Weekend): void {
    this.#all = untrack(() => this.#all).filter((one) => one !== weekend);
  }
}

/** The weekends that pages look at now. */
export const followed = new Followed();
