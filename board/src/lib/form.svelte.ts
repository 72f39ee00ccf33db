// What was wrong with a form when it was sent, and whether it is on its way.
import { tick } from 'svelte';
import { sentencesIn } from './reasons.ts';
import { Refused, Unreachable } from './send.ts';
import { texts } from '../texts.ts';

/** Names of fields in the sentences of the API, as the pages call them. */
const CALLED = /\b(event_date|end_date|starts_at|ends_at|new_password)\b/g;

export class Form {
  /** Sentences by field, as the API told them. */
  errors = $state.raw<Record<string, any>>({});
  /** Faults of no field in particular. */
  problem = $state('');
  isBusy = $state(false);

  /** Send it; tells whether that worked. Faults are shown, and the focus goes to the first.
   * `unique` is the field that somebody else has in use if the server says 409. */
  async send(work: () => Promise<unknown>, unique?: string): Promise<boolean> {
    if (this.isBusy) return false;
    this.isBusy = true;
    this.clear();
    try {
      await work();
      return true;
    } catch (error) {
      this.fail(error, unique);
      return false;
    } finally {
      this.isBusy = false;
    }
  }

  clear(): void {
    this.errors = {};
    this.problem = '';
  }

  fail(error: unknown, unique?: string): void {
    this.problem = sentenceOf(error);
    if (unique && error instanceof Refused && error.status === 409) {
      this.errors = { [unique]: [error.detail] };
      this.problem = '';
    }
    if (error instanceof Refused && error.problem.errors) {
      const { json, ...others } = error.problem.errors;
      this.errors = { ...json, ...others };
      if (Object.keys(this.errors).length) this.problem = '';
    }
    void tick().then(() => document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  }

  /** The sentences for a field, as one. */
  of(name: string): string {
    return sentencesIn(this.errors[name]).join(' ').replace(CALLED, (name) => texts.fields[name]);
  }
}

/** What to tell people of an error: the server's sentence, or that there is no signal. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Refused) return error.detail;
  if (error instanceof Unreachable) return texts.common.noSignal;
  throw error;
}
