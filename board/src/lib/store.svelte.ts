// Weekends as state that pages read: the server's state, with this device's operations over it.
//
//   const weekend = weekendOf(eventId);     // in a page
//   weekend.tasks, weekend.sessions …       // lists, already sorted, changing by themselves
import { untrack } from 'svelte';
import { askOnce } from './asking.ts';
import * as auth from './auth.ts';
import { Beat } from './beat.ts';
import { call, Refused } from './call.ts';
import * as db from './db.ts';
import type { Operation } from './operations.ts';
import { lay, type Shown } from './overlay.ts';
import { followed } from './followed.svelte.ts';
import { forget, onOperations } from './queue.ts';
import { Saver } from './saver.ts';
import { listen, type Heard } from './stream.ts';
import { now } from './time.ts';
import type {
  Bike,
  CrewRole,
  Incident,
  Person,
  RaceEvent,
  Release,
  Session,
  Task,
} from './types.ts';
import type { Kept } from './weekend.ts';

/** Ask the server after this silence: an open stream says something at least every 15 s. */
const SILENCE = { withLine: 20_000, without: 9_000 };
/** Answers that no weekend comes with: there is none, or it is not this person's. */
const MISSING = new Set([403, 404]);
const NOBODY: never[] = [];
const NOTHING: Map<number, any> = new Map();

class Queue {
  operations = $state.raw<Operation[]>([]);
  waiting = $derived(this.operations.filter((operation) => operation.state === 'waiting'));
  refused = $derived(this.operations.filter((operation) => operation.state === 'refused'));
}

export const queue = new Queue();
onOperations((operations) => (queue.operations = operations));

export class Weekend {
  readonly id: number;
  /** The server's state; null until the server or the device has told it. */
  kept = $state.raw<Kept | null>(null);
  /** The server has answered, and nothing has failed since. */
  isLive = $state(false);
  /** Since when it is not live, in ms; 0 while that is not known. */
  notLiveSince = $state(0);
  /** It can be shown, or it is not to be had now. */
  readonly isKnown: boolean = $derived(this.kept !== null || this.notLiveSince > 0);
  /** The server says there is no such weekend for this person. */
  isMissing = $state(false);
  /** A count of changed comments: pages that show comments read them anew when it changes. */
  comments = $state(0);
  /** Why the server refused. */
  error = $state('');
  #heardAt = $state(0);

  readonly #operations = $derived(queue.operations.filter((one) => one.eventId === this.id));
  readonly #told: Map<number, Task> = $derived(this.kept?.tasks ?? NOTHING);
  readonly #tasks = $derived(lay(this.#told, this.#operations, this));
  readonly #people: Map<number, Person> = $derived(this.kept?.people ?? NOTHING);
  readonly #bikes: Map<number, Bike> = $derived(this.kept?.bikes ?? NOTHING);
  readonly #sessions: Map<number, Session> = $derived(this.kept?.sessions ?? NOTHING);
  readonly #releases: Map<number, Release> = $derived(this.kept?.releases ?? NOTHING);
  readonly #incidents: Map<number, Incident> = $derived(this.kept?.incidents ?? NOTHING);

  readonly event: RaceEvent | null = $derived(this.kept?.event ?? null);
  readonly zone: string = $derived(this.event?.timezone ?? '');
  readonly people: Person[] = $derived(sorted(this.#people, (a, b) => named(a.name, b.name)));
  readonly bikes: Bike[] = $derived(
    sorted(this.#bikes, (a, b) => a.number! - b.number! || named(a.label!, b.label!)),
  );
  readonly sessions: Session[] = $derived(
    sorted(this.#sessions, (a, b) => timed(a.starts_at!, b.starts_at!) || a.id - b.id),
  );
  /** Soonest due first, undated last. */
  readonly tasks: Shown[] = $derived(
    sorted(this.#tasks, (a, b) => timed(a.due_at ?? '9', b.due_at ?? '9') || a.id - b.id),
  );
  readonly releases: Release[] = $derived(sorted(this.#releases, (a, b) => a.id - b.id));
  readonly incidents: Incident[] = $derived(sorted(this.#incidents, (a, b) => a.id - b.id));
  /** When the server last answered, in ms. */
  readonly asOf: number = $derived(Math.max(this.kept?.asOf ?? 0, this.#heardAt));

  readonly #beat: Beat;
  readonly #saver = new Saver(this.#save.bind(this), () => db.remove('weekends', this.#key));
  /** Keep it for the person it was read for, even if another one is here later. */
  readonly #owner = auth.userId();
  #caughtUpAt = 0;
  #hasLine = false;

  constructor(id: number) {
    this.id = id;
    this.#beat = new Beat(
      () => this.#ask(),
      (signal) => this.#listen(signal),
      () => now() - this.#heardAt > (this.#hasLine ? SILENCE.withLine : SILENCE.without),
    );
  }

  task = (id: number): Shown | undefined => this.#tasks.get(id);
  bike = (id: number | null): Bike | undefined => this.#bikes.get(id ?? 0);
  session = (id: number | null): Session | undefined => this.#sessions.get(id ?? 0);
  person = (id: number | null): Person | undefined => this.#people.get(id ?? 0);
  nameOf = (id: number | null): string => this.person(id)?.name ?? '';
  rolesOf = (id: number): CrewRole[] => (this.person(id)?.crew_roles as CrewRole[]) ?? NOBODY;

  get #key(): string {
    return `${this.#owner}/${this.id}`;
  }

  /** Keep up with the server until the returned function is called: `$effect(() => weekend.follow())`. */
  follow(): () => void {
    return untrack(() => {
      const isFirst = this.#beat.start(() => this.#remember());
      if (isFirst) followed.add(this);
      return () => {
        if (this.#beat.stop()) followed.drop(this);
      };
    });
  }

  /** Ask the server what changed; without a signal it stays as it was. */
  catchUp = (): Promise<void> => this.#beat.now();

  /** Have it on the device, though no page shows it; tells whether the server has answered. */
  async keep(): Promise<boolean> {
    await this.#remember();
    await this.catchUp();
    return this.isLive || this.isMissing;
  }

  async #remember(): Promise<void> {
    if (!this.kept) this.kept = (await db.get<Kept>('weekends', this.#key)) ?? null;
  }

  #listen(signal: AbortSignal): void {
    const heard = (what: Heard) => {
      this.#hasLine = what !== 'lost';
      if (this.#hasLine) this.#hear();
      if (what !== 'alive') void this.catchUp();
    };
    listen(this.id, () => this.kept?.cursor ?? '', heard, signal);
  }

  async #ask(): Promise<void> {
    const started = Date.now();
    try {
      let hasMore = true;
      while (hasMore) hasMore = await this.#askOnce();
      this.#caughtUpAt = started;
      this.#hear();
      this.#saver.soon();
    } catch (error) {
      await this.#failed(error);
    }
  }

  #hear(): void {
    this.#heardAt = now();
    this.isLive = true;
    this.error = '';
    this.isMissing = false;
  }

  /** Say at once, and not after some silences, that the known state is all there is. */
  lose = (): void => {
    if (this.isLive || !this.notLiveSince) this.notLiveSince = this.asOf || now();
    this.isLive = false;
  };

  async #failed(error: unknown): Promise<void> {
    this.lose();
    const status = error instanceof Refused ? error.status : 0;
    this.error = error instanceof Refused ? error.detail : '';
    // Without an answer it is still what the server said of it last.
    if (status) this.isMissing = MISSING.has(status);
    if (this.isMissing) await this.#forget();
  }

  async #forget(): Promise<void> {
    this.kept = null;
    await this.#saver.giveUp();
  }

  async #askOnce(): Promise<boolean> {
    const told = await askOnce(this.id, this.kept, call, now);
    this.kept = told.kept;
    this.comments += told.comments;
    return told.hasMore;
  }

  /** Once the device has the state that holds them, operations are no longer needed. */
  async #save(): Promise<void> {
    if (!this.kept || auth.userId() !== this.#owner) return;
    const isHeld = (one: Operation) =>
      one.state === 'applied' && (one.settledAt ?? 0) < this.#caughtUpAt;
    const held = untrack(() => this.#operations).filter(isHeld);
    await forget(held, { key: this.#key, weekend: { ...this.kept, asOf: this.asOf } });
  }
}

const collator = new Intl.Collator('en', { numeric: true });
const named = (a: string | null, b: string | null): number => collator.compare(a ?? '', b ?? '');
/** Times in the server's notation sort as texts. */
const timed = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function sorted<T>(rows: Map<number, T>, order: (a: T, b: T) => number): T[] {
  return [...rows.values()].sort(order);
}

const weekends = new Map<number, Weekend>();

/** The weekend of an id: one object for all pages. */
export function weekendOf(id: number): Weekend {
  if (!weekends.has(id)) {
    // With a root of its own: what belongs to a page stands still once the page is gone.
    $effect.root(() => void weekends.set(id, new Weekend(id)));
  }
  return weekends.get(id)!;
}

// Sent operations are in the server's state: read it.
onOperations((operations) => {
  for (const weekend of followed.all) {
    const isAnswered = (one: Operation) => one.eventId === weekend.id && one.state === 'applied';
    if (operations.some(isAnswered)) void weekend.catchUp();
  }
});

auth.onOther(() => weekends.clear());
// Somebody whose log-in had ended is back, and has missed what others did meanwhile.
let wasLocked = false;
auth.onAuth(({ isLocked }) => {
  if (wasLocked && !isLocked) followed.all.forEach((weekend) => void weekend.catchUp());
  wasLocked = isLocked;
});

const isInUse = (one: Weekend): boolean => one.isLive || followed.all.includes(one);
addEventListener('offline', () => weekends.forEach((one) => isInUse(one) && one.lose()));
addEventListener('online', () => followed.all.forEach((weekend) => void weekend.catchUp()));
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) followed.all.forEach((weekend) => void weekend.catchUp());
});
