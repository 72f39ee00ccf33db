import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Saver } from './saver.ts';

test('a save under way does not bring back what was given up', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const device = new Set<string>();
  let write = () => {};
  const written = new Promise<void>((resolve) => (write = resolve));
  const save = () => written.then(() => void device.add('weekend'));
  const saver = new Saver(save, async () => void device.delete('weekend'));
  saver.soon();
  mock.timers.tick(400);

  const givenUp = saver.giveUp();
  write();
  await givenUp;

  assert.deepEqual([...device], []);
});

test('changes one after the other are one write', () => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  const save = mock.fn(async () => {});
  const saver = new Saver(save, async () => {});

  for (let times = 0; times < 3; times++) saver.soon();
  mock.timers.tick(400);

  return saver.giveUp().then(() => assert.equal(save.mock.callCount(), 1));
});
