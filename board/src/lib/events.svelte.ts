// The list of weekends as state: what the server told last, kept on the device.
import * as auth from './auth.ts';
import { texts } from '../texts.ts';
import { all, Refused } from './call.ts';
import * as db from './db.ts';
import { DAY, localDay, now } from './time.ts';
import type { RaceEvent, Task } from './types.ts';

const WEEK = 7 * DAY;
/** At most so many weekends of other crews are followed: a team manager sees all of them. */
const MOST = 5;

interface Lists {
  all: RaceEvent[];
  /** Weekends whose crew this person is on. */
  mine: number[];
  /** Weekends where this person holds a task that is due within a week. */
  busy: number[];
}

class Events {
  #lists = $state.raw<Lists | null>(null);
  problem = $state('');

  readonly isKnown = $derived(this.#lists !== null);
  readonly all: RaceEvent[] = $derived(this.#lists?.all ?? []);
  readonly mine: RaceEvent[] = $derived(this.all.filter((event) => this.#lists!.mine.includes(event.id)));

  /** Weekends that this person works at now. */
  readonly current: RaceEvent[] = $derived.by(() => {
    const isNobodys = !this.mine.length && isAdmin();
    const near = isNobodys ? current(this.all).slice(0, MOST) : current(this.mine);
    const busy = this.all.filter((event) => this.#lists!.busy.includes(event.id));
    return [...new Set([...near, ...busy])];
  });

  /** Those, and all that this person will work at, the next one first. */
  get ahead(): RaceEvent[] {
    const coming = this.mine.filter((event) => event.end_date >= localDay(now(), 'UTC'));
    return [...new Set([...this.current, ...coming.toSorted(byDay)])];
  }

  get #key(): string {
    return `events/${auth.userId()}`;
  }

  /** Show the list of the device, then that of the server. */
  async load(): Promise<void> {
    const isMine = auth.stillHere();
    this.#lists ??= (await db.get<Lists>('kept', this.#key)) ?? null;
    try {
      const [rows, mine, held] = await Promise.all([
        all<RaceEvent>('/v1/events?limit=200'),
        all<RaceEvent>('/v1/events?limit=200&mine=true'),
        all<Task>(`/v1/tasks?limit=200&assigned_to=me&status=open,failed&due_before=${nextWeek()}`),
      ]);
      if (!isMine()) return;
      const busy = [...new Set(held.map((task) => task.event_id))];
      this.#lists = { all: rows, mine: mine.map((event) => event.id), busy };
      this.problem = '';
      await db.put('kept', this.#key, this.#lists);
    } catch (error) {
      if (isMine()) this.problem = error instanceof Refused ? error.detail : texts.common.noSignal;
    }
  }

  /** Ask again, if the list has been asked for. */
  refresh(): void {
    if (this.isKnown || this.problem) void this.load();
  }

  forget(): void {
    this.#lists = null;
  }
}

export const events = new Events();

auth.onOther(() => events.forget());
addEventListener('online', () => events.refresh());
document.addEventListener('visibilitychange', () => document.hidden || events.refresh());

const isAdmin = (): boolean => auth.current().user?.role === 'admin';
const byDay = (a: RaceEvent, b: RaceEvent): number => (a.event_date < b.event_date ? -1 : 1);
const nextWeek = (): string => new Date(now() + WEEK).toISOString();

/** Weekends that are on, ended yesterday or begin within a week, of those that are on the latest made
 * first; without any of these the next one, and without that the last one. */
function current(rows: RaceEvent[]): RaceEvent[] {
  const [yesterday, today, soon] = [-DAY, 0, WEEK].map((more) => localDay(now() + more, 'UTC'));
  const isOn = (event: RaceEvent) => event.event_date <= today;
  const inOrder = rows.toSorted(byDay);
  const coming = inOrder.filter((event) => event.end_date >= yesterday);
  const near = coming.filter((event) => event.event_date <= soon);
  if (!near.length) return coming.length ? coming.slice(0, 1) : inOrder.slice(-1);
  const on = near.filter(isOn).toSorted((a, b) => b.id - a.id);
  return [...on, ...near.filter((event) => !isOn(event))];
}
