// Where the focus goes when the button that had it goes away.
import { tick } from 'svelte';

const FIELDS = ['text', 'search', 'email', 'password', 'number', 'tel', 'url', 'date', 'time'];

/** Whether keys that are pressed there write or change a text. */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && FIELDS.includes(target.type));

/** Do what a button of a task says. If its row stays the focus is on the button that stands there
 * instead; otherwise on the next row, on the same button if it has it. */
export async function keepingFocus(button: HTMLElement, deed: () => Promise<unknown>): Promise<void> {
  const main = document.getElementById('content')!;
  const rows = [...main.querySelectorAll<HTMLElement>('.acts')];
  const own = button.closest<HTMLElement>('.acts')!;
  const place = rows.indexOf(own);
  await deed();
  await tick();
  if (button.isConnected || document.activeElement !== document.body) return;
  const others = [...rows.slice(place + 1), ...rows.slice(0, Math.max(place, 0)).reverse()];
  const next = others.find((row) => row.isConnected && row.querySelector('button'));
  const found = own.isConnected ? first(own) : next && first(next, button.dataset.act);
  (found ?? main).focus();
}

const first = (acts: HTMLElement, act?: string): HTMLElement | null =>
  acts.querySelector<HTMLElement>(`[data-act='${act}']`) ??
  acts.querySelector<HTMLElement>('.mains button') ??
  acts.querySelector<HTMLElement>("[data-act='reopen']") ??
  acts.querySelector('button');
