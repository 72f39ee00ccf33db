// Why the server refused, in sentences for people. Plain functions.
import { texts } from '../texts.ts';
import type { Problem } from './types.ts';

/** A sentence that sends to the faults, which are told themselves. */
const SEE_ERRORS = /\s*[^.]*\. See errors\.$/;

/** Every sentence in what the API said of a field, however deep. */
export function sentencesIn(said: unknown): string[] {
  if (said == null) return [];
  if (typeof said !== 'object') return [String(said)];
  return [...new Set(Object.values(said).flatMap(sentencesIn))];
}

/** The server's sentence, and every fault it found, with the name of its field; empty if it said nothing. */
export function reasonOf({ detail, title, errors }: Problem): string {
  const faults = [...new Set(faultsIn(errors))];
  const sentence = detail ?? title ?? '';
  return (faults.length ? [sentence.replace(SEE_ERRORS, ''), ...faults] : [sentence]).filter(Boolean).join(' ');
}

/** `Value: Must be a number.` for each fault; `field` is the last one on the way that people know. */
function faultsIn(said: unknown, field = ''): string[] {
  if (said == null) return [];
  if (typeof said !== 'object') return [field ? `${field}: ${said}` : String(said)];
  return Object.entries(said).flatMap(([key, deeper]) => faultsIn(deeper, texts.faults[key] ?? field));
}
