// Long lists are drawn in parts, so that no part keeps a finger waiting. Plain functions.

/** The ids of the rows that may be drawn: those that were, and the first `more` of the others. A row
 * that is drawn stays, whatever comes before it; one that has left the list is a new one later. */
export function nextPart(rows: { id: number }[], drawn: ReadonlySet<number>, more: number): Set<number> {
  const next = new Set<number>();
  for (const { id } of rows) if (drawn.has(id) || more-- > 0) next.add(id);
  return next;
}
