// The items of a checklist while they are edited as a table.
import { offsetMinutes, offsetWords } from './offset.ts';
import type { Item, Measurement, SessionKind } from './types.ts';

/** An item as typed: numbers are words until they are sent. `row` tells rows apart. */
export interface Row extends Omit<Item, 'offset_minutes' | 'measurement'> {
  row: number;
  offset: string;
  measurement: Typed | null;
}

export interface Typed {
  label: string;
  kind: 'number' | 'text';
  unit: string;
  min: string;
  max: string;
}

export const SCOPES = ['event', 'session', 'bike', 'bike_session', 'rider', 'rider_session'];
export const ANCHORS = ['event_start', 'event_end', 'session_start', 'session_end', 'crash', 'wet'];
export const TIERS = ['club', 'national'];
export const SESSION_KINDS: SessionKind[] = [
  'setup',
  'tech_control',
  'practice',
  'qualifying',
  'warm_up',
  'race',
  'pack_down',
];

/** Whether an item of this scope is done anew for each session. */
export const hasSession = (scope: string): boolean => scope.includes('session');

/** Sentences by column, for one row. */
export type Cells = Record<string, string>;

let rows = 0;

export function rowOf(item: Item): Row {
  const { offset_minutes, measurement, ...rest } = item;
  const typed = measurement ? typedOf(measurement) : null;
  return { ...rest, row: ++rows, offset: offsetWords(offset_minutes), measurement: typed };
}

const typedOf = ({ label, kind, unit, min, max }: Measurement): Typed => ({
  label,
  kind,
  unit: unit ?? '',
  min: min == null ? '' : String(min),
  max: max == null ? '' : String(max),
});

/** A new item after another one, in its section and for the same people. */
export function nextRow(after?: Row): Row {
  const usual = { section: '', scope: 'bike', crew_role: 'mechanic', anchor: 'event_start', tier: 'club' } as const;
  const { section, scope, crew_role, anchor, tier, offset, session_kinds } = {
    ...{ ...usual, offset: 'at once', session_kinds: null },
    ...after,
  };
  const empty = { key: '', title: '', is_critical: false, needs_check: false, measurement: null };
  return { ...empty, row: ++rows, section, scope, crew_role, anchor, tier, offset, session_kinds };
}

/** A key for an item of this title: its first words, and a number where they are taken. */
export function keyFor(title: string, taken: Set<string>): string {
  const plain = title.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const words = plain.match(/[a-z0-9]+/g)?.slice(0, 4).join('-').slice(0, 34) ?? '';
  for (let number = 1; ; number++) {
    const key = number > 1 ? `${words}-${number}` : words;
    if (!words || !taken.has(key)) return key;
  }
}

/** The item to be sent. Text that is no number goes as it was typed: the server says so at its cell. */
export function itemOf({ row: _, offset, measurement, ...rest }: Row): Item {
  const offset_minutes = (offsetMinutes(offset) ?? offset) as number;
  return { ...rest, offset_minutes, measurement: measurement && sent(measurement) } as Item;
}

function sent({ label, kind, unit, min, max }: Typed): Measurement {
  const limits = kind === 'number' ? { min: number(min), max: number(max) } : {};
  return { label, kind, unit: unit.trim() || null, ...limits } as Measurement;
}

/** `2,1` becomes `2.1`; text that is no number stays. */
export function number(text: string): number | string | null {
  const plain = text.trim().replace(',', '.');
  if (!plain) return null;
  return Number.isFinite(Number(plain)) ? Number(plain) : text;
}

/** A measurement in a few words: `Pressure 1.9–2.1 bar`. */
export function measurementWords({ label, unit, min, max, kind }: Typed): string {
  const isLimited = kind === 'number' && (min || max);
  const limits = !isLimited ? '' : min && max ? `${min}–${max}` : min ? `≥ ${min}` : `≤ ${max}`;
  return [label || '?', limits, unit].filter(Boolean).join(' ');
}

/** The server's faults, by the place of the row and the column. */
export function faultsOf(errors: Record<string, any>): Map<number, Cells> {
  const found = new Map<number, Cells>();
  const items = errors.items;
  if (!items || Array.isArray(items)) return found;
  for (const [place, cells] of Object.entries<any>(items)) {
    const told = Array.isArray(cells) ? { key: cells } : cells;
    const named = Object.entries<any>(told).map(([name, said]) => [name, sentence(said)]);
    found.set(Number(place), Object.fromEntries(named));
  }
  return found;
}

/** The faults with those that the server tells only once all else is right: keys that are there twice. */
export function withKeysTwice(found: Map<number, Cells>, rows: Pick<Row, 'key'>[], said: string): Map<number, Cells> {
  const all = new Map(found);
  const seen = new Set<string>();
  for (const [place, { key }] of rows.entries()) {
    if (key && seen.has(key)) all.set(place, { key: said, ...all.get(place) });
    seen.add(key);
  }
  return all;
}

/** The sentences of a cell, and of parts of it, without the key of the item before each. */
function sentence(said: unknown): string {
  if (Array.isArray(said)) return said.map((one) => String(one).replace(/^Item \S+: /, '')).join(' ');
  return Object.values(said as object).map(sentence).join(' ');
}
