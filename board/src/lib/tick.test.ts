import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { onTheDot } from './tick.ts';

let page: EventTarget;
let ticks: number[];
let end: () => void;

// Nobody sets this device's clock.
mock.method(performance, 'now', () => Date.now());

beforeEach(() => {
  page = Object.assign(new EventTarget(), { hidden: false });
  Object.assign(globalThis, { document: page });
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 7_000 });
  ticks = [];
  end = onTheDot(15_000, () => ticks.push(Date.now()));
});

test('it ticks at each whole quarter of a minute, whenever it began', () => {
  mock.timers.tick(8_000);
  mock.timers.tick(15_000);

  assert.deepEqual(ticks, [15_000, 30_000]);
});

test('a page that is shown after a sleep is right at once, and ticks on the dot from there', () => {
  mock.timers.setTime(12_000);
  page.dispatchEvent(new Event('visibilitychange'));
  mock.timers.tick(3_000);

  assert.deepEqual(ticks, [12_000, 15_000]);
});

test('nothing ticks once it was ended', () => {
  end();
  mock.timers.tick(60_000);
  page.dispatchEvent(new Event('visibilitychange'));

  assert.deepEqual(ticks, []);
});
