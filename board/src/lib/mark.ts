/** A mark that all tabs of a browser share and that outlives the page: a cookie, since a browser may
 * keep cookies and refuse every storage. One that keeps no cookies has no log-in to remember either. */
export class Mark {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  get isSet(): boolean {
    return document.cookie.split('; ').includes(`${this.#key}=1`);
  }

  set(): void {
    this.#write('1', YEAR);
  }

  clear(): void {
    this.#write('', 0);
  }

  #write(value: string, seconds: number): void {
    document.cookie = `${this.#key}=${value}; Path=/; SameSite=Strict; Max-Age=${seconds}`;
  }
}

const YEAR = 31_536_000;
