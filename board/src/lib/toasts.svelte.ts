// Short messages at the edge of the page, some with a way back: `toast('Done', { undo })`.

import { onOther } from './auth.ts';
import type { Toast } from './newest.ts';

/** Long enough to notice a wrong tap, take a glove off and tap again. */
const LASTS = 12_000;
let last = 0;

class Toasts {
  all = $state.raw<Toast[]>([]);

  add(text: string, more: Partial<Toast> = {}): void {
    const id = ++last;
    const others = this.all.filter((toast) => !more.subject || toast.subject !== more.subject);
    this.all = [...others, { ...more, id, text }];
    setTimeout(() => this.drop(id), LASTS);
  }

  drop(id: number): void {
    this.all = this.all.filter((toast) => toast.id !== id);
  }
}

export type { Toast };
export const toasts = new Toasts();
// Nobody takes back another person's deed.
onOther(() => (toasts.all = []));
export const toast = (text: string, more?: Partial<Toast>): void => toasts.add(text, more);
