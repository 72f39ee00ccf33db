// How large the garage screen writes, so that people can read it from where they stand.

/** People read capitals of 22 arcmin at a glance; capitals have 0.7 of the size of a font. */
const CAPITALS_PER_METRE = 6.4;
const CAPITALS = 0.7;
const STALE_AFTER = 30_000;
export const MOST_ROWS = 8;

/** The size of plain text in hundredths of the width of the screen, for a 16:9 screen. */
export function unit(inches: number, metres: number): number {
  const width = inches * 25.4 * 0.8716;
  return (100 * metres * CAPITALS_PER_METRE) / CAPITALS / width;
}

/** How many rows of text of `size` fit into `height`, one at least and eight at most. */
export const rowsFitting = (height: number, size: number): number =>
  Math.max(1, Math.min(MOST_ROWS, Math.floor(height / (size * 1.5))));

/** The pages that rows are turned over on, as even as can be. */
export function pages<T>(rows: T[], most: number): T[][] {
  const number = Math.ceil(rows.length / most);
  const size = Math.ceil(rows.length / number);
  return Array.from({ length: number }, (_, page) => rows.slice(page * size, (page + 1) * size));
}

/** Whether the screen may be wrong: the server has been silent for half a minute. */
export const isStale = (isLive: boolean, asOf: number, now: number): boolean =>
  !isLive && now - asOf > STALE_AFTER;
