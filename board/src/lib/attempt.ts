// Deeds that need the server at once, and what is said when it cannot or will not.
import { texts } from '../texts';
import { Refused, Unreachable } from './call.ts';
import { toast } from './toasts.svelte';

/** The sentence to show for what went wrong. */
export function sentence(error: unknown): string {
  if (error instanceof Refused) return error.detail;
  if (error instanceof Unreachable) return texts.common.noSignal;
  throw error;
}

/** Do it and return true; if that fails say why and return false. */
export async function attempt(deed: () => Promise<unknown>): Promise<boolean> {
  try {
    await deed();
    return true;
  } catch (error) {
    toast(sentence(error), { isBad: true });
    return false;
  }
}
