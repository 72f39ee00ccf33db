// When a task is due that is to do again: as the server reckons it once it hears of that, by what
// the device knows of the timetable.
import { MINUTE, dayAfter, midnight } from './time.ts';
import type { RaceEvent, Session, Task } from './types.ts';

type Hanging = Pick<Task, 'due_at' | 'anchor' | 'is_due_pinned' | 'offset_minutes' | 'session_id'>;

/** What a due time hangs on. */
export interface Grounds {
  event: Pick<RaceEvent, 'event_date' | 'end_date' | 'timezone'> | null;
  session: (id: number | null) => Pick<Session, 'starts_at' | 'ends_at'> | undefined;
}

/** What it hangs on may have moved while it was signed. Null: only the server knows. */
export function dueAgain(task: Hanging, grounds: Grounds): string | null {
  if (task.is_due_pinned || !hangs(task)) return task.due_at;
  const moment = momentOf(task, grounds);
  return moment === null ? null : asTold(moment + (task.offset_minutes ?? 0) * MINUTE);
}

/** A crash or rain has no moment before it happens. */
function hangs({ anchor, session_id }: Hanging): boolean {
  if (anchor === 'session_start' || anchor === 'session_end') return session_id !== null;
  return anchor === 'event_start' || anchor === 'event_end';
}

function momentOf({ anchor, session_id }: Hanging, { event, session }: Grounds): number | null {
  if (anchor === 'event_start') return event && midnight(event.event_date, event.timezone);
  if (anchor === 'event_end') return event && midnight(dayAfter(event.end_date), event.timezone);
  const found = session(session_id);
  return found ? Date.parse((anchor === 'session_start' ? found.starts_at : found.ends_at)!) : null;
}

/** In the server's notation, whose texts sort as times. */
const asTold = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');
