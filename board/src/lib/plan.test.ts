import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyOf, columnIn, type Draft, lastDay, linesOf, stepOf, textOf } from './plan.ts';

const EVENT = { event_date: '2026-06-12', end_date: '2026-06-14', timezone: 'Europe/Rome' } as any;
const session = (name: string, kind: string, starts_at: string, ends_at: string) =>
  ({ name, kind, starts_at, ends_at }) as any;

test('last year’s timetable comes as lines, at the same clock times of the same days', () => {
  const sessions = [
    session('FP1', 'practice', '2026-06-12T08:20:00Z', '2026-06-12T09:05:00Z'),
    session('Race 1', 'race', '2026-06-14T12:00:00Z', '2026-06-14T12:40:00Z'),
  ];

  const lines = linesOf({ event: EVENT, sessions }, '2027-06-11');

  assert.equal(
    lines,
    'Friday 11 June 2027\n10:20-11:05 FP1, practice\n\nSunday 13 June 2027\n14:00-14:40 Race 1, race',
  );
});

test('a weekend planned after another one is as long', () => {
  assert.equal(lastDay('2027-12-30', EVENT), '2028-01-01');
});

test('days that were not chosen are left out, for the server to ask for', () => {
  const draft = { first: '', last: '', bikes: [3], crew: { 7: ['mechanic'] } };

  const body = JSON.parse(JSON.stringify(bodyOf(draft as unknown as Draft, true)));

  assert.deepEqual(body, {
    bike_ids: [3],
    crew: [{ user_id: 7, crew_roles: ['mechanic'] }],
    dry_run: true,
  });
});

test('each field has its step', () => {
  assert.deepEqual(['track', 'crew', 'csv', 'template_id'].map(stepOf), [
    'place',
    'team',
    'timetable',
    'checklist',
  ]);
});

test('files of old spreadsheets are read too', () => {
  assert.equal(textOf(new Uint8Array([0x51, 0xe9]).buffer), 'Qé');
  assert.equal(textOf(new TextEncoder().encode('Qé').buffer as ArrayBuffer), 'Qé');
});

test('a fault names a column as the table does, and in plain words where there is no table', () => {
  const words = { name: 'name', starts_at: 'start', date: 'day' };

  assert.equal(columnIn('Session;Start\nFP1;x', 'start', words), 'start');
  assert.equal(columnIn('"name",starts_at\nFP1,x', 'starts_at', words), 'starts_at');
  assert.equal(columnIn('10:99 FP1', 'starts_at', words), 'start');
});
