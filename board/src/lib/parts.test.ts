import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextPart } from './parts.ts';

const rows = (...ids: number[]) => ids.map((id) => ({ id }));

test('the first rows are drawn first, then those that follow', () => {
  const list = rows(9, 3, 7, 1, 5);

  const first = nextPart(list, new Set(), 2);
  const second = nextPart(list, first, 2);

  assert.deepEqual([...first], [9, 3]);
  assert.deepEqual([...second], [9, 3, 7, 1]);
});

test('a row that is drawn stays when others come before it', () => {
  const drawn = new Set([3, 7]);

  const next = nextPart(rows(1, 2, 4, 3, 7), drawn, 2);

  assert.deepEqual([...next], [1, 2, 3, 7]);
});

test('a row that has left the list is a new one when it is back', () => {
  const without = nextPart(rows(1, 2), new Set([1, 2, 3]), 0);

  assert.deepEqual([...nextPart(rows(3, 1, 2), without, 0)], [1, 2]);
});
