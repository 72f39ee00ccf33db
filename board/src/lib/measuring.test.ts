import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits, objection, reading } from './measuring.ts';

const TORQUE = { label: 'Torque', kind: 'number' as const, unit: 'Nm', min: 28, max: 30 };

test('a comma and a point are the same', () => {
  for (const typed of ['29.5', '29,5', ' 29,5 ', '+29.5']) {
    assert.deepEqual(reading(typed, TORQUE), { value: 29.5 });
  }
  assert.deepEqual(reading('-3', TORQUE), { value: -3 });
  assert.deepEqual(reading(',5', TORQUE), { value: 0.5 });
});

test('what is no number is told, nothing is nothing', () => {
  for (const typed of ['a', '1.2.3', '1e5', '28 Nm', '--1']) assert.ok('problem' in reading(typed, TORQUE));
  assert.deepEqual(reading('  ', TORQUE), { value: null });
});

test('a number that the server would refuse is refused before it is kept', () => {
  for (const typed of ['1000000000001', '-1000000000001', '9'.repeat(35), '9'.repeat(200) + '9'.repeat(200)]) {
    assert.deepEqual(reading(typed, TORQUE), { problem: 'Enter a number from -1000000000000 to 1000000000000.' });
  }
  assert.deepEqual(reading('1000000000000', TORQUE), { value: 1e12 });
});

test('text is taken as it is', () => {
  assert.deepEqual(reading('As on the sheet', { ...TORQUE, kind: 'text' }), { value: 'As on the sheet' });
});

test('what is missing or outside cannot be done', () => {
  assert.match(objection(null, TORQUE), /Torque/);
  assert.match(objection(31, TORQUE), /28 to 30 Nm/);
  assert.deepEqual([28, 30].map((value) => objection(value, TORQUE)), ['', '']);
});

test('limits are told as they are', () => {
  assert.equal(limits({ ...TORQUE, min: null }), 'at most 30 Nm');
  assert.equal(limits({ ...TORQUE, max: null, unit: null }), 'at least 28');
  assert.equal(limits({ ...TORQUE, min: null, max: null }), '');
});
