// Calls of the API in the name of the person who is logged in.
import * as auth from './auth.ts';
import { Refused, send, type Answer, type Request } from './send.ts';

export { Refused, Unreachable, type Answer } from './send.ts';

/**
 * Call the API. Answers 2xx and 304; raises Refused with the server's sentence otherwise, and
 * Unreachable when no answer came within 8 s.
 *
 * An expired token is renewed once, without anybody noticing. `by` is the person who has to be
 * logged in for this; otherwise nothing is sent.
 */
export async function call<T = any>(
  method: string,
  path: string,
  request: Request & { by?: number } = {},
): Promise<Answer<T>> {
  const { by: userId, ...more } = request;
  const token = await auth.token(userId);
  try {
    return await send<T>(method, path, { ...more, token });
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 401) throw error;
    await auth.refresh(token);
    return send<T>(method, path, { ...more, token: await auth.token(userId) });
  }
}

/** Read every page of a list. */
export async function all<T = any>(path: string): Promise<T[]> {
  const rows: T[] = [];
  for (let next: string | null = path; next; ) {
    const answer: Answer<T[]> = await call<T[]>('GET', next);
    rows.push(...answer.body);
    next = nextPage(answer.headers.get('Link'));
  }
  return rows;
}

function nextPage(link: string | null): string | null {
  const found = /<([^>]+)>;\s*rel="next"/.exec(link ?? '');
  if (!found) return null;
  const url = new URL(found[1], location.href);
  return url.pathname + url.search;
}
