// A long list as state that a page draws: its beginning at once, and the rest within a second.
import { nextPart } from './parts.ts';
import { isReturning } from './returning.ts';

/**
 * Return whether a row is drawn yet: `part` rows more each time, which have to be less than 50 ms of a
 * slow phone's time. What is counted or selected are the rows, not the drawn ones.
 *
 *   const isDrawn = gradually(() => rows, 16);
 *   {#each rows.filter(isDrawn) as row (row.id)}
 */
export function gradually(rows: () => { id: number }[], part: number): (row: { id: number }) => boolean {
  let before: ReadonlySet<number> = new Set();
  let parts = $state(0);
  const drawn = $derived.by(() => {
    // Timers of a hidden page are slow, and nobody waits for it.
    const more = document.hidden || isReturning() ? Infinity : parts && part;
    return (before = nextPart(rows(), before, more));
  });
  $effect(() => {
    if (drawn.size === rows().length) return;
    const timer = setTimeout(() => (parts += 1));
    return () => clearTimeout(timer);
  });
  return (row) => drawn.has(row.id);
}
