// The server's time: the device's clock, and how far the server's is ahead of it by its last answer.
//
// A device's clock may be put right while there is no signal, and then what was known of it is wrong
// by as much. How far it was put back shows against the steady clock of the page, which nobody sets;
// ticks made after that keep their right times. How far it was put forward does not show: on many
// systems the steady clock stands still while the device sleeps, and hours of sleep look the same.
// So only steps back are believed, and the other ones wait for the server's next answer. Nor does it
// show what happened while no page was open.

const KEY = 'clock-offset';
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** The two clocks may differ by so much without anybody having set one, and by 1 in 1,000. */
const TOLERANCE = 2 * SECOND;

export class ServerClock {
  readonly #device: () => number;
  readonly #steady: () => number;
  /** Milliseconds that the server is ahead: kept, since a page that begins without a signal has none. */
  #offset = remembered();
  #seen: { device: number; steady: number } | undefined;
  /** Steps of the device's clock since the last answer. */
  #steps: number[] = [];
  #isHeard = false;
  #listener: (ahead: number) => void = () => undefined;

  constructor(device = () => Date.now(), steady = () => performance.now()) {
    this.#device = device;
    this.#steady = steady;
  }

  /** Now, in milliseconds, as far as it is known. */
  now(): number {
    this.#look();
    return this.#device() + this.#offset;
  }

  /** The server has told this page the time, and nobody has set the device's clock since. A device that
   * slept may look as if. */
  get isSure(): boolean {
    this.#look();
    return this.#isHeard && !this.#steps.length;
  }

  /** Call back with the ms that the device's clock is ahead of the server's, now and when that changes. */
  onAhead(listener: (ahead: number) => void): void {
    this.#listener = listener;
    listener(-this.#offset);
  }

  /** Learn from the `Date` of an answer to what was asked at `started`, by the device's clock. It is in
   * whole seconds, so less than that is no difference. */
  heed(date: string | null, started: number): void {
    const told = date ? Date.parse(date) : NaN;
    if (Number.isNaN(told)) return;
    this.#look();
    this.#steps = [];
    this.#isHeard = true;
    const now = this.#device();
    const isWithin = told + SECOND >= started && told <= now;
    const middle = (started + now) / 2;
    this.#learn(isWithin ? 0 : Math.round((told + SECOND / 2 - middle) / SECOND) * SECOND);
  }

  /** See whether somebody has set the device's clock since it was last looked at. */
  #look(): void {
    const [device, steady] = [this.#device(), this.#steady()];
    const seen = this.#seen ?? { device, steady };
    this.#seen = { device, steady };
    const passed = steady - seen.steady;
    const step = device - seen.device - passed;
    if (Math.abs(step) > TOLERANCE + passed / 1_000) this.#stepped(step);
  }

  #stepped(step: number): void {
    const undone = this.#steps.findIndex((one) => one * step < 0 && Math.abs(one + step) < MINUTE);
    if (undone < 0) this.#steps.push(step);
    else this.#steps.splice(undone, 1);
    // Whoever puts it forward and then back was believed neither time, the other way round both times.
    const isBelieved = undone < 0 ? step < 0 : step > 0;
    if (isBelieved) this.#learn(this.#offset - step);
  }

  #learn(offset: number): void {
    if (offset === this.#offset) return;
    this.#offset = offset;
    this.#listener(-offset);
    try {
      localStorage.setItem(KEY, String(offset));
    } catch {
      // Then it is known as long as the page is open.
    }
  }
}

function remembered(): number {
  try {
    return Number(localStorage.getItem(KEY)) || 0;
  } catch {
    return 0; // Storage is refused, or this is no browser.
  }
}

export const serverClock = new ServerClock();
