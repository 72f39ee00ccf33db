import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Reader } from './sse.ts';

test('messages are complete however the bytes come in', () => {
  const text = ': hello\n\nevent: hello\nid: abc\n\nevent: change\nid: abd\ndata: {"kind":\ndata: "task"}\n\n';
  const reader = new Reader();

  const found = [...text].flatMap((character) => reader.take(character));

  assert.deepEqual(found, [
    { event: 'hello', id: 'abc', data: '' },
    { event: 'change', id: 'abd', data: '{"kind":\n"task"}' },
  ]);
});

test('comments and lines that end as on Windows say nothing wrong', () => {
  const reader = new Reader();

  assert.deepEqual(reader.take(': still here\r\n\r\n'), []);
  assert.deepEqual(reader.take('id: 7\r\n\r\n'), [{ event: 'message', id: '7', data: '' }]);
});
