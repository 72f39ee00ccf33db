import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsOf, itemOf, keyFor, measurementWords, nextRow, number, rowOf, withKeysTwice } from './items.ts';

const ITEM = {
  key: 'ty-pressure',
  section: 'Tyres',
  title: 'Hot pressure',
  scope: 'bike_session',
  crew_role: 'tyre_tech',
  anchor: 'session_start',
  offset_minutes: -90,
  session_kinds: ['race'],
  is_critical: true,
  needs_check: true,
  measurement: { label: 'Rear', kind: 'number', unit: 'bar', min: 1.6, max: null },
  tier: 'national',
} as any;

test('an item that is only looked at stays as it was', () => {
  const { max: _, ...rest } = itemOf(rowOf(ITEM)).measurement as any;
  assert.deepEqual(itemOf(rowOf(ITEM)), { ...ITEM, measurement: { ...rest, max: null } });
});

test('a new item follows the one before it', () => {
  const { key, title, section, scope, offset } = nextRow(rowOf(ITEM));
  assert.deepEqual([key, title, section, scope, offset], ['', '', 'Tyres', 'bike_session', '1 h 30 min before']);
  assert.equal(nextRow().scope, 'bike');
});

test('what is no number is sent as typed, so that its cell is named', () => {
  const row = { ...rowOf(ITEM), offset: 'soon', measurement: { ...rowOf(ITEM).measurement!, max: '1,8 x' } };
  assert.equal(itemOf(row).offset_minutes, 'soon' as any);
  assert.equal((itemOf(row).measurement as any).max, '1,8 x');
});

test('a title makes a key, which is nobody else’s', () => {
  assert.equal(keyFor('Žarko’s brake lever: adjust', new Set()), 'zarko-s-brake-lever');
  assert.equal(keyFor('Fill the tank', new Set(['fill-the-tank', 'fill-the-tank-2'])), 'fill-the-tank-3');
  assert.equal(keyFor('…', new Set([''])), '');
});

test('a decimal comma is a point', () => assert.deepEqual(['2,1', ' ', '3'].map(number), [2.1, null, 3]));

test('a text has no limits', () => {
  const typed = { label: 'Batch', kind: 'text', unit: '', min: '1', max: '' } as const;
  assert.deepEqual(itemOf({ ...rowOf(ITEM), measurement: { ...typed } }).measurement, {
    label: 'Batch',
    kind: 'text',
    unit: null,
  } as any);
});

test('measurements are told in a few words', () => {
  const typed = { label: 'Rear', kind: 'number', unit: 'bar', min: '1.6', max: '' } as const;
  assert.equal(measurementWords(typed), 'Rear ≥ 1.6 bar');
  assert.equal(measurementWords({ ...typed, max: '1.8' }), 'Rear 1.6–1.8 bar');
  assert.equal(measurementWords({ ...typed, min: '' }), 'Rear bar');
});

test('faults stand by row and column, without what the cell says already', () => {
  const errors = {
    items: {
      '0': { title: ['Item ty-pressure: Must not be blank.'] },
      '2': { measurement: { min: ['Item ab: Must be a number.'] }, key: ['Must be letters.'] },
    },
  };

  const faults = faultsOf(errors);

  assert.deepEqual([...faults], [
    [0, { title: 'Must not be blank.' }],
    [2, { measurement: 'Must be a number.', key: 'Must be letters.' }],
  ]);
  assert.equal(faultsOf({ items: ['Must be a list.'] }).size, 0);
});

test('a key that is there twice is told along with other faults, once for each cell', () => {
  const rows = ['a', 'b', 'a', 'b', ''].map((key) => ({ key }));
  const found = new Map([[2, { title: 'Must not be blank.' }], [3, { key: 'Must be letters.' }]]);

  assert.deepEqual([...withKeysTwice(found, rows, 'Twice.')], [
    [2, { key: 'Twice.', title: 'Must not be blank.' }],
    [3, { key: 'Must be letters.' }],
  ]);
});
