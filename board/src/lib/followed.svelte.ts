// The weekends that pages look at now, and whether all of them are live.
import { untrack } from 'svelte';
import { notLiveSince } from './live.ts';
import type { Weekend } from './store.svelte.ts';

class Followed {
  #all = $state.raw<Weekend[]>([]);

  get all(): Weekend[] {
    return this.#all;
  }
  /** Since when not all of these weekends are live, in ms; 0 while they are. */
  get since(): number {
    return notLiveSince(this.#all);
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
