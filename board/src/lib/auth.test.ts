import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANA, BOB, settled, World } from './auth.world.ts';

console.warn = () => undefined; // Of a browser that keeps nothing.

/** Ana has logged in, and out without a signal. */
async function left(world: World) {
  const auth = await world.open();
  await auth.logIn(ANA.email, 'pit-lane');
  world.out = 0;
  await auth.logOut();
  world.asked = [];
  return auth;
}

test('a log-out without a signal is sent once there is one', async () => {
  const world = new World();
  await left(world);

  await world.signal();
  await world.signal();

  assert.deepEqual([world.asked, world.cookie], [['out'], null]);
});

test('until then nobody is logged in by the cookie that is left', async () => {
  const world = new World();
  await left(world);

  const later = await world.open();
  await settled();
  assert.equal(later.current().user, null);
  await assert.rejects(later.refresh());
  assert.deepEqual(new Set(world.asked), new Set(['out']));

  await world.signal();
  assert.equal(world.cookie, null);
});

for (const status of [500, 503, 429]) {
  test(`a server that answers ${status} is asked again`, async () => {
    const world = new World();
    await left(world);

    await world.signal(status);
    world.out = 204;
    await world.wait();

    assert.deepEqual([world.asked, world.cookie], [['out', 'out'], null]);
  });
}

test('a server that knows no such log-in any more is not', async () => {
  const world = new World();
  await left(world);

  await world.signal(401);
  await world.wait();

  assert.deepEqual(world.asked, ['out']);
});

test('whoever logs in before there is a signal stays', async () => {
  const world = new World();
  const auth = await left(world);
  await auth.logIn(BOB.email, 'pit-lane');

  await world.signal();

  assert.deepEqual([world.asked, world.cookie], [['in'], BOB]);
  assert.equal((await world.open()).current().user?.id, BOB.id);
});

test('a log-in waits for the log-out that is under way, which takes the cookie with it', async () => {
  const world = new World();
  const auth = await left(world);
  world.before = (word) => (word === 'out' ? settled() : undefined);
  world.out = 204;

  await Promise.all([world.signal(), auth.logIn(BOB.email, 'pit-lane')]);

  assert.deepEqual([world.asked, world.cookie], [['out', 'in'], BOB]);
});

test('new tokens that come after the log-out log nobody in', async () => {
  const world = new World();
  const auth = await world.open();
  await auth.logIn(ANA.email, 'pit-lane');
  let isOut: Promise<void> | null = null;
  world.before = (word) => void (word === 'refresh' && (isOut = auth.logOut()));

  await assert.rejects(auth.refresh(await auth.token()));
  await isOut;

  assert.deepEqual([auth.current().user, world.cookie], [null, null]);
});

test('a name that is saved after the log-out logs nobody in', async () => {
  const world = new World();
  const auth = await world.open();
  await auth.logIn(ANA.email, 'pit-lane');
  await auth.logOut();

  await auth.changeMe({ ...ANA, name: 'Ana R.' });

  assert.equal(auth.current().user, null);
  assert.equal((await world.open()).current().user, null);
});

test('all tabs together send it once', async () => {
  const world = new World();
  await left(world);
  await Promise.all([world.open(), world.open()]);
  world.asked = [];

  await world.signal();

  assert.deepEqual(world.asked, ['out']);
});

test('another tab sends it once this one is closed', async () => {
  const world = new World();
  await world.open();
  await left(world);
  world.close();

  await world.signal();

  assert.deepEqual([world.asked, world.cookie], [['out'], null]);
});

test('a log-in in one tab ends the log-out in the others', async () => {
  const world = new World();
  await world.open();
  const auth = await left(world);

  await auth.logIn(BOB.email, 'pit-lane');
  await world.signal();

  assert.deepEqual(world.cookie, BOB);
});

test('a log-in that has ended is not asked for again, until somebody logs in', async () => {
  const world = new World();
  const auth = await world.open();
  await auth.logIn(ANA.email, 'pit-lane');
  world.cookie = null;
  world.asked = [];
  const dead = await auth.token();

  await assert.rejects(auth.refresh(dead));
  await assert.rejects(auth.refresh(dead));
  await assert.rejects(auth.token());

  assert.deepEqual([world.asked, auth.current().isLocked], [['refresh'], true]);
  await auth.logIn(ANA.email, 'pit-lane');
  await auth.refresh(await auth.token());
  assert.deepEqual(world.asked, ['refresh', 'in', 'refresh']);
});

test('a log-in in another tab is enough', async () => {
  const world = new World();
  const [auth, other] = [await world.open(), await world.open()];
  await auth.logIn(ANA.email, 'pit-lane');
  world.cookie = null;
  await assert.rejects(auth.refresh(await auth.token()));

  await other.logIn(ANA.email, 'pit-lane');
  await settled();

  assert.equal(auth.current().isLocked, false);
  assert.ok(await auth.token());
});
