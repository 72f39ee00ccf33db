// What this screen is like, kept on it.
import { unit } from '../../lib/wall.ts';

export const SCREENS = [24, 27, 32, 43, 50, 55, 65, 75, 85];
export const METRES = [1.5, 2, 3, 4, 5, 6];
const KEY = 'wall';
const DEFAULTS = { inches: 43, metres: 4, look: 'device' };

function kept(): typeof DEFAULTS {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY) ?? '{}') };
  } catch {
    return DEFAULTS;
  }
}

class WallSettings {
  #kept = $state(kept());

  get inches(): number {
    return this.#kept.inches;
  }
  set inches(value: number) {
    this.#keep({ inches: value });
  }
  get metres(): number {
    return this.#kept.metres;
  }
  set metres(value: number) {
    this.#keep({ metres: value });
  }
  get look(): string {
    return this.#kept.look;
  }
  set look(value: string) {
    this.#keep({ look: value });
  }
  /** The size of plain text, in hundredths of the width. */
  get unit(): number {
    return Math.min(6, Math.max(1.6, unit(this.inches, this.metres)));
  }

  #keep(change: Partial<typeof DEFAULTS>): void {
    Object.assign(this.#kept, change);
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#kept));
    } catch {
      // A browser that keeps nothing: it holds until the page is closed.
    }
  }
}

export const wallSettings = new WallSettings();
