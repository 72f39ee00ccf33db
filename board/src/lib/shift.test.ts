import assert from 'node:assert/strict';
import { test } from 'node:test';

import { asMinutes, nowOverdue, takingBack } from './shift.ts';

const moved = {
  sessions: [{ id: 9, old_starts_at: '2026-06-12T08:00:00Z', new_starts_at: '2026-06-12T08:15:00Z' }],
  tasks: [
    { id: 1, old_due_at: '2026-06-12T07:50:00Z', new_due_at: '2026-06-12T07:35:00Z' },
    { id: 2, old_due_at: '2026-06-12T07:30:00Z', new_due_at: '2026-06-12T07:15:00Z' },
  ],
  overlaps: [],
};

test('a shift is taken back by moving exactly its sessions', () => {
  assert.deepEqual(takingBack(moved, 15), { session_ids: [9], minutes: -15 });
});

test('what becomes overdue by a move is counted once', () => {
  assert.equal(nowOverdue(moved, Date.parse('2026-06-12T07:40:00Z')), 1);
});

test('minutes are whole, not nothing, and at most a day', () => {
  for (const good of ['15', '-15', '−15', 20]) assert.equal(typeof asMinutes(good), 'number');
  for (const bad of ['', '0', '1.5', 'ten', '1441', null]) assert.equal(asMinutes(bad), undefined);
});
