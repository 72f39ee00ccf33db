import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonOf } from './reasons.ts';
import { Refused } from './send.ts';

const LIMIT = 'Must be a number from -1000000000000 to 1000000000000.';
const PROBLEM = { detail: 'Some values are not valid. See errors.', errors: { json: { value: [LIMIT] } } };

test('the faults themselves are told, with their fields', () => {
  assert.equal(reasonOf(PROBLEM), `Value: ${LIMIT}`);
  assert.equal(new Refused(422, PROBLEM).detail, `Value: ${LIMIT}`);
});

test('each fault is told once, and one of an unknown field without a name', () => {
  const errors = { json: { operations: { 0: { body: { note: ['Too long.', 'Too long.'], other: ['No such thing.'] } } } } };

  assert.equal(reasonOf({ ...PROBLEM, errors }), 'Note: Too long. No such thing.');
});

test('a sentence that says something is told too', () => {
  assert.equal(reasonOf({ detail: 'Nils Berg was first.' }), 'Nils Berg was first.');
  assert.equal(reasonOf({ detail: 'One thing. Some are not valid. See errors.', errors: { json: { text: ['Missing.'] } } }), 'One thing. Comment: Missing.');
  assert.equal(reasonOf({}), '');
});
