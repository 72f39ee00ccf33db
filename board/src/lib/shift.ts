/** Moving a part of the timetable: the server's preview, and the request that takes it back. */

export interface Moved {
  sessions: { id: number; old_starts_at: string; new_starts_at: string }[];
  tasks: { id: number; old_due_at: string | null; new_due_at: string }[];
  overlaps: number[][];
}

/** The request that moves exactly those back. */
export const takingBack = (moved: Moved, minutes: number) => ({
  session_ids: moved.sessions.map((session) => session.id),
  minutes: -minutes,
});

/** Whether a due time that lay ahead is past once it has moved. */
export const nowOverdue = (moved: Moved, now: number) =>
  moved.tasks.filter(
    ({ old_due_at, new_due_at }) =>
      Date.parse(new_due_at) < now && old_due_at !== null && Date.parse(old_due_at) >= now,
  ).length;

/** Minutes as typed, or undefined where they move nothing or more than a day. */
export function asMinutes(typed: string | number | null | undefined): number | undefined {
  const minutes = Number(
    String(typed ?? '')
      .trim()
      .replace('−', '-') || Number.NaN,
  );
  const isGood = Number.isInteger(minutes) && minutes !== 0 && Math.abs(minutes) <= 24 * 60;
  return isGood ? minutes : undefined;
}
