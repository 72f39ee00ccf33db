// The details of one task: who signed, what people said, what changed.
import * as auth from './auth.ts';
import { all, call } from './call.ts';
import * as db from './db.ts';
import type { Comment, HistoryEntry, SignOff, Task } from './types.ts';

interface Told {
  signOffs: SignOff[];
  comments: Comment[];
  history: HistoryEntry[];
}

const PARTS = { signOffs: 'sign-offs', comments: 'comments', history: 'history' } as const;

/** The weekend of a task, as the device remembers, otherwise as the server says. */
export async function weekendOfTask(id: number): Promise<number> {
  const kept = await db.get<number>('kept', keyOf('weekend', id));
  if (kept) return kept;
  for (const weekend of await db.weekendsOf(auth.userId()!)) {
    if (weekend.tasks.has(id)) return weekend.event.id;
  }
  const isMine = auth.stillHere();
  const { body } = await call<Task>('GET', `/v1/tasks/${id}`);
  if (isMine()) await db.put('kept', keyOf('weekend', id), body.event_id);
  return body.event_id;
}

const keyOf = (what: string, id: number): string => `${what}/${auth.userId()}/${id}`;

export class Details {
  readonly id: number;
  told = $state.raw<Told | null>(null);
  /** Neither the server nor the device knows. */
  isUnknown = $state(false);

  constructor(id: number) {
    this.id = id;
  }

  async load(): Promise<void> {
    const key = keyOf('task', this.id);
    const isMine = auth.stillHere();
    this.told ??= (await db.get<Told>('kept', key)) ?? null;
    try {
      const names = Object.keys(PARTS) as (keyof Told)[];
      const lists = await Promise.all(
        names.map((name) => all<any>(`/v1/tasks/${this.id}/${PARTS[name]}?limit=200`)),
      );
      this.told = Object.fromEntries(names.map((name, index) => [name, lists[index]])) as unknown as Told;
      this.isUnknown = false;
      if (isMine()) await db.put('kept', key, this.told);
    } catch {
      this.isUnknown = this.told === null;
    }
  }
}
