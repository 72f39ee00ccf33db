import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Grounds } from './due.ts';
import { assign, comment, reversal, signOff, type Deed, type Operation } from './operations.ts';
import { lay } from './overlay.ts';

const ANA = 3;
const TASK = {
  ...{ id: 7, event_id: 1, title: 'Torque the bolts', status: 'open', version: 1, assigned_to: null },
  ...{ done_by: null, done_at: null, checked_by: null, value: null, note: null, crew_role: 'mechanic' },
} as any;
const AT = '2026-06-12T08:00:00.000Z';
const operation = (deed: Deed, more: Partial<Operation> = {}): Operation => ({
  ...{ id: crypto.randomUUID(), order: 1, userId: ANA, deviceTime: AT, state: 'waiting' as const },
  ...deed,
  ...more,
});
const FP1 = { starts_at: '2026-06-12T09:00:00Z', ends_at: '2026-06-12T09:30:00Z' };
const EVENT = { event_date: '2026-06-12', end_date: '2026-06-14', timezone: 'Europe/Rome' };
const GROUNDS: Grounds = { event: EVENT, session: (id) => (id === 2 ? FP1 : undefined) };
const over = (task: any, ...operations: Operation[]) => lay(new Map([[7, task]]), operations, GROUNDS).get(7)!;
const shown = (...operations: Operation[]) => over(TASK, ...operations);

test('without operations every task is the very same object', () => {
  assert.equal(shown(), TASK);
});

test('a tick shows at once whose it is, and that it is not sent yet', () => {
  const found = shown(operation(signOff(TASK, 'done', { value: 29, note: 'Cold' })));

  const { status, done_by, done_at, assigned_to, value, note, isPending } = found;
  assert.deepEqual([status, done_by, done_at, assigned_to, value, note], ['done', ANA, AT, ANA, 29, 'Cold']);
  assert.equal(isPending, true);
});

test('a team manager’s tick leaves the task to nobody, and needs no giving back', () => {
  const tick = operation(signOff(TASK, 'done'), { userRole: 'admin' });

  assert.deepEqual([shown(tick).status, shown(tick).assigned_to], ['done', null]);
  assert.deepEqual(reversal(TASK, tick, 'Undone').map((deed) => deed.body), [{ act: 'reopen' }]);
});

test('operations lie one over the other', () => {
  const found = shown(operation(signOff(TASK, 'done')), operation(signOff(TASK, 'reopen')));

  assert.deepEqual([found.status, found.done_by, found.assigned_to], ['open', null, ANA]);
});

test('a check leaves the task done by whom it was', () => {
  const other = { ...TASK, status: 'done', done_by: 9 };
  const found = over(other, operation(signOff(TASK, 'check')));

  assert.deepEqual([found.status, found.done_by, found.checked_by], ['done', 9, ANA]);
});

test('a task that was taken is held, a comment changes nothing else', () => {
  const found = shown(operation(assign(TASK, ANA)), operation(comment(TASK, 'Look')));

  assert.deepEqual([found.assigned_to, found.status], [ANA, 'open']);
});

test('a refused operation leaves the task as the server has it, and says why', () => {
  const found = shown(operation(signOff(TASK, 'done'), { state: 'refused', reason: 'Bob was first.' }));

  assert.deepEqual([found.status, found.refusal], ['open', 'Bob was first.']);
});

test('what the server answered is shown until its own state is as new', () => {
  const result = { ...TASK, version: 2, status: 'done' };
  const sent = operation(signOff(TASK, 'done'), { state: 'applied', result });

  assert.equal(shown(sent).status, 'done');
  assert.equal(shown(sent).isPending, undefined);
  const newer = { ...TASK, version: 3 };
  assert.equal(over(newer, sent), newer);
});

test('an operation on a task that is gone is passed over', () => {
  assert.equal(lay(new Map(), [operation(signOff(TASK, 'done'))], GROUNDS).size, 0);
});

test('taking back a sent tick reopens the task and gives it back if it was nobody’s', () => {
  const acts = reversal(TASK, signOff(TASK, 'done'), 'Undone').map((deed) => deed.body);
  const held = reversal({ ...TASK, assigned_to: ANA }, signOff(TASK, 'done'), 'Undone');

  assert.deepEqual(acts, [{ act: 'reopen' }, { assigned_to: null }]);
  assert.deepEqual(held.map((deed) => deed.body), [{ act: 'reopen' }]);
});

test('taking back a check needs a word, taking back a reopening signs again', () => {
  assert.deepEqual(reversal(TASK, signOff(TASK, 'check'), 'Undone')[0].body, { act: 'reopen', note: 'Undone' });
  const before = { ...TASK, status: 'done', value: 29 };
  assert.deepEqual(reversal(before, signOff(TASK, 'reopen'), '')[0].body, { act: 'done', value: 29 });
});

const HANGING = { ...TASK, status: 'done', due_at: '2026-06-12T08:00:00Z', is_due_pinned: false, offset_minutes: -30 };

for (const [anchor, due] of [
  ['session_start', '2026-06-12T08:30:00Z'],
  ['session_end', '2026-06-12T09:00:00Z'],
  ['event_start', '2026-06-11T21:30:00Z'],
  ['event_end', '2026-06-14T21:30:00Z'],
  ['crash', '2026-06-12T08:00:00Z'],
  [null, '2026-06-12T08:00:00Z'],
]) {
  test(`what is to do again is due by its anchor, ${anchor}, as it is now`, () => {
    const task = { ...HANGING, anchor, session_id: 2 };

    for (const act of ['fail', 'reopen'] as const) assert.equal(over(task, operation(signOff(task, act))).due_at, due);
    assert.equal(over(task, operation(signOff(task, 'check'))).due_at, HANGING.due_at);
  });
}

test('a due time that somebody has set stays', () => {
  const task = { ...HANGING, anchor: 'session_start', session_id: 2, is_due_pinned: true };

  assert.equal(over(task, operation(signOff(task, 'reopen'))).due_at, HANGING.due_at);
});

test('no due time is shown where the device does not know what it hangs on', () => {
  const task = { ...HANGING, anchor: 'session_start', session_id: 3 };

  assert.equal(over(task, operation(signOff(task, 'reopen'))).due_at, null);
});

test('a task that is signed was changed just now', () => {
  assert.equal(shown(operation(signOff(TASK, 'not_applicable'))).updated_at, AT);
});
