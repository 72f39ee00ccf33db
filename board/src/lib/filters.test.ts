import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ALL, asPrintQuery, asQuery, asTableQuery, byDue, fromQuery, inOrder, narrowed } from './filters.ts';

const NOW = Date.parse('2026-06-12T07:00:00Z');
const task = (id: number, more = {}) => ({
  id,
  title: 'Chain slack',
  status: 'open' as const,
  due_at: '2026-06-12T08:00:00Z' as string | null,
  bike_id: 1,
  session_id: null,
  crew_role: 'mechanic',
  assigned_to: 3,
  needs_check: false,
  checked_at: null,
  ...more,
});
const ids = (tasks: any[], filters: object) =>
  narrowed(tasks, { ...ALL, ...filters }, NOW).map((one: any) => one.id);

test('without filters all stay', () => {
  assert.deepEqual(ids([task(1), task(2)], {}), [1, 2]);
});

test('filters narrow together', () => {
  const tasks = [task(1), task(2, { bike_id: 2 }), task(3, { crew_role: 'rider' })];

  assert.deepEqual(ids(tasks, { bike: '1', role: 'mechanic' }), [1]);
});

test('none finds what has none', () => {
  const tasks = [task(1), task(2, { assigned_to: null, bike_id: null, session_id: 4 })];

  assert.deepEqual(ids(tasks, { person: 'none' }), [2]);
  assert.deepEqual(ids(tasks, { bike: 'none' }), [2]);
  assert.deepEqual(ids(tasks, { session: 'none' }), [1]);
});

test('overdue and to check are asked for as states', () => {
  const late = task(1, { due_at: '2026-06-12T06:00:00Z' });
  const unchecked = task(2, { status: 'done', needs_check: true });

  assert.deepEqual(ids([late, unchecked, task(3)], { status: 'overdue' }), [1]);
  assert.deepEqual(ids([late, unchecked, task(3)], { status: 'to_check' }), [2]);
  assert.deepEqual(ids([late, unchecked, task(3)], { status: 'open' }), [1, 3]);
});

test('soonest come first and undated last', () => {
  const tasks = [task(1, { due_at: null }), task(2), task(3, { due_at: '2026-06-12T06:00:00Z' })];

  assert.deepEqual(
    tasks.sort(byDue).map((one) => one.id),
    [3, 2, 1],
  );
});

test('what is to be done comes first, what is settled last and the latest of it first', () => {
  const unchecked = task(1, { status: 'done', needs_check: true, due_at: '2026-06-12T09:00:00Z' });
  const early = task(2, { status: 'done', due_at: '2026-06-12T05:00:00Z' });
  const late = task(3, { status: 'not_applicable', due_at: '2026-06-12T06:00:00Z' });

  const ordered = inOrder([unchecked, early, late, task(4)]);

  assert.deepEqual(
    ordered.map((one) => one.id),
    [4, 1, 3, 2],
  );
});

test('an address says the filters and is read again', () => {
  const filters = { ...ALL, bike: '2', status: 'open' };

  assert.equal(asQuery(filters), '?bike=2&status=open');
  assert.deepEqual(fromQuery(asQuery(filters)), filters);
  assert.equal(asQuery(ALL), '');
});

test('a table is narrowed as the page is, where the server can', () => {
  const filters = { ...ALL, bike: '2', role: 'mechanic', person: 'none', status: 'overdue' };

  assert.equal(asTableQuery(filters), '?bike_id=2&crew_role=mechanic&assigned_to=none&is_overdue=true');
  assert.equal(asTableQuery({ ...ALL, status: 'failed' }), '?status=failed');
  assert.equal(asTableQuery(ALL), '');
  assert.equal(asTableQuery({ ...filters, session: 'none' }), undefined);
  assert.equal(asTableQuery({ ...ALL, status: 'to_check' }), undefined);
});

test('paper is narrowed to a bike and a session', () => {
  assert.equal(asPrintQuery({ ...ALL, bike: '2', session: '3', status: 'open' }), '?bike_id=2&session_id=3');
  assert.equal(asPrintQuery({ ...ALL, bike: 'none' }), '');
});
