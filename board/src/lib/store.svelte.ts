// Weekends as state that pages read: what the server told, with this device's operations over it.
//
//   const weekend = weekendOf(eventId);     // in a page
//   weekend.tasks, weekend.sessions …       // lists, already sorted, changing by themselves
import { untrack } from 'svelte';
import * as auth from './auth.ts';
import { call, Refused } from './call.ts';
import * as db from './db.ts';
import type { Operation } from './operations.ts';
import { lay, type Shown } from './overlay.ts';
import { onOperations } from './queue.ts';
import { now } from './time.ts';
import type { Bike, Changes, CrewRole, Person, RaceEvent, Session, Snapshot } from './types.ts';
import { fromSnapshot, withChanges, type Kept } from './weekend.ts';

const EVERY = 10_000;
const NOBODY: never[] = [];

class Queue {
  operations = $state.raw<Operation[]>([]);
  waiting = $derived(this.operations.filter((operation) => operation.state === 'waiting'));
  refused = $derived(this.operations.filter((operation) => operation.state === 'refused'));
}

export const queue = new Queue();
onOperations((operations) => (queue.operations = operations));

export class Weekend {
  readonly id: number;
  /** What the server told; null until it has, or the device remembers. */
  kept = $state.raw<Kept | null>(null);
  /** The server hears of every change by itself, or was asked within the last seconds. */
  isLive = $state(false);
  /** Since when it is not live, in ms. */
  notLiveSince = $state(0);
  /** The server says there is no such weekend for this person. */
  isMissing = $state(false);
  error = $state('');

  readonly #operations = $derived(queue.operations.filter((one) => one.eventId === this.id));
  readonly #tasks = $derived(lay(this.kept?.tasks ?? new Map(), this.#operations));

  readonly event: RaceEvent | null = $derived(this.kept?.event ?? null);
  readonly zone: string = $derived(this.event?.timezone ?? '');
  readonly people: Person[] = $derived(sorted(this.kept?.people, (a, b) => named(a.name, b.name)));
  readonly bikes: Bike[] = $derived(sorted(this.kept?.bikes, (a, b) => a.number! - b.number! || named(a.label!, b.label!)));
  readonly sessions: Session[] = $derived(
    sorted(this.kept?.sessions, (a, b) => timed(a.starts_at!, b.starts_at!) || a.id - b.id),
  );
  /** Soonest due first, undated last. */
  readonly tasks: Shown[] = $derived(
    sorted(this.#tasks, (a, b) => timed(a.due_at ?? '9', b.due_at ?? '9') || a.id - b.id),
  );
  readonly releases = $derived(sorted(this.kept?.releases, (a, b) => a.id - b.id));
  readonly incidents = $derived(sorted(this.kept?.incidents, (a, b) => a.id - b.id));
  readonly asOf = $derived(this.kept?.asOf ?? 0);

  #following = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(id: number) {
    this.id = id;
  }

  task = (id: number): Shown | undefined => this.#tasks.get(id);
  bike = (id: number | null): Bike | undefined => this.kept?.bikes.get(id ?? 0);
  session = (id: number | null): Session | undefined => this.kept?.sessions.get(id ?? 0);
  person = (id: number | null): Person | undefined => this.kept?.people.get(id ?? 0);
  nameOf = (id: number | null): string => this.person(id)?.name ?? '';
  rolesOf = (id: number): CrewRole[] => (this.person(id)?.crew_roles as CrewRole[]) ?? NOBODY;

  get #key(): string {
    return `${auth.userId()}/${this.id}`;
  }

  /** Keep up with the server until the returned function is called: `$effect(() => weekend.follow())`. */
  follow(): () => void {
    this.#following += 1;
    if (this.#following === 1) followed.all = [...untrack(() => followed.all), this];
    if (this.#following === 1) void this.#start();
    return () => {
      this.#following -= 1;
      if (this.#following) return;
      clearTimeout(this.#timer);
      followed.all = untrack(() => followed.all).filter((one) => one !== this);
    };
  }

  async #start(): Promise<void> {
    if (!this.kept) this.kept = (await db.get<Kept>('weekends', this.#key)) ?? null;
    await this.#beat();
  }

  async #beat(): Promise<void> {
    clearTimeout(this.#timer);
    await this.catchUp();
    if (this.#following) this.#timer = setTimeout(() => this.#beat(), EVERY);
  }

  /** Ask the server what changed; without a signal it stays as it was. */
  async catchUp(): Promise<void> {
    try {
      let hasMore = true;
      while (hasMore) hasMore = this.kept ? await this.#changes() : await this.#snapshot();
      this.isLive = true;
      this.error = '';
      this.isMissing = false;
    } catch (error) {
      this.#notLive(error);
    }
  }

  async #snapshot(): Promise<boolean> {
    const { body } = await call<Snapshot>('GET', `/v1/events/${this.id}/snapshot`, { timeout: 30_000 });
    await this.#take(fromSnapshot(body, now()));
    return false;
  }

  async #changes(): Promise<boolean> {
    const since = encodeURIComponent(this.kept!.cursor);
    const { body } = await call<Changes>('GET', `/v1/events/${this.id}/changes?since=${since}`);
    if (body.reset) return this.#snapshot();
    await this.#take(withChanges(this.kept!, body, now()));
    return body.has_more;
  }

  async #take(kept: Kept): Promise<void> {
    this.kept = kept;
    await db.put('weekends', this.#key, kept).catch(() => undefined);
  }

  #notLive(error: unknown): void {
    if (this.isLive || !this.notLiveSince) this.notLiveSince = now();
    this.isLive = false;
    this.isMissing = error instanceof Refused && error.status === 404;
    this.error = error instanceof Refused ? error.detail : '';
  }
}

const collator = new Intl.Collator('en', { numeric: true });
const named = (a: string | null, b: string | null): number => collator.compare(a ?? '', b ?? '');
/** Times as the server writes them sort as they are. */
const timed = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function sorted<T>(rows: Map<number, T> | undefined, order: (a: T, b: T) => number): T[] {
  return rows ? [...rows.values()].sort(order) : NOBODY;
}

class Live {
  /** Since when a weekend that is being looked at is not live, in ms; 0 while all are. */
  get since(): number {
    return Math.max(0, ...followed.all.map((weekend) => (weekend.isLive ? 0 : weekend.notLiveSince)));
  }
}

class Followed {
  all = $state.raw<Weekend[]>([]);
}
const followed = new Followed();
export const live = new Live();

const weekends = new Map<number, Weekend>();

/** The weekend of an id: one object for all pages. */
export function weekendOf(id: number): Weekend {
  let found = weekends.get(id);
  if (!found) weekends.set(id, (found = new Weekend(id)));
  return found;
}

auth.onAuth(({ user }) => {
  if (!user) weekends.clear();
});
