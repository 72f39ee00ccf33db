import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyOf } from './copy.ts';
import { fileName } from './files.ts';
import { assign, comment, incident, signOff, type Deed, type Operation } from './operations.ts';

const AT = Date.parse('2026-06-12T08:41:00Z');
const torque = { label: 'Torque', kind: 'number', unit: 'Nm' };
const bolts = { id: 7, event_id: 1, title: 'Torque the bolts', bike_id: 2, session_id: 3, measurement: torque };
const weekends: any = new Map([
  [
    1,
    {
      event: { name: 'Misano', timezone: 'Europe/Rome' },
      tasks: new Map([[7, bolts]]),
      bikes: new Map([[2, { label: '44 A' }]]),
      sessions: new Map([[3, { name: 'FP1' }]]),
      people: new Map([[9, { name: 'Nils Berg' }]]),
    },
  ],
]);

const kept = (deed: Deed, order: number): Operation => ({
  ...deed,
  order,
  id: `id-${order}`,
  userId: 3,
  deviceTime: '2026-06-12T08:20:00.000Z',
  state: 'waiting',
});
const copy = (...deeds: Deed[]) => copyOf(deeds.map(kept), { who: 'Ana Ruiz', at: AT, weekends });

test('a copy says what was done, where, when by the clocks there, and all that was written', () => {
  const text = copy(signOff(bolts as any, 'done', { value: 28.5, note: 'New bolts,\nold washers' }));

  assert.match(text, /^1 not sent yet\nDone by Ana Ruiz, .* Saved Fri 12 Jun 10:41\.\n/);
  assert.match(text, /1\. Fri 12 Jun 10:20 {2}Done: Torque the bolts\n {3}Bike: 44 A\n {3}Session: FP1\n/);
  assert.match(text, / {3}Torque: 28.5 Nm\n {3}Note: New bolts,\n {3}old washers\n/);
});

test('comments, incidents and who took what are in it too', () => {
  const crash = incident(1, 'Crash 44 A', { kind: 'crash', bike_id: 2, note: 'Turn 4' });
  const text = copy(comment(bolts as any, 'Worn'), assign(bolts as any, 9), assign(bolts as any, null), crash);

  assert.match(text, /1\. .*Comment: Torque the bolts\n[^]*Comment: Worn/);
  assert.match(text, /2\. .*Take: Torque the bolts\n[^]*Held by: Nils Berg/);
  assert.match(text, /3\. .*Give back: Torque the bolts\n[^]*Held by: Nobody/);
  assert.match(text, /4\. .*Incident: Crash 44 A\n {3}Bike: 44 A\n {3}Note: Turn 4/);
});

test('a weekend that the device does not know any more is told by its number', () => {
  const text = copy(incident(5, 'Wet', { kind: 'wet' }));

  assert.match(text, /Weekend 5\n\n1\. /);
});

test('at its end it is what the API takes, with the ids that keep it from being done twice', () => {
  const line = copy(signOff(bolts as any, 'done')).trimEnd().split('\n').at(-1)!;

  const [operation] = JSON.parse(line).operations;
  assert.deepEqual([operation.id, operation.path], ['id-0', '/v1/tasks/7/sign-offs']);
  assert.equal(operation.device_time, '2026-06-12T08:20:00.000Z');
});

test('names of files are words and hyphens', () => {
  assert.equal(fileName(['Not sent', 'Zoë O’Hara', '10:41'], 'txt'), 'Not-sent-Zoë-O-Hara-10-41.txt');
});
