import assert from 'node:assert/strict';
import { test } from 'node:test';

import { affordable, brokenLines, fitting, inOneLine, lines } from './fitting.ts';

/** Every letter is as wide as it is high. */
const letters = (text: string) => text.length;

test('words are counted into lines, and none of them is broken', () => {
  assert.equal(lines('Race 1', 1, 6, letters), 1);
  assert.equal(lines('Race 1', 1, 5, letters), 2);
  assert.equal(lines('Race 1', 2, 8, letters), 2);
  assert.equal(lines('Superpole Race', 1, 8, letters), Infinity);
});

test('where words may be broken they take as many lines as they need', () => {
  assert.equal(brokenLines('Superpole Race', 1, 8, letters), 3);
  assert.equal(brokenLines('Race 1', 1, 6, letters), 1);
  assert.equal(brokenLines('W'.repeat(17), 1, 8.5, letters), 3);
  assert.equal(brokenLines('aaaaa-bbbbb-ccccc', 1, 9, letters), 3);
});

test('the largest size at which a text fits is taken', () => {
  assert.equal(fitting('Race 1', [3, 2, 1], 12, 2.3, letters), 2);
  assert.equal(fitting('Race 1', [3, 2, 1], 12, 7, letters), 3);
  assert.equal(fitting('Superpole', [3, 2, 1], 8, 9, letters), undefined);
});

test('one line is one line', () => {
  assert.equal(inOneLine('44 A', [3, 2, 1], 8, letters), 2);
  assert.equal(inOneLine('44 A', [3, 2, 1], 3, letters), undefined);
});

test('parts that matter less are left out where there is no room, and empty ones take none', () => {
  assert.deepEqual(affordable([3, 5, 2], 9, 1), [true, false, true]);
  assert.deepEqual(affordable([3, 4, 2], 9, 1), [true, true, false]);
  assert.deepEqual(affordable([0, 4], 5, 1), [false, true]);
});
