// How large the garage screen writes, so that people can read it from where they stand; and what
// it leaves out where there is no room for all. Widths and heights are in multiples of plain text.
import { brokenLines, fitting, inOneLine, LINE, lines, type Measure } from './fitting.ts';

/** People read capitals of 22 arcmin at a glance; capitals have 0.7 of the size of a font. */
const CAPITALS_PER_METRE = 6.4;
const CAPITALS = 0.7;
const STALE_AFTER = 30_000;
const MOST_ROWS = 8;
/** Of a bike's label. */
const MOST_LINES = 5;
export const ROW_GAP = 0.2;
/** The height of what people press, in pixels. */
export const TARGET = 48;

/** The size of plain text in hundredths of the width of the screen, for a 16:9 screen. */
export function unit(inches: number, metres: number): number {
  const width = inches * 25.4 * 0.8716;
  return (100 * metres * CAPITALS_PER_METRE) / CAPITALS / width;
}

/** The smallest text, of 16 arcmin where plain text has 22, and its line. */
export const SMALL = 0.74;
export const SMALL_LINE = 0.82;
/** The mark before a state and the space after it, at size 1. */
export const MARK = 1.55;

/** What there is to say at the top, and how wide it is in its weights. */
export interface Told {
  name: string;
  starts: string;
  timer: string;
  /** Of overdue tasks, below the countdown where they are not listed. */
  count: string;
  bold: Measure;
  heavy: Measure;
  plain: Measure;
}
export interface Room {
  width: number;
  height: number;
  isUpright: boolean;
}
export interface Heading {
  /** The countdown is beside the name, otherwise below it. */
  isBeside: boolean;
  hasEyebrow: boolean;
  name: number;
  timer: number;
  height: number;
}

const NAMES = [1.5, 1.3, 1.15, 1, 0.85, SMALL];
const TIMER = 2.7;
const GAP = 1;
/** Above, below and between heading, rows and footer. */
const EDGES = 1.25;

/** The sizes at the top: the name whole, first beside the countdown, otherwise above it. */
export function heading(room: Room, told: Told): Heading {
  const timer = Math.min(TIMER, (room.width * 0.48) / told.heavy(told.timer));
  const rest = room.width - Math.max(timer * told.heavy(told.timer), SMALL * told.heavy(told.count)) - GAP;
  const fits = (width: number, height: number) => fitting(told.name, NAMES, width, height, told.bold);
  const short = fits(rest, 2);
  const beside = room.isUpright ? undefined : (short ?? fits(rest, 2.7));
  const isBeside = beside !== undefined;
  const name = beside ?? fits(room.width, 2.7) ?? fits(room.width, 3.5) ?? SMALL;
  const hasEyebrow = room.isUpright || (isBeside && name === short && room.height > 12);
  const tall = high(told.name, name, isBeside ? rest : room.width, told.bold) + (hasEyebrow ? SMALL_LINE : 0);
  const starts = high(told.starts, SMALL, rest, told.plain);
  const height = isBeside ? Math.max(timer, tall + starts) : tall + Math.max(timer, starts);
  return { isBeside, hasEyebrow, name, timer, height };
}

const high = (text: string, size: number, width: number, measure: Measure) =>
  Math.min(4, lines(text, size, width, measure)) * size * LINE;

/** Whether below the heading there is room for overdue tasks, otherwise only for their number. */
export function hasList(room: Room, heading: number, footer: number): boolean {
  const height = room.height - heading - footer - EDGES;
  return room.isUpright ? height > 13.5 : room.width > 18 && height > 5.4;
}

export interface Rows {
  /** What the state takes of the width. */
  share: number;
  label: number;
  state: number;
  /** What blocks is below the state, otherwise beside it. */
  isStacked: boolean;
  least: number;
}

/** How the rows of all bikes are divided, and how high they have to be; `hint` is the widest. */
export function rows(width: number, labels: string[], state: number, hint: number, bold: Measure): Rows {
  const column = (share: number) => width * share - 0.8;
  const isLong = labels.some((label) => !inOneLine(label, [SMALL], column(0.37), bold));
  const share = isLong ? 0.5 : 0.63;
  const label = column(1 - share);
  const most = Math.max(1, ...labels.map((one) => Math.min(MOST_LINES, brokenLines(one, SMALL, label, bold))));
  const isStacked = SMALL * (state + hint) + 0.3 > column(share);
  const least = Math.max(isStacked ? 1.95 : 1.3, most * SMALL_LINE + 0.3);
  return { share, label, state: column(share), isStacked, least };
}

/** How many rows fit into a height, one at least and eight at most. */
export const rowsFitting = (height: number, least: number): number =>
  Math.max(1, Math.min(MOST_ROWS, Math.floor((height + ROW_GAP) / (least + ROW_GAP))));

/** The pages that rows are turned over on, as even as can be. */
export function pages<T>(rows: T[], most: number): T[][] {
  const number = Math.ceil(rows.length / most);
  const size = Math.ceil(rows.length / number);
  return Array.from({ length: number }, (_, page) => rows.slice(page * size, (page + 1) * size));
}

/** Overdue tasks as a garage needs them: critical ones, then what fell due last; of one time as they were. */
export const urgentFirst = <T extends { is_critical: boolean; due_at: string | null }>(tasks: T[]): T[] =>
  tasks.toSorted(
    (a, b) => Number(b.is_critical) - Number(a.is_critical) || Date.parse(b.due_at!) - Date.parse(a.due_at!),
  );

/** Whether the screen may be wrong: the server has been silent for half a minute. */
export const isStale = (isLive: boolean, asOf: number, now: number): boolean =>
  !isLive && now - asOf > STALE_AFTER;
