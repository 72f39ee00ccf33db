// When to ask the server about a followed weekend: at the start, whenever somebody wants it, and
// every 10 s while the stream is silent. One question at a time.

const EVERY = 10_000;

export class Beat {
  readonly #ask: () => Promise<void>;
  readonly #listen: (signal: AbortSignal) => void;
  readonly #isSilent: () => boolean;
  #followers = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #listening: AbortController | undefined;
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  constructor(ask: () => Promise<void>, listen: (signal: AbortSignal) => void, isSilent: () => boolean) {
    this.#ask = ask;
    this.#listen = listen;
    this.#isSilent = isSilent;
  }

  /** Begin, with what `prepare` finds on the device; returns whether this is the first follower. */
  start(prepare: () => Promise<void>): boolean {
    this.#followers += 1;
    if (this.#followers > 1) return false;
    this.#listening = new AbortController();
    this.#timer = setInterval(() => this.#isSilent() && void this.now(), EVERY);
    void this.#begin(prepare, this.#listening.signal);
    return true;
  }

  async #begin(prepare: () => Promise<void>, signal: AbortSignal): Promise<void> {
    await prepare();
    await this.now();
    if (!signal.aborted) this.#listen(signal);
  }

  /** End, if this was the last follower; returns whether it was. */
  stop(): boolean {
    this.#followers -= 1;
    if (this.#followers) return false;
    clearInterval(this.#timer);
    this.#listening?.abort();
    return true;
  }

  /** Ask now. A caller who comes while a question is under way gets the answer to the next one. */
  now(): Promise<void> {
    if (!this.#running) return this.#run();
    this.#next ??= this.#running.then(() => {
      this.#next = null;
      return this.#run();
    });
    return this.#next;
  }

  #run(): Promise<void> {
    this.#running = this.#ask().finally(() => (this.#running = null));
    return this.#running;
  }
}
