import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isOverdue, isPastEnd, isToCome, nextSession, onTrack, Readiness } from './readiness.ts';

const bike = { id: 1 };
const fp1 = {
  id: 5,
  status: 'scheduled',
  starts_at: '2026-06-12T08:00:00Z',
  ends_at: '2026-06-12T08:30:00Z',
} as const;
const over = { ...fp1, id: 6, status: 'finished' } as const;
const NOW = Date.parse('2026-06-12T07:00:00Z');

const task = (more = {}) => ({
  id: 1,
  title: 'Torque the caliper bolts',
  status: 'open' as const,
  bike_id: 1,
  session_id: 5,
  anchor: 'session_start',
  is_critical: true,
  needs_check: false,
  checked_at: null,
  due_at: '2026-06-12T07:30:00Z',
  ...more,
});
const release = (more = {}) => ({ id: 3, session_id: 5, bike_id: 1, voided_at: null, ...more });

const cell = (
  tasks: ReturnType<typeof task>[],
  releases: ReturnType<typeof release>[] = [],
  session: any = fp1,
) => new Readiness(tasks, releases, NOW).at(session, bike);

test('a critical task that is open blocks, another one does not', () => {
  assert.equal(cell([task()]).state, 'stop');
  assert.equal(cell([task({ is_critical: false })]).state, 'wait');
});

test('a failed task blocks whether it is critical or not', () => {
  assert.equal(cell([task({ status: 'failed', is_critical: false })]).state, 'stop');
});

test('a done task blocks until a second person has checked it', () => {
  const done = { status: 'done', needs_check: true };

  assert.equal(cell([task(done)]).state, 'stop');
  assert.equal(cell([task({ ...done, checked_at: '2026-06-12T06:00:00Z' })]).state, 'wait');
});

test('what is not applicable or due when the bike is back never blocks', () => {
  const tasks = [task({ status: 'not_applicable' }), task({ anchor: 'session_end' })];

  assert.equal(cell(tasks).state, 'wait');
  assert.equal(cell(tasks).total, 2);
});

test('a release that stands is a go although something blocks, one taken back is none', () => {
  assert.equal(cell([task()], [release()]).state, 'go');

  const taken = cell([task()], [release({ voided_at: '2026-06-12T06:00:00Z' })]);

  assert.equal(taken.state, 'stop');
  assert.equal(taken.voided?.id, 3);
});

test('a release that falls once this device has sent what was done is no go any more', () => {
  const failed = task({ status: 'failed', isPending: true });

  assert.equal(cell([failed], [release()]).state, 'stop');
  assert.equal(cell([failed], [release()]).isFalling, true);
  assert.equal(cell([task({ status: 'failed' })], [release()]).isFalling, false);

  const crashed = new Readiness([], [release()], NOW, new Set([1])).at(fp1, bike);

  assert.equal(crashed.state, 'stop');
});

test('a task without a session counts in every session that is to come', () => {
  const free = task({ session_id: null });

  assert.equal(cell([free]).total, 1);
  assert.equal(cell([free], [], over).total, 0);
  assert.equal(cell([free], [], over).state, 'over');
});

test('another bike and no bike at all count for nothing', () => {
  assert.equal(cell([task({ bike_id: 2 }), task({ bike_id: null })]).total, 0);
});

test('overdue is what is open and past its due time', () => {
  const late = { due_at: '2026-06-12T06:59:00Z' };

  assert.equal(cell([task(late), task()]).overdue, 1);
  assert.equal(isOverdue(task({ ...late, status: 'done' }), NOW), false);
  assert.equal(isOverdue(task({ due_at: null }), NOW), false);
});

test('the next session is the first that has not begun, however late', () => {
  const late = { ...fp1, id: 9, starts_at: '2026-06-12T06:00:00Z' };
  const running = { ...fp1, id: 8, status: 'running', starts_at: '2026-06-12T05:00:00Z' } as const;

  assert.equal(nextSession([fp1, late, running, over], NOW)?.id, 9);
  assert.equal(nextSession([fp1], NOW + 7_200_000), undefined);
  assert.equal(nextSession([over], NOW), undefined);
});

test('a session is on track from its start until its end, whoever forgets to finish it', () => {
  const running = { ...fp1, status: 'running' } as const;
  const end = Date.parse(fp1.ends_at);

  assert.equal(onTrack([fp1, running, over], end - 1), running);
  assert.equal(onTrack([fp1, running, over], end), undefined);
  assert.deepEqual([end - 1, end].map((now) => isPastEnd(running, now)), [false, true]);
});

test('what is finished, cancelled or past its end is not to come', () => {
  const end = Date.parse(fp1.ends_at);

  assert.equal(isToCome(fp1, end - 1), true);
  assert.equal(isToCome(fp1, end), false);
  assert.equal(isToCome(over, NOW), false);
  assert.equal(isPastEnd(over, end), false);
});
