// A weekend while it is planned: what was typed so far, and what the server is asked.
import { clock, localDay } from './time.ts';
import type { Bike, CrewRole, RaceEvent, Session, Template, User } from './types.ts';

export interface Draft {
  track: string;
  location: string;
  first: string;
  last: string;
  timezone: string;
  bikes: number[];
  /** Roles by the id of a person. */
  crew: Record<number, CrewRole[]>;
  timetable: string;
  template: number | null;
  tier: 'club' | 'national';
}

export interface Member {
  user_id: number;
  crew_roles: CrewRole[];
}

/** The parts of a past weekend that a new one can take over. */
export interface Source {
  event: RaceEvent;
  sessions: Session[];
  crew: Member[];
  template: number | null;
}

/** What there is to choose from. */
export interface Choices {
  events: RaceEvent[];
  bikes: Bike[];
  people: User[];
  templates: Template[];
  /** What people did at the latest weekend, by their id. */
  usual: Record<number, CrewRole[]>;
}

/** What the server says it would plan, or has planned. */
export interface Planned {
  event: RaceEvent | null;
  sessions: Pick<Session, 'name' | 'kind' | 'starts_at' | 'ends_at'>[];
  skipped: string[];
  created: Record<string, number>;
}

export const tasksOf = ({ created }: Planned): number =>
  Object.values(created).reduce((sum, count) => sum + count, 0);

/** The body of the call that plans it. Blank fields are left out: the server says what it needs. */
export function bodyOf(draft: Draft, dryRun: boolean): Record<string, unknown> {
  const members = Object.entries(draft.crew);
  return {
    track: draft.track,
    location: draft.location,
    event_date: draft.first || undefined,
    end_date: draft.last || undefined,
    timezone: draft.timezone,
    bike_ids: draft.bikes,
    crew: members.map(([id, crew_roles]) => ({ user_id: Number(id), crew_roles })),
    timetable: draft.timetable,
    template_id: draft.template,
    tier: draft.tier,
    dry_run: dryRun,
  };
}

/** Which step of the plan a field belongs to, in the order of the steps. */
export const STEPS = ['place', 'team', 'timetable', 'checklist'] as const;
export type Step = (typeof STEPS)[number];
const STEP_OF: Record<string, Step> = {
  track: 'place',
  location: 'place',
  event_date: 'place',
  end_date: 'place',
  timezone: 'place',
  bike_ids: 'team',
  crew: 'team',
  timetable: 'timetable',
  csv: 'timetable',
};
export const stepOf = (field: string): Step => STEP_OF[field] ?? 'checklist';

const addDays = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
const daysBetween = (first: string, last: string): number =>
  Math.round((Date.parse(last) - Date.parse(first)) / 86_400_000);

/** The last day of a weekend that is as long as another one. */
export const lastDay = (first: string, event: Pick<RaceEvent, 'event_date' | 'end_date'>): string =>
  addDays(first, daysBetween(event.event_date, event.end_date));

/** `Friday 12 June 2026`, as the server reads it. */
const heading = (date: string): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: 'UTC' }).format(new Date(date)).replace(',', '');

/** The timetable of a weekend as lines to be typed, as many days later as `first` is. */
export function linesOf({ event, sessions }: Pick<Source, 'event' | 'sessions'>, first: string): string {
  const days = daysBetween(event.event_date, first);
  const zone = event.timezone;
  const lines: string[] = [];
  let last = '';
  for (const { name, kind, starts_at, ends_at } of sessions) {
    const day = heading(addDays(localDay(starts_at, zone), days));
    if (day !== last) lines.push(...(last ? ['', day] : [day]));
    last = day;
    lines.push(`${clock(starts_at, zone)}-${clock(ends_at, zone)} ${name}, ${kind}`);
  }
  return lines.join('\n');
}

/** What a fault calls a column: as the table that was typed does, otherwise in plain words. */
export function columnIn(timetable: string, column: string, words: Record<string, string>): string {
  const header = timetable.trimStart().split('\n', 1)[0].toLowerCase();
  const names = header.split(/[,;\t]/).map((name) => name.replaceAll('"', '').trim());
  return names.includes(column) ? column : (words[column] ?? column);
}

/** The text of a file, in either of the two usual encodings. */
export function textOf(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
