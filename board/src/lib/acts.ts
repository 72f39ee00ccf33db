// Deeds on tasks: keep them, show them, and take them back while their message is there.
import { assign, comment, reversal, signOff, type Deed } from './operations.ts';
import { enqueue, undo } from './queue.ts';
import { weekendOf } from './store.svelte.ts';
import { toast } from './toasts.svelte.ts';
import type { Act, Task } from './types.ts';
import { texts } from '../texts.ts';

interface More {
  value?: number | string | null;
  note?: string | null;
}

export const sign = (task: Task, act: Act, more: More = {}): Promise<void> =>
  perform(task, signOff(task, act, more), texts.acts.did[act]);

export const take = (task: Task, userId: number): Promise<void> =>
  perform(task, assign(task, userId), texts.acts.taken);

export const giveBack = (task: Task): Promise<void> =>
  perform(task, assign(task, null), texts.acts.givenBack);

export async function say(task: Task, text: string): Promise<void> {
  await enqueue({ ...comment(task, text), place: placeOf(task) });
}

function placeOf(task: Task): string {
  const weekend = weekendOf(task.event_id);
  const bike = weekend.bike(task.bike_id)?.label ?? task.rider_name;
  return [bike, weekend.session(task.session_id)?.name].filter(Boolean).join(' · ');
}

async function perform(task: Task, deed: Deed, said: string): Promise<void> {
  const kept = await enqueue({ ...deed, place: placeOf(task) });
  navigator.vibrate?.(30);
  const reversals = reversal(task, kept, texts.acts.why);
  const back = () => undo(kept, reversals);
  toast(`${said}: ${task.title}`, { undo: back, about: task.title, place: placeOf(task), subject: kept.id });
}
