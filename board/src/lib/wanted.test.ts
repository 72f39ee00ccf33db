import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asking, wanted } from './wanted.ts';

const isPage = (path: string) => ['/', '/events', '/events/2/tasks'].includes(path);

test('whoever logs in comes to the page that they wanted, with its filters', () => {
  const asked = asking({ path: '/events/2/tasks', query: '?role=mechanic&status=overdue' });

  assert.equal(wanted(asked, isPage), '/events/2/tasks?role=mechanic&status=overdue');
});

test('whoever wanted nothing in particular comes to their tasks', () => {
  assert.equal(asking({ path: '/', query: '' }), '');
  assert.equal(wanted('', isPage), '/');
});

for (const to of ['https://evil.example/', '//evil.example', '/\\evil.example', '//evil.example/?/events', 'javascript:alert(1)', '?x', '/nothing?a=/events']) {
  test(`nobody is sent to ${to}`, () => {
    assert.equal(wanted(`?to=${encodeURIComponent(to)}`, isPage), '/');
  });
}
