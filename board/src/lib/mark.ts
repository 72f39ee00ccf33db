/** A mark for all tabs of a browser that outlives the page, as far as the browser lets it: one that
 * refuses storage has it in this tab only, or as long as this page is open. */
export class Mark {
  readonly #key: string;
  #isHere = false;

  constructor(key: string) {
    this.#key = key;
  }

  get isSet(): boolean {
    const has = (storage: Storage) => storage.getItem(this.#key) !== null;
    return this.#isHere || PLACES.some((place) => tried(place, has) ?? false);
  }

  set(): void {
    const write = (storage: Storage) => (storage.setItem(this.#key, '1'), true);
    this.#isHere = !PLACES.some((place) => tried(place, write));
  }

  clear(): void {
    this.#isHere = false;
    PLACES.forEach((place) => tried(place, (storage) => storage.removeItem(this.#key)));
  }

  /** Another tab says so. Tabs that share a storage have it there, and what is said may be out of date. */
  hear(isSet: boolean): void {
    if (tried(SHARED, (storage) => storage.length) !== undefined) return;
    if (isSet) this.set();
    else this.clear();
  }
}

type Place = () => Storage;
const SHARED: Place = () => localStorage;
const PLACES: Place[] = [SHARED, () => sessionStorage];

function tried<T>(place: Place, work: (storage: Storage) => T): T | undefined {
  try {
    return work(place());
  } catch {
    return undefined; // It is refused, or full.
  }
}
