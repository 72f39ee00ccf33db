import assert from 'node:assert/strict';
import { test } from 'node:test';
import { merging } from './merging.ts';

function counted() {
  const done: object[] = [];
  const work = merging(async (asked: object) => {
    await null;
    return done.push(asked);
  });
  return { done, work };
}

test('what is asked twice at once is done once, and both hear of it', async () => {
  const { done, work } = counted();

  const answers = await Promise.all([work({ kind: 'crash' }), work({ kind: 'crash' })]);

  assert.deepEqual(answers, [1, 1]);
  assert.equal(done.length, 1);
});

test('what differs is done beside it', async () => {
  const { done, work } = counted();

  await Promise.all([work({ kind: 'crash' }), work({ kind: 'wet' })]);

  assert.equal(done.length, 2);
});

test('what is asked again afterwards is done again', async () => {
  const { done, work } = counted();

  await work({ kind: 'crash' });
  await work({ kind: 'crash' });

  assert.equal(done.length, 2);
});

test('what failed is tried again', async () => {
  let count = 0;
  const work = merging(async () => {
    count += 1;
    throw new Error('full');
  });

  await assert.rejects(work({}));
  await assert.rejects(work({}));

  assert.equal(count, 2);
});
