import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { locked } from './locks.ts';

let begun: boolean[];

beforeEach(() => {
  begun = [];
});

/** A browser whose locks answer so. */
function browser(request?: (...all: any[]) => Promise<any>): void {
  const locks = request && { request };
  Object.defineProperty(globalThis, 'navigator', { value: { locks }, configurable: true });
}

const work = async (isHeld: boolean) => begun.push(isHeld);

test('work is done with the lock, and told when another tab has it', async () => {
  browser((_name, _options, begin) => begin({}));
  await locked('sender', work);
  browser((_name, _options, begin) => begin(null));
  await locked('sender', work, { ifAvailable: true });

  assert.deepEqual(begun, [true, false]);
});

test('where locks are refused, or there are none, work is done all the same', async () => {
  browser(async () => Promise.reject(new DOMException('Denied', 'SecurityError')));
  await locked('sender', work);
  browser();
  await locked('sender', work);

  assert.deepEqual(begun, [true, true]);
});

test('work that fails is not done twice', async () => {
  browser((_name, _options, begin) => begin({}));
  const failing = (isHeld: boolean) => work(isHeld).then(() => Promise.reject(new Error('No signal')));

  await assert.rejects(locked('sender', failing), /No signal/);

  assert.deepEqual(begun, [true]);
});

test('work that was given up before it began is not done', async () => {
  browser(async (_name, { signal }) => signal.throwIfAborted());

  await assert.rejects(locked('stream-1', work, { signal: AbortSignal.abort() }));

  assert.deepEqual(begun, []);
});
