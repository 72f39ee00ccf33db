import assert from 'node:assert/strict';
import { test } from 'node:test';

import { crashedUnder, incidentsUnder, releaseUnder, withAnswered, withAnsweredIncidents } from './deeds.ts';

const release = (id: number): any => ({ id, session_id: 5, bike_id: 1, voided_at: null });
const operation = (more: object): any => ({
  path: '/v1/sessions/5/releases',
  state: 'waiting',
  body: { bike_id: 1 },
  ...more,
});

test('a release that was answered counts before the change is told', () => {
  const answered = operation({ state: 'applied', result: release(8) });

  assert.deepEqual(
    withAnswered([release(7)], [answered]).map((one) => one.id),
    [7, 8],
  );
  assert.equal(withAnswered([release(8)], [answered]).length, 1);
});

test('a release under way is found by its session and bike', () => {
  const refused = operation({ state: 'refused', reason: 'Blocked' });

  assert.equal(releaseUnder([operation({}), refused], 5, 1), refused);
  assert.equal(releaseUnder([refused], 5, 2), undefined);
  assert.equal(releaseUnder([operation({ state: 'applied' })], 5, 1), undefined);
});

test('so does an incident', () => {
  const told = operation({ path: '/v1/events/2/incidents', state: 'applied', result: { id: 4 } });

  assert.deepEqual(withAnsweredIncidents([], [told]), [{ id: 4 }]);
});

test('incidents wait until they are sent', () => {
  const incident = operation({ path: '/v1/events/2/incidents', body: { kind: 'crash', bike_id: 4 } });

  assert.deepEqual(incidentsUnder([operation({}), incident]), [incident]);
  assert.deepEqual(crashedUnder([operation({}), incident]), new Set([4]));
});
