import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notLiveSince } from './live.ts';

const lost = (at: number) => ({ isLive: false, notLiveSince: at });
const LIVE = { isLive: true, notLiveSince: 1_000 };

test('of several weekends that are not live the one that was lost first counts', () => {
  assert.equal(notLiveSince([lost(3_000), LIVE, lost(2_000), lost(4_000)]), 2_000);
});

test('while all are live, or have never been asked, there is no such time', () => {
  assert.equal(notLiveSince([LIVE, lost(0)]), 0);
  assert.equal(notLiveSince([]), 0);
});

test('a weekend that the server refuses to show is no lost signal', () => {
  assert.equal(notLiveSince([{ ...lost(1_000), isMissing: true }, lost(2_000)]), 2_000);
  assert.equal(notLiveSince([{ ...lost(1_000), isMissing: true }]), 0);
});
