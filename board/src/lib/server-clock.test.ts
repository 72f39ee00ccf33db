import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { ServerClock } from './server-clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TRUTH = Date.parse('2026-06-12T08:00:00Z');

/** What is so, what the device shows, and how long the page's own clock has run. */
let truth: number, device: number, steady: number;
let clock: ServerClock;

const awake = (time: number) => ((truth += time), (device += time), (steady += time));
const asleep = (time: number) => ((truth += time), (device += time));
const set = (by: number) => (device += by);
const answer = () => clock.heed(new Date(truth).toUTCString(), device);
const error = () => Math.abs(clock.now() - truth);

beforeEach(() => {
  [truth, device, steady] = [TRUTH, TRUTH + HOUR, 5_000];
  clock = new ServerClock(() => device, () => steady);
  answer();
});

test('a clock that is wrong is put right by the server’s answer', () => {
  awake(20 * MINUTE);

  assert.ok(error() <= 1_000);
});

test('a clock that is put back without a signal leaves the time right', () => {
  awake(MINUTE);
  set(-HOUR);

  assert.ok(error() <= 1_000);
  awake(HOUR);
  assert.ok(error() <= 1_000);
});

test('hours of sleep are no clock put forward, whether the steady clock sleeps too or not', () => {
  asleep(3 * HOUR);
  assert.ok(error() <= 1_000);

  awake(3 * HOUR);
  assert.ok(error() <= 1_000);
});

test('a clock that is put forward counts once the server has answered', () => {
  set(2 * HOUR);
  assert.ok(error() > HOUR);

  answer();

  assert.ok(error() <= 1_000);
});

test('whoever puts it forward and back again changes nothing', () => {
  set(2 * HOUR);
  clock.now();
  asleep(30 * MINUTE);
  clock.now();
  set(20_000 - 2 * HOUR);

  assert.ok(error() < 25_000);
});

test('whoever puts it back and forward again changes nothing', () => {
  set(-2 * HOUR);
  clock.now();
  awake(MINUTE);
  set(2 * HOUR);

  assert.ok(error() <= 1_000);
});

test('a clock that drifts against the steady one was set by nobody', () => {
  awake(10 * HOUR);
  steady += 10_000;

  assert.ok(error() <= 1_000);
});

test('after an answer earlier steps are forgotten', () => {
  set(HOUR);
  clock.now();
  answer();
  set(-HOUR);

  assert.ok(error() <= 1_000);
});

test('it is sure of the time from an answer on until somebody sets the clock', () => {
  assert.equal(new ServerClock(() => device, () => steady).isSure, false);
  awake(HOUR);
  assert.equal(clock.isSure, true);

  set(HOUR);
  assert.equal(clock.isSure, false);

  answer();
  assert.equal(clock.isSure, true);
});

test('whoever asks is told how far the device’s clock is ahead', () => {
  const told: number[] = [];
  clock.onAhead((ahead) => told.push(Math.round(ahead / MINUTE)));

  set(-90 * MINUTE);
  answer();

  assert.deepEqual(told, [60, -30]);
});
