// Times: the device's clock corrected by the server's, and words for times in the weekend's zone.
import { texts } from '../texts.ts';
import { serverClock } from './server-clock.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Now, in milliseconds, by the server's clock as far as it is known. */
export const now = (): number => serverClock.now();

/** A formatter for each zone, made once: making one costs more than using it a hundred times. */
function formatter(options: Intl.DateTimeFormatOptions): (zone: string) => Intl.DateTimeFormat {
  const made = new Map<string, Intl.DateTimeFormat>();
  return (zone) => {
    let found = made.get(zone);
    if (!found) {
      found = new Intl.DateTimeFormat('en-GB', { ...options, ...(zone && { timeZone: zone }) });
      made.set(zone, found);
    }
    return found;
  };
}

type Instant = string | number | Date;
const asClock = formatter({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const asDay = formatter({ weekday: 'short', day: 'numeric', month: 'short' });
const asDate = formatter({ year: 'numeric', month: '2-digit', day: '2-digit' });
const asDates = formatter({ day: 'numeric', month: 'short', year: 'numeric' });

/** `10:40`, in the zone; without one, in the device's. */
export const clock = (at: Instant, zone = ''): string => asClock(zone).format(new Date(at));
/** `Fri 12 Jun`. */
export const day = (at: Instant, zone = ''): string =>
  asDay(zone).format(new Date(at)).replace(',', '');
/** `Fri 12 Jun 10:40`. */
export const dayAndClock = (at: Instant, zone = ''): string => `${day(at, zone)} ${clock(at, zone)}`;

const days = new Map<string, string>();

const MOST_DAYS = 10_000;
/** In every zone a day begins at a whole quarter of an hour. */
const QUARTER = 15 * MINUTE;

/** `2026-06-12`: the local day, to compare and to group by. Kept, as hundreds of tasks ask for it. */
export function localDay(at: Instant, zone = ''): string {
  const quarter = Math.floor(new Date(at).getTime() / QUARTER);
  const key = quarter + zone;
  let found = days.get(key);
  if (found) return found;
  // Bounded, since a screen that is never off adds one each quarter of an hour.
  if (days.size > MOST_DAYS) days.clear();
  days.set(key, (found = dayOf(quarter * QUARTER, zone)));
  return found;
}

function dayOf(at: number, zone: string): string {
  const parts = asDate(zone).formatToParts(new Date(at));
  const part = (type: string) => parts.find((one) => one.type === type)!.value;
  return `${part('year')}-${part('month')}-${part('day')}`;
}

/** When a local day begins, in ms. One whose midnight is skipped begins as the clocks are put forward. */
export function midnight(date: string, zone: string): number {
  const wall = Date.parse(date);
  const [before, after] = [ahead(wall - DAY, zone), ahead(wall + DAY, zone)];
  const [first, second] = [wall - before, wall - after];
  const isLater = ahead(first, zone) !== before && ahead(second, zone) === after;
  return isLater ? second : first;
}

/** So many ms the zone's clocks are ahead of UTC. */
const ahead = (at: number, zone: string): number =>
  Date.parse(`${localDay(at, zone)}T${clock(at, zone)}Z`) - at;

/** `2026-06-13` after `2026-06-12`. */
export const dayAfter = (date: string): string =>
  new Date(Date.parse(date) + DAY).toISOString().slice(0, 10);

/** `10:40` for today, otherwise with the day before it. Pages take today from `minutes.now`, so
 * that they are drawn anew at midnight. */
export function short(at: Instant, zone: string, today: Instant): string {
  return localDay(at, zone) === localDay(today, zone) ? clock(at, zone) : dayAndClock(at, zone);
}

/** `12–14 Jun 2026`, of dates without a time. */
export function dates(first: string, last: string): string {
  return asDates('UTC').formatRange(new Date(first), new Date(last));
}

/** `1:04:09` or `12:30` until `at`; `0:00` once it is over. */
export function countdown(at: Instant, from = now()): string {
  const left = Math.max(0, Math.floor((new Date(at).getTime() - from) / 1000));
  const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** The countdown, and `+12:30` once it is over. */
export const untilOrSince = (at: Instant, from: number): string =>
  new Date(at).getTime() < from ? `+${countdown(from, new Date(at).getTime())}` : countdown(at, from);

/** `25 min`, `3 h`, `2 d` from one to the other, to the nearest that matters. */
export function apart(at: Instant, from: number): string {
  const minutes = Math.round(Math.abs(new Date(at).getTime() - from) / MINUTE);
  if (minutes < 100) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} d`;
}

/** `in 25 min`, `3 h late`. */
export const until = (at: Instant, from: number): string =>
  new Date(at).getTime() < from ? `${apart(at, from)} late` : `in ${apart(at, from)}`;

/** What to say of a device's clock that is so many ms ahead; nothing of less than 2 minutes. */
export function clockFaultOf(ahead: number): string {
  if (Math.abs(ahead) <= 2 * MINUTE) return '';
  const much = apart(ahead, 0);
  return ahead > 0 ? texts.status.clockAhead(much) : texts.status.clockBehind(much);
}
