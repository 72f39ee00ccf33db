import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isStale, pages, rowsFitting, unit } from './wall.ts';

test('text is as large as four metres need on each screen', () => {
  const sizes = [32, 43, 55, 65].map((inches) => unit(inches, 4).toFixed(1));

  assert.deepEqual(sizes, ['5.2', '3.8', '3.0', '2.5']);
});

test('rows fit into the height, eight at most', () => {
  assert.equal(rowsFitting(600, 73), 5);
  assert.equal(rowsFitting(5000, 20), 8);
  assert.equal(rowsFitting(0, 73), 1);
});

test('pages are as even as can be', () => {
  const sizes = (number: number) => pages([...Array(number).keys()], 8).map((page) => page.length);

  assert.deepEqual(sizes(9), [5, 4]);
  assert.deepEqual(sizes(8), [8]);
  assert.deepEqual(sizes(0), []);
});

test('a wall is stale once nothing was heard for half a minute', () => {
  assert.equal(isStale(false, 0, 31_000), true);
  assert.equal(isStale(false, 0, 29_000), false);
  assert.equal(isStale(true, 0, 90_000), false);
});
