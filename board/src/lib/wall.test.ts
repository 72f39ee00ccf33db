import assert from 'node:assert/strict';
import { test } from 'node:test';

import { hasList, heading, isStale, pages, rows, rowsFitting, unit, urgentFirst } from './wall.ts';

test('text is as large as four metres need on each screen', () => {
  const sizes = [32, 43, 55, 65].map((inches) => unit(inches, 4).toFixed(1));

  assert.deepEqual(sizes, ['5.2', '3.8', '3.0', '2.5']);
});

/** A letter is two thirds as wide as it is high. */
const letters = (text: string) => text.length * 0.66;
const told = (name: string) => {
  const measures = { bold: letters, heavy: letters, plain: letters };
  return { name, starts: 'starts 10:40', timer: '1:00:00', count: '7 overdue', ...measures };
};
const room = (unit: number) => ({ width: 100 / unit - 1.2, height: 56.25 / unit, isUpright: false });
const LONG = 'Freies Training der Nachwuchsklasse, zweite Gruppe, verschoben wegen des Regens';

test('the name is as large as can be beside a countdown that leaves it half of the width', () => {
  const { isBeside, name, timer } = heading(room(3.8), told('Superpole'));
  assert.deepEqual([isBeside, name, timer.toFixed(1)], [true, 1.5, '2.6']);

  const near = heading(room(6), told('Superpole'));
  assert.deepEqual([near.isBeside, near.name, near.hasEyebrow], [true, 1.15, false]);
});

test('a name that is too long for that stands above the countdown', () => {
  const { isBeside, hasEyebrow, name } = heading(room(6), told(LONG));

  assert.deepEqual([isBeside, hasEyebrow, name], [false, false, 0.74]);
});

test('overdue tasks are listed where one of them fits', () => {
  assert.equal(hasList(room(3.8), 3.4, 0.9), true);
  assert.equal(hasList(room(4.8), 5.2, 0.9), false);
  assert.equal(hasList(room(6), 2.2, 0.9), false);
  assert.equal(hasList({ width: 18, height: 42, isUpright: true }, 6, 2.4), true);
});

test('long labels get half of the row, and rows that are high enough', () => {
  const short = rows(15, ['44 A'], letters('x NO GO'), letters('7 open'), letters);
  const long = rows(15, ['44 A', 'Spare of the second crew'], letters('x NO GO'), letters('7 open'), letters);

  assert.deepEqual([short.share, short.least, short.isStacked], [0.63, 1.3, false]);
  assert.deepEqual([long.share, long.least.toFixed(2), long.isStacked], [0.5, '1.94', false]);
});

test('rows fit into the height, eight at most', () => {
  assert.equal(rowsFitting(8.2, 1.3), 5);
  assert.equal(rowsFitting(250, 1.3), 8);
  assert.equal(rowsFitting(0, 1.3), 1);
});

test('pages are as even as can be', () => {
  const sizes = (number: number) => pages([...Array(number).keys()], 8).map((page) => page.length);

  assert.deepEqual(sizes(9), [5, 4]);
  assert.deepEqual(sizes(8), [8]);
  assert.deepEqual(sizes(0), []);
});

test('critical tasks come first, then what fell due last', () => {
  const task = (due: string, is_critical = false) => ({ due_at: `2026-06-12T${due}:00Z`, is_critical });
  const tasks = [task('06:00'), task('07:00', true), task('08:00'), task('09:00'), task('08:30', true)];

  const order = urgentFirst(tasks).map((one) => one.due_at.slice(11, 16));

  assert.deepEqual(order, ['08:30', '07:00', '09:00', '08:00', '06:00']);
});

test('a wall is stale once nothing was heard for half a minute', () => {
  assert.equal(isStale(false, 0, 31_000), true);
  assert.equal(isStale(false, 0, 29_000), false);
  assert.equal(isStale(true, 0, 90_000), false);
});
