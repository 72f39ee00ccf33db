// The weekend that is being planned, and the one in the past that it follows.
import { all, call } from './call.ts';
import { lastDay, linesOf, type Draft, type Member, type Source } from './plan.ts';
import { toast } from './toasts.svelte.ts';
import { sentenceOf } from './form.svelte.ts';
import type { CrewRole, RaceEvent, Task } from './types.ts';

const empty = (): Draft => ({
  track: '',
  location: '',
  first: '',
  last: '',
  timezone: Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC',
  bikes: [],
  crew: {},
  timetable: '',
  template: null,
  tier: 'national',
});

export class Planning {
  draft = $state<Draft>(empty());
  source = $state.raw<Source | null>(null);
  #copied = '';

  /** Whether anything was typed or chosen that a reload would lose. */
  get isBegun(): boolean {
    return JSON.stringify(this.draft) !== JSON.stringify(empty());
  }

  /** Take over the plan of a past weekend; words that were typed already stay. */
  async follow(event: RaceEvent | undefined): Promise<void> {
    this.source = null;
    if (!event) return;
    try {
      this.source = await sourceOf(event);
    } catch (error) {
      toast(sentenceOf(error), { isBad: true });
      return;
    }
    const { crew, template } = this.source;
    this.draft.track ||= event.track;
    this.draft.location ||= event.location;
    this.draft.timezone = event.timezone;
    if (!this.draft.bikes.length) this.draft.bikes = event.bike_ids ?? [];
    if (!Object.keys(this.draft.crew).length) this.draft.crew = rolesOf(crew);
    this.draft.template ??= template;
    this.followSource();
  }

  /** Put the timetable of the source on the days of this weekend, unless one was typed. */
  followSource(): void {
    const { draft, source } = this;
    if (!source || !draft.first) return;
    draft.last ||= lastDay(draft.first, source.event);
    if (draft.timetable && draft.timetable !== this.#copied) return;
    this.#copied = draft.timetable = linesOf(source, draft.first);
  }
}

let kept: { userId: number; plan: Planning } | null = null;

/** The plan that this person has begun, otherwise a new one. */
export function planOf(userId: number): Planning {
  if (kept?.userId !== userId) kept = { userId, plan: new Planning() };
  return kept.plan;
}

/** It is built: the next one starts afresh. */
export const endPlan = (): void => void (kept = null);

/** The crew roles of people at a weekend, to begin with; none if they cannot be read. */
export async function usualRoles(event: RaceEvent | undefined): Promise<Record<number, CrewRole[]>> {
  if (!event) return {};
  const answer = await call<Member[]>('GET', `/v1/events/${event.id}/crew`).catch(() => null);
  return rolesOf(answer?.body ?? []);
}

const rolesOf = (crew: Member[]): Record<number, CrewRole[]> =>
  Object.fromEntries(crew.map(({ user_id, crew_roles }) => [user_id, crew_roles]));

/** Everything of a past weekend that a new one may take over. */
async function sourceOf(event: RaceEvent): Promise<Source> {
  const path = `/v1/events/${event.id}`;
  const [crew, sessions, tasks] = await Promise.all([
    call<Member[]>('GET', `${path}/crew`),
    all(`${path}/sessions?limit=200`),
    call<Task[]>('GET', `/v1/tasks?event_id=${event.id}&limit=200`),
  ]);
  const built = tasks.body.find((task) => task.template_id !== null);
  return { event, sessions, crew: crew.body, template: built?.template_id ?? null };
}
