import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupOf } from './mine.ts';

const NOW = Date.parse('2026-06-12T08:00:00Z');
const TASK = {
  ...{ id: 7, status: 'open', assigned_to: 3, due_at: null, crew_role: 'mechanic', needs_check: false },
  ...{ done_by: null, done_at: null, checked_by: null, checked_at: null, updated_at: '2026-06-12T07:00:00Z' },
};
const VIEW = {
  ...{ user: { id: 3, role: 'user' as const }, roles: ['mechanic' as const], now: NOW },
  ...{ zone: 'Europe/Rome', allowsSelfCheck: false },
};
const of = (fields: object, view: object = {}) => groupOf({ ...TASK, ...fields } as any, { ...VIEW, ...view });
const done = (by: number, at: string, more = {}) => ({ status: 'done', done_by: by, done_at: at, ...more });

const CASES: [string, object, string | null][] = [
  ['was due a second ago', { due_at: '2026-06-12T07:59:59Z' }, 'overdue'],
  ['is due this second', { due_at: '2026-06-12T08:00:00Z' }, 'now'],
  ['is due in an hour', { due_at: '2026-06-12T09:00:00Z' }, 'now'],
  ['is due later', { due_at: '2026-06-12T09:00:01Z' }, 'next'],
  ['is not dated', {}, 'next'],
  ['failed and is late', { status: 'failed', due_at: '2026-06-12T07:00:00Z' }, 'overdue'],
  ['is nobody’s and late', { assigned_to: null, due_at: '2026-06-12T07:00:00Z' }, 'toTake'],
  ['failed and is nobody’s any more', { status: 'failed', assigned_to: null }, 'toTake'],
  ['is nobody’s, of another role', { assigned_to: null, crew_role: 'tyre_tech' }, null],
  ['is somebody else’s', { assigned_to: 4 }, null],
  ['was done today', done(3, '2026-06-12T07:00:00Z'), 'doneToday'],
  ['was done today by the clocks of the track', done(3, '2026-06-11T22:30:00Z'), 'doneToday'],
  ['was done yesterday', done(3, '2026-06-11T21:30:00Z'), null],
  ['waits for a second person', done(4, '2026-06-12T07:00:00Z', { needs_check: true }), 'toCheck'],
  ['waits for somebody else', done(3, '2026-06-11T07:00:00Z', { needs_check: true }), null],
  ['was checked today', done(4, '2026-06-12T07:00:00Z', { checked_by: 3, checked_at: '2026-06-12T07:30:00Z' }), 'doneToday'],
  ['is not applicable since today', { status: 'not_applicable' }, 'doneToday'],
];
for (const [what, fields, group] of CASES) {
  test(`a task that ${what} stands under ${group ?? 'nothing'}`, () => {
    assert.equal(of(fields), group);
  });
}

test('where one may check oneself, one’s own stands to be checked from tomorrow on', () => {
  const task = done(3, '2026-06-11T07:00:00Z', { needs_check: true });

  assert.equal(of(task, { allowsSelfCheck: true }), 'toCheck');
});
