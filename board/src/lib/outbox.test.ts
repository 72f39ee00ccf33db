import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { signOff, waitingOfOthers } from './operations.ts';
import { ANA, applied, BOB, done, no, task, World } from './outbox.world.ts';
import { Refused, Unreachable } from './send.ts';

let world: World;
beforeEach(() => (world = new World()));

test('a deed is on the device before anything shows it, and sent with its own id and time', async () => {
  const kept = await world.outbox.add(done(7));

  assert.deepEqual(world.shown, world.rows);
  await world.outbox.send();
  assert.equal(world.sent[0][0].id, kept.id);
  assert.equal(world.sent[0][0].deviceTime, '2026-06-12T08:00:00.000Z');
  assert.deepEqual(world.rows[0].result, { version: 2 });
});

test('deeds are sent in the order they were done', async () => {
  for (const id of [5, 3, 9]) await world.outbox.add(done(id));

  await world.outbox.send();

  assert.deepEqual(world.sent[0].map((one) => one.title), ['Task 5', 'Task 3', 'Task 9']);
});

test('at most 200 go at once, and all of them go', async () => {
  for (let id = 1; id <= 450; id++) await world.outbox.add(done(id));

  await world.outbox.send();

  assert.deepEqual(world.sent.map((batch) => batch.length), [200, 200, 50]);
});

test('long texts are sent in batches that the server takes', async () => {
  for (let id = 1; id <= 3; id++) {
    await world.outbox.add(signOff(task(id), 'fail', { note: 'x'.repeat(400_000) }));
  }

  await world.outbox.send();

  assert.deepEqual(world.sent.map((batch) => batch.length), [2, 1]);
});

test('an answer that says nothing of some of them leaves all to be sent again', async () => {
  for (const id of [1, 2]) await world.outbox.add(done(id));
  world.answer = (batch) => batch.slice(1).map(applied);

  await world.outbox.send();

  assert.deepEqual(world.states(), ['waiting', 'waiting']);
});

for (const error of [new Unreachable(), ...[401, 408, 425, 429, 500, 502, 503].map((s) => new Refused(s, {}))]) {
  test(`after ${error instanceof Refused ? error.status : 'no answer'} everything waits and is sent again`, async () => {
    await world.outbox.add(done(7));
    world.answer = () => {
      throw error;
    };
    await world.outbox.send();
    assert.deepEqual(world.states(), ['waiting']);

    world.answer = (batch) => batch.map(applied);
    await world.outbox.send();

    assert.equal(world.sent[0][0].id, world.sent[1][0].id);
    assert.deepEqual(world.states(), ['applied']);
  });
}

test('nothing is sent before the time the server asked for, unless somebody insists', async () => {
  await world.outbox.add(done(7));
  world.answer = () => {
    throw new Refused(429, {}, 5_000);
  };
  await world.outbox.send();

  await world.outbox.send();
  assert.equal(world.sent.length, 1);
  await world.outbox.send({ isUrgent: true });
  world.time = 5_000;
  await world.outbox.send();
  assert.equal(world.sent.length, 3);
});

test('a refused one stays with its reason, and the ones after it go on', async () => {
  for (const id of [1, 2, 3]) await world.outbox.add(done(id));
  world.answer = (batch) => batch.map((one) => (one.title === 'Task 2' ? no(403, 'Not yours.')(one) : applied(one)));

  await world.outbox.send();
  await world.outbox.send();

  assert.deepEqual(world.states(), ['applied', 'refused', 'applied']);
  assert.equal(world.rows[1].reason, 'Not yours.');
  assert.equal(world.sent.length, 1);
});

test('those the server could not look at wait', async () => {
  for (const id of [1, 2]) await world.outbox.add(done(id));
  world.answer = (batch) => batch.map((one, index) => (index ? no(503, '')(one) : applied(one)));

  await world.outbox.send();

  assert.deepEqual(world.states(), ['applied', 'waiting']);
});

test('one that the server cannot read does not hold up the others', async () => {
  for (const id of [1, 2, 3, 4, 5]) await world.outbox.add(done(id));
  world.answer = (batch) => {
    if (batch.some((one) => one.title === 'Task 4')) throw new Refused(422, { detail: 'No.' });
    return batch.map(applied);
  };

  await world.outbox.send();

  assert.deepEqual(world.states(), ['applied', 'applied', 'applied', 'refused', 'applied']);
});

test('a conflict with the same deed of the same person is none', async () => {
  for (const id of [1, 2]) await world.outbox.add(done(id));
  world.tasks = { 1: { status: 'done', done_by: ANA }, 2: { status: 'done', done_by: BOB } };
  world.answer = (batch) => batch.map(no(409, 'Bob was first.'));

  await world.outbox.send();

  assert.deepEqual(world.states(), ['applied', 'refused']);
});

test('nothing is sent in the name of another person', async () => {
  await world.outbox.add(done(1));
  world.userId = BOB;
  await world.outbox.add(done(2));

  await world.outbox.send();

  assert.deepEqual(world.sent.flat().map((one) => one.userId), [BOB]);
  assert.deepEqual(world.shown.map((one) => one.title), ['Task 2']);
  assert.deepEqual(world.states(), ['waiting', 'applied']);
});

test('what waits is told by the names of those whose it is', async () => {
  for (const id of [1, 2]) await world.outbox.add(done(id));
  world.userId = BOB;
  await world.outbox.add(done(3));

  assert.deepEqual(waitingOfOthers(world.rows, BOB), [{ name: 'Ana Ruiz', count: 2 }]);
  await world.outbox.send();
  assert.deepEqual(waitingOfOthers(world.rows, null), [{ name: 'Ana Ruiz', count: 2 }]);
});

test('what was done while others were sent goes next', async () => {
  await world.outbox.add(done(1));
  world.answer = async (batch) => {
    if (world.rows.length === 1) await world.outbox.add(done(2));
    return batch.map(applied);
  };

  await world.outbox.send();

  assert.deepEqual(world.states(), ['applied', 'applied']);
});

test('many who ask at once are one sending', async () => {
  await world.outbox.add(done(1));

  await Promise.all([world.outbox.send(), world.outbox.send(), world.outbox.send()]);

  assert.equal(world.sent.length, 1);
});

test('taking back what is not sent leaves nothing to send', async () => {
  const kept = await world.outbox.add(done(1));

  await world.outbox.undo(kept, [signOff(task(1), 'reopen')]);

  assert.deepEqual(world.rows, []);
});

test('taking back what is sent, or on its way, signs the opposite after it', async () => {
  const kept = await world.outbox.add(done(1));
  world.answer = async (batch) => {
    if (world.sent.length === 1) await world.outbox.undo(kept, [signOff(task(1), 'reopen')]);
    return batch.map(applied);
  };

  await world.outbox.send();

  assert.deepEqual(world.sent.flat().map((one) => one.body.act), ['done', 'reopen']);
});

test('what was to take back a refused one is not told of', async () => {
  const kept = await world.outbox.add(done(1));
  world.answer = async (batch) => {
    if (world.sent.length === 1) await world.outbox.undo(kept, [signOff(task(1), 'reopen')]);
    return batch.map(no(409, 'Bob was first.'));
  };

  await world.outbox.send();

  assert.deepEqual(world.shown.map((one) => one.body.act), ['done']);
});

test('a refused one goes once somebody has seen it', async () => {
  await world.outbox.add(done(1));
  world.answer = (batch) => batch.map(no(404, 'No such task.'));
  await world.outbox.send();

  await world.outbox.forget(world.shown);

  assert.deepEqual(world.rows, []);
});

test('a refusal tells every fault that the server found', async () => {
  await world.outbox.add(done(7));
  const body = { detail: 'Some values are not valid. See errors.', errors: { json: { value: ['Must be a number.'] } } };
  world.answer = ([{ id }]) => [{ id, status: 422, body }];

  await world.outbox.send();

  assert.equal(world.rows[0].reason, 'Value: Must be a number.');
});

test('a single operation that is refused with its batch tells the faults too', async () => {
  await world.outbox.add(done(7));
  const errors = { json: { operations: { 0: { body: ['Too long.'] } } } };
  world.answer = () => {
    throw new Refused(422, { detail: 'Some values are not valid. See errors.', errors });
  };

  await world.outbox.send();

  assert.equal(world.rows[0].reason, 'Too long.');
});

test('a tick whose time has not come yet is sent with the present, and in its order', async () => {
  world.deviceTime = '2026-06-12T09:00:00.000Z';
  for (const id of [1, 2]) await world.outbox.add(done(id));
  world.present = { now: Date.parse('2026-06-12T08:00:00Z'), page: 'here', steady: 0 };

  await world.outbox.send();

  const sent = world.sent[0].map((one) => [one.title, one.deviceTime]);
  assert.deepEqual(sent, [['Task 1', '2026-06-12T08:00:00.000Z'], ['Task 2', '2026-06-12T08:00:00.000Z']]);
});

test('a time that was corrected once is sent the same again', async () => {
  world.deviceTime = '2026-06-12T09:00:00.000Z';
  await world.outbox.add(done(1));
  world.present = { now: Date.parse('2026-06-12T08:00:00Z'), page: 'here', steady: 0 };
  world.answer = () => {
    throw new Unreachable();
  };
  await world.outbox.send();

  world.present = { ...world.present, now: world.present.now - 1_000 };
  await world.outbox.send();

  assert.deepEqual(new Set(world.sent.map(([one]) => one.deviceTime)), new Set(['2026-06-12T08:00:00.000Z']));
});
