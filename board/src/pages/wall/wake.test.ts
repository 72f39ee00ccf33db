import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stayAwake } from './wake.ts';

/** A browser that gives its lock when the returned function is called. */
function browser() {
  let give = () => undefined as void;
  const screen = { isHeld: false, give: () => give() };
  const lock = { release: async () => void (screen.isHeld = false) };
  const given = new Promise((resolve) => (give = () => resolve(lock))).then((one) => ((screen.isHeld = true), one));
  Object.defineProperty(globalThis, 'navigator', { value: { wakeLock: { request: () => given } }, configurable: true });
  Object.defineProperty(globalThis, 'document', { value: new EventTarget(), configurable: true });
  return screen;
}

const soon = () => new Promise((resolve) => setTimeout(resolve));

test('the screen stays on until the page is left', async () => {
  const screen = browser();
  const leave = stayAwake();
  screen.give();
  await soon();
  assert.equal(screen.isHeld, true);

  leave();
  await soon();

  assert.equal(screen.isHeld, false);
});

test('a lock that comes after the page was left is given back', async () => {
  const screen = browser();
  const leave = stayAwake();

  leave();
  screen.give();
  await soon();

  assert.equal(screen.isHeld, false);
});
