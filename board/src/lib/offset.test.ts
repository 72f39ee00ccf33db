import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offsetMinutes, offsetWords } from './offset.ts';

for (const [minutes, words] of [
  [0, 'at once'],
  [-45, '45 min before'],
  [-90, '1 h 30 min before'],
  [-8640, '6 d before'],
  [15, '15 min after'],
] as const) {
  test(`${minutes} minutes are ${words}, and back`, () => {
    assert.equal(offsetWords(minutes), words);
    assert.equal(offsetMinutes(words), minutes);
  });
}

for (const [words, minutes] of [
  ['-60', -60],
  ['+5', 5],
  ['−30', -30],
  ['2h before', -120],
  ['2 hours 5 minutes after', 125],
  ['- 3 d', -4320],
  ['30', 30],
] as const) {
  test(`${words} is ${minutes} minutes`, () => assert.equal(offsetMinutes(words), minutes));
}

for (const words of ['', 'soon', '5 weeks before', '1.5 h', 'before']) {
  test(`“${words}” says nothing`, () => assert.equal(offsetMinutes(words), undefined));
}
