// Keeps one thing on the device: soon after it changed, with one write at a time. Once it is given
// up, no write that was under way follows.

const SOON = 400;

export class Saver {
  readonly #save: () => Promise<void>;
  readonly #remove: () => Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(save: () => Promise<void>, remove: () => Promise<void>) {
    this.#save = save;
    this.#remove = remove;
  }

  soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#next(this.#save), SOON);
  }

  giveUp(): Promise<void> {
    clearTimeout(this.#timer);
    return this.#next(this.#remove);
  }

  #next(work: () => Promise<void>): Promise<void> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
