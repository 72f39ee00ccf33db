// This person's weekends that are on or to come are on the device before anybody opens them, so that
// each opens without a signal: one after the other, once the page has what it shows.
import * as auth from './auth.ts';
import { events } from './events.svelte.ts';
import { followed } from './followed.svelte.ts';
import { weekendOf } from './store.svelte.ts';

const PATIENCE = 2_000;
const MOST = 8;
/** Weekends that were read since this page began. */
const done = new Set<number>();
let timer: ReturnType<typeof setTimeout> | undefined;

function soon(): void {
  clearTimeout(timer);
  if (auth.userId() !== null) timer = setTimeout(() => void keepAll(), PATIENCE);
}

async function keepAll(): Promise<void> {
  const isMine = auth.stillHere();
  if (!events.isKnown) await events.load();
  for (const id of missing()) {
    await idle();
    if (!isMine() || auth.current().isLocked) return;
    if (!isFollowed(id) && !(await weekendOf(id).keep())) return;
    done.add(id);
  }
}

const missing = (): number[] =>
  events.ahead.slice(0, MOST).map(({ id }) => id).filter((id) => !done.has(id));
const isFollowed = (id: number): boolean => followed.all.some((weekend) => weekend.id === id);

const idle = (): Promise<unknown> =>
  new Promise((resolve) => (window.requestIdleCallback ?? setTimeout)(resolve));

auth.onOther(() => {
  done.clear();
  soon();
});
addEventListener('online', soon);
// The list of weekends was told anew.
$effect.root(() => {
  $effect(() => void (missing().length && soon()));
});
