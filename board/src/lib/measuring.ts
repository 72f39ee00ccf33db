// What was measured: read from what somebody typed, with a comma or a point, and judged.
import { texts } from '../texts.ts';
import type { Measurement } from './types.ts';

/** The server takes no number that is further from 0. */
export const MOST = 1e12;

export type Reading = { value: number | string | null } | { problem: string };

/** Read what stands in the field of a measurement; empty is null. */
export function reading(typed: string, measurement: Measurement): Reading {
  const text = typed.trim();
  if (!text) return { value: null };
  if (measurement.kind !== 'number') return { value: text };
  const value = /^[+-]?\d*[.,]?\d+$/.test(text) ? Number(text.replace(',', '.')) : NaN;
  if (Number.isNaN(value)) return { problem: texts.task.noNumber };
  return Math.abs(value) <= MOST ? { value } : { problem: texts.task.tooFar(MOST) };
}

/** Why this cannot be signed as done; empty when it can. */
export function objection(value: number | string | null, measurement: Measurement): string {
  if (value === null) return texts.task.missing(measurement.label!);
  if (typeof value !== 'number') return '';
  const { min, max } = measurement;
  const isWithin = (min == null || value >= min) && (max == null || value <= max);
  return isWithin ? '' : texts.task.outside(limits(measurement));
}

/** `28 to 30 Nm`, `at least 5 mm`; empty without limits. */
export function limits({ min, max, unit }: Measurement): string {
  const end = unit ? ` ${unit}` : '';
  if (min != null && max != null) return texts.task.between(min, max) + end;
  if (min != null) return texts.task.atLeast(min) + end;
  return max != null ? texts.task.atMost(max) + end : '';
}

export const withUnit = (value: unknown, { unit }: Measurement): string =>
  unit && typeof value === 'number' ? `${value} ${unit}` : String(value);
