// When something was done, by a clock that may be wrong, and what becomes of it once the time is known.
import { MINUTE, now } from './time.ts';

export interface Stamp {
  deviceTime: string;
  /** The page that made it, and what its steady clock showed: no clock that is set changes that. */
  page?: string;
  steadyAt?: number;
}

/** What is known of the time as a batch is about to be sent. */
export interface Present {
  now: number;
  page: string;
  steady: number;
}

/** The server refuses what lies 10 minutes ahead. What it may have taken already stays as it is,
 * since sent again with another time it would be another operation. */
const AHEAD = 9 * MINUTE;
/** No board is older. A clock that lost its battery begins in 1970. */
const SINCE = Date.UTC(2026, 0);
const PAGE = crypto.randomUUID();

export function stamp(): Stamp {
  return { deviceTime: new Date(now()).toISOString(), page: PAGE, steadyAt: performance.now() };
}

export const present = (): Present => ({ now: now(), page: PAGE, steady: performance.now() });

/** Those whose time cannot be, with the latest that is possible: the present, less what has
 * passed since on the page that made them, and none after the ones that follow. */
export function corrected<T extends Stamp>(inOrder: T[], present: Present): T[] {
  let latest = present.now;
  const found: T[] = [];
  for (const one of inOrder.toReversed()) {
    const told = Date.parse(one.deviceTime);
    if (told > present.now + AHEAD || told < SINCE) {
      latest = Math.min(latest, bound(one, present));
      found.unshift({ ...one, deviceTime: new Date(latest).toISOString() });
    } else latest = Math.min(latest, told);
  }
  return found;
}

const bound = ({ page, steadyAt }: Stamp, { now, ...here }: Present): number =>
  page === here.page && steadyAt !== undefined ? now - (here.steady - steadyAt) : now;
