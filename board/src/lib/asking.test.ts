import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askOnce } from './asking.ts';
import { Refused } from './send.ts';
import type { Kept } from './weekend.ts';

const LISTS = { people: [], bikes: [], sessions: [], tasks: [], releases: [], incidents: [] };
const snapshot = { ...LISTS, cursor: 'new', event: { id: 1 } };
const kept = { cursor: 'old', asOf: 1, event: { id: 1 }, tasks: new Map() } as unknown as Kept;
const nothing = { changes: [], people: [], cursor: 'old', has_more: false, reset: false };

/** A server that answers `changes` like this; `asked` are the paths it was asked for. */
function server(changes: object | Refused) {
  const asked: string[] = [];
  const call = async (_method: string, path: string): Promise<any> => {
    asked.push(path);
    const isSnapshot = path.endsWith('/snapshot');
    if (!isSnapshot && changes instanceof Refused) throw changes;
    return { body: isSnapshot ? snapshot : changes };
  };
  return { asked, ask: (from: Kept | null) => askOnce(1, from, call, () => 2) };
}

test('who holds nothing takes a snapshot', async () => {
  const { asked, ask } = server(nothing);

  const told = await ask(null);

  assert.deepEqual(asked, ['/v1/events/1/snapshot']);
  assert.deepEqual([told.kept.cursor, told.hasMore, told.comments], ['new', false, 0]);
});

test('what did not change stays the very same', async () => {
  const { asked, ask } = server(nothing);

  const told = await ask(kept);

  assert.deepEqual(asked, ['/v1/events/1/changes?limit=1000&since=old']);
  assert.equal(told.kept, kept);
});

test('changes are laid upon what is kept, and comments are counted', async () => {
  const change = { kind: 'task', id: 7, is_deleted: false, resource: { id: 7 } };
  const changes = [change, { ...change, kind: 'comment' }];
  const { ask } = server({ ...nothing, changes, cursor: 'next', has_more: true });

  const told = await ask(kept);

  assert.deepEqual([told.kept.cursor, [...told.kept.tasks.keys()]], ['next', [7]]);
  assert.deepEqual([told.hasMore, told.comments], [true, 1]);
});

test('the cursor goes on past what is about nothing here, so that nobody asks for it for ever', async () => {
  const { ask } = server({ ...nothing, cursor: 'next', has_more: true });

  const told = await ask(kept);

  assert.deepEqual([told.kept.cursor, told.hasMore], ['next', true]);
  assert.equal(told.kept.tasks, kept.tasks);
});

const GONE = {
  'the server says reset': { ...nothing, reset: true },
  'the server does not know the cursor': new Refused(422, {}),
};

for (const [what, answer] of Object.entries(GONE)) {
  test(`a new snapshot is taken at once, and comments are read anew, when ${what}`, async () => {
    const { asked, ask } = server(answer);

    const told = await ask(kept);

    assert.equal(asked.at(-1), '/v1/events/1/snapshot');
    assert.deepEqual([told.kept.cursor, told.comments], ['new', 1]);
  });
}

test('any other refusal is told', async () => {
  const { ask } = server(new Refused(404, {}));

  await assert.rejects(() => ask(kept), { status: 404 });
});
