import assert from 'node:assert/strict';
import { test } from 'node:test';

import { failedOnce, isLate, lateness, Review } from './review.ts';

const NOW = Date.parse('2026-06-14T18:00:00Z');
const task = (id: number, more = {}) => ({
  id,
  section: 'Brakes' as string | null,
  status: 'done' as const,
  assigned_to: 3,
  due_at: '2026-06-12T08:00:00Z',
  done_at: '2026-06-12T07:00:00Z' as string | null,
  done_by: 3 as number | null,
  ...more,
});
const given = (blocking: number[], reason: string | null = 'Signature follows') => ({
  override_reason: reason,
  released_by: 2,
  readiness: { blocking },
});
const open = { status: 'open', done_at: null, done_by: null };

test('late is what was done after it was due and what is still open', () => {
  assert.equal(isLate(task(1), NOW), false);
  assert.equal(isLate(task(1, { done_at: '2026-06-12T08:01:00Z' }), NOW), true);
  assert.equal(isLate(task(1, open), NOW), true);
  assert.equal(isLate(task(1, { ...open, due_at: null }), NOW), false);
  assert.equal(isLate(task(1, { ...open, status: 'not_applicable' }), NOW), false);
});

test('what failed and was put right is told by the record', () => {
  const entries = [
    { action: 'task.fail', subject: 'task:7', actor: 3 },
    { action: 'task.done', subject: 'task:8', actor: 3 },
  ];

  const review = new Review([task(7), task(8)], [], failedOnce(entries), NOW);

  assert.deepEqual(
    review.failed.map((one) => one.id),
    [7],
  );
});

test('rows say the worst section first', () => {
  const tasks = [task(1), task(2, { ...open, section: 'Tyres' }), task(3, { section: null })];

  const rows = new Review(tasks, [], new Set(), NOW).bySection();

  assert.equal(rows[0].key, 'Tyres');
  assert.deepEqual(rows[0].counts, { total: 1, late: 1, failed: 0, overridden: 0, not_applicable: 0 });
  assert.deepEqual(new Set(rows.map((row) => row.key)), new Set(['Tyres', 'Brakes', null]));
});

test('an override counts once in each section that blocked, and for whoever gave it', () => {
  const tasks = [task(1), task(2), task(3, { section: 'Tyres' })];
  const review = new Review(tasks, [given([1, 2, 3]), given([], null)], new Set(), NOW);

  const sections = new Map(review.bySection().map((row) => [row.key, row.counts.overridden]));
  const people = new Map(review.byPerson().map((row) => [row.key, row.counts.overridden]));

  assert.deepEqual(
    sections,
    new Map([
      ['Brakes', 1],
      ['Tyres', 1],
    ]),
  );
  assert.equal(people.get(2), 1);
  assert.equal(review.overridden.length, 1);
});

test('a task is that of whoever did it, otherwise of whoever holds it', () => {
  const tasks = [task(1, { done_by: 9 }), task(2, open)];

  const people = new Review(tasks, [], new Set(), NOW).byPerson();

  assert.deepEqual(new Set(people.map((row) => row.key)), new Set([9, 3]));
});

test('how late is told in steps, what is not done by itself', () => {
  const at = (clock: string) => task(1, { done_at: `2026-06-12T${clock}:00Z` });

  assert.deepEqual(
    lateness([at('08:05'), at('08:15'), at('11:00'), at('15:00'), task(1, open)]),
    [1, 1, 1, 1, 1],
  );
});
