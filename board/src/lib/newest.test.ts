import assert from 'node:assert/strict';
import { test } from 'node:test';

import { newest, wayBack } from './newest.ts';

test('of many messages the two newest are in sight, and the others are counted', () => {
  assert.deepEqual(newest([1, 2, 3, 4, 5]), { shown: [5, 4], behind: 3 });
  assert.deepEqual(newest([1]), { shown: [1], behind: 0 });
});

test('ways back of the same task on two bikes are told apart', () => {
  const said = { id: 1, text: 'Done: Oil levels read', about: 'Oil levels read' };
  const names = ['44 A · FP1', '44 B · FP1', undefined].map((place) => wayBack({ ...said, place }));

  assert.deepEqual(names, ['Oil levels read · 44 A · FP1', 'Oil levels read · 44 B · FP1', 'Oil levels read']);
});
