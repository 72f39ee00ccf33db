import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clock, clockFaultOf, countdown, dates, localDay, MINUTE, short, until } from './time.ts';

const AT = '2026-06-12T22:30:00Z';

test('times are those of the weekend, wherever the device is', () => {
  assert.equal(clock(AT, 'Europe/Rome'), '00:30');
  assert.equal(clock(AT, 'America/New_York'), '18:30');
  assert.equal(localDay(AT, 'Europe/Rome'), '2026-06-13');
  assert.equal(localDay(AT, 'America/New_York'), '2026-06-12');
});

test('the hour that comes twice in autumn is told as the clocks there show it', () => {
  assert.equal(clock('2026-10-25T00:30:00Z', 'Europe/Rome'), '02:30');
  assert.equal(clock('2026-10-25T01:30:00Z', 'Europe/Rome'), '02:30');
  assert.equal(clock('2026-10-25T02:30:00Z', 'Europe/Rome'), '03:30');
});

test('a day is another one from midnight of the weekend on, to the minute', () => {
  const midnight = Date.parse('2026-06-12T22:00:00Z');

  assert.equal(localDay(midnight - 1, 'Europe/Rome'), '2026-06-12');
  assert.equal(localDay(midnight, 'Europe/Rome'), '2026-06-13');
  assert.equal(short(midnight - 60_000, 'Europe/Rome', midnight - 1), '23:59');
  assert.equal(short(midnight - 60_000, 'Europe/Rome', midnight), 'Fri 12 Jun 23:59');
});

test('a day may begin at a quarter of an hour', () => {
  const midnight = Date.parse('2026-06-12T18:15:00Z');

  assert.equal(localDay(midnight - 1, 'Asia/Kathmandu'), '2026-06-12');
  assert.equal(localDay(midnight, 'Asia/Kathmandu'), '2026-06-13');
});

test('the day is said when it is another one', () => {
  assert.equal(short(AT, 'Europe/Rome', '2026-06-13T08:00:00Z'), '00:30');
  assert.equal(short(AT, 'Europe/Rome', '2026-06-14T08:00:00Z'), 'Sat 13 Jun 00:30');
});

test('a countdown ends at nothing', () => {
  const from = Date.parse(AT);
  assert.equal(countdown(from + 3_849_000, from), '1:04:09');
  assert.equal(countdown(from + 59_999, from), '0:59');
  assert.equal(countdown(from - 1, from), '0:00');
  assert.equal(countdown(from + 3 * 86_400_000, from), '3 d 0 h');
});

test('what is left or late is told in what matters', () => {
  const from = Date.parse(AT);
  assert.equal(until(from + 25 * 60_000, from), 'in 25 min');
  assert.equal(until(from - 3 * 3_600_000, from), '3 h late');
  assert.equal(until(from + 4 * 86_400_000, from), 'in 4 d');
  assert.equal(until(from - 20_000, from), '0 min late');
});

test('days are a range', () => {
  assert.match(dates('2026-06-12', '2026-06-14'), /^12\s?–\s?14 Jun 2026$/);
});

test('a clock that is more than 2 minutes wrong is told, and which way', () => {
  assert.equal(clockFaultOf(2 * MINUTE), '');
  assert.match(clockFaultOf(60 * MINUTE), /60 min fast/);
  assert.match(clockFaultOf(-3 * MINUTE), /3 min slow/);
});
