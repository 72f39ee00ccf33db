import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corrected, type Stamp } from './stamp.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.parse('2026-06-12T08:00:00Z');
const PRESENT = { now: NOW, page: 'here', steady: 2 * HOUR };

const at = (ahead: number, more: Partial<Stamp> = {}): Stamp => ({ deviceTime: new Date(NOW + ahead).toISOString(), ...more });
const times = (rows: Stamp[]) => corrected(rows, PRESENT).map((one) => (Date.parse(one.deviceTime) - NOW) / MINUTE);

test('a time that can be is left as it is', () => {
  assert.deepEqual(times([at(-HOUR), at(0), at(8 * MINUTE)]), []);
});

test('a time that has not come yet becomes the present', () => {
  assert.deepEqual(times([at(HOUR)]), [0]);
});

test('the page that made it knows how long ago that was', () => {
  const made = (ago: number) => at(HOUR - ago, { page: 'here', steadyAt: PRESENT.steady - ago });

  assert.deepEqual(times([made(30 * MINUTE), made(10 * MINUTE)]), [-30, -10]);
});

test('a clock that has lost its battery is corrected too', () => {
  assert.deepEqual(times([{ deviceTime: '1970-01-01T00:10:00Z' }, at(-MINUTE)]), [-1]);
});

test('another page knows nothing of this one', () => {
  assert.deepEqual(times([at(HOUR, { page: 'closed', steadyAt: 5 })]), [0]);
});

test('what was done first stays first', () => {
  assert.deepEqual(times([at(HOUR), at(-5 * MINUTE)]), [-5]);
  assert.deepEqual(times([at(HOUR), at(HOUR, { page: 'here', steadyAt: PRESENT.steady - MINUTE })]), [-1, -1]);
});
