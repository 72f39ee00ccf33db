// Who is logged in. The access token lives in this variable only; the refresh token in a cookie
// that no script can read. A lost network logs nobody out: only a 401 of a refresh does. Nor can a
// script delete the cookie: until the server has answered a log-out, it is due, and nothing is refreshed.
import * as db from './db.ts';
import { locked } from './locks.ts';
import { Mark } from './mark.ts';
import { Refused, Unreachable, send, type Answer } from './send.ts';
import type { Tokens, User } from './types.ts';

interface Access {
  token: string;
  userId: number;
  until: number;
}

/** `locked`: the log-in has ended, and nothing is sent before the password is entered again. */
export interface Auth {
  user: User | null;
  isLocked: boolean;
}

type Message = { access?: Access; user?: User | null };

const COOKIE = { 'X-Refresh-Cookie': '1' };
const EARLY = 30_000;
const EVERY = 30_000;
/** Answers that end no log-in, beside those from 500 on. */
const AGAIN = new Set([408, 425, 429]);
const leaving = new Mark('must-log-out');
const listeners = new Set<(auth: Auth) => void>();
let auth: Auth = { user: null, isLocked: false };
let access: Access | null = null;
/** How the server said that the log-in has ended; until somebody logs in, it is not asked again. */
let ended: Refused | null = null;
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('auth');
(channel as any)?.unref?.(); // Node, in tests, would wait for it.

export const current = (): Auth => auth;
export const userId = (): number | null => auth.user?.id ?? null;

export function onAuth(listener: (auth: Auth) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Return a question: is whoever is here now still here? An answer to them is nobody else's. */
export function stillHere(): () => boolean {
  const who = userId();
  return () => who !== null && userId() === who;
}

/** Call back each time that another person is here. */
export function onOther(listener: () => void): () => void {
  let who = userId();
  return onAuth(() => {
    if (userId() === who) return;
    who = userId();
    listener();
  });
}

function become(next: Auth): void {
  auth = next;
  if (!auth.isLocked) ended = null;
  listeners.forEach((listener) => listener(auth));
}

/** Find out who was here last, without the network. */
export async function start(): Promise<void> {
  addEventListener('online', () => void leave());
  setInterval(() => void leave(), EVERY);
  if (leaving.isSet) {
    await forget();
    return void leave();
  }
  const user = await db.get<User>('kept', 'me');
  if (user) return become({ user, isLocked: false });
  // This browser keeps nothing, yet there may be a log-in.
  if (!db.isDurable()) await refresh().catch(() => undefined);
}

export async function logIn(email: string, password: string): Promise<void> {
  const body = { email, password };
  await welcome(() => send<Tokens>('POST', '/v1/auth/login', { body, headers: COOKIE }));
}

/** Take the tokens that are asked for by a log-in, or by accepting an invitation. */
export async function welcome(ask: () => Promise<Answer<Tokens>>): Promise<void> {
  const { body } = await enter(ask);
  const fresh = take(body);
  const isOther = auth.user !== null && auth.user.id !== body.user.id;
  if (isOther) await Promise.all([db.clear('kept'), db.clear('weekends')]);
  await db.put('kept', 'me', body.user);
  become({ user: body.user, isLocked: false });
  channel?.postMessage({ access: fresh, user: body.user } satisfies Message);
  void navigator.storage?.persist?.();
}

/** The answer brings a cookie: that of a log-out which comes later would take it away. */
function enter(ask: () => Promise<Answer<Tokens>>): Promise<Answer<Tokens>> {
  return locked('refresh', async () => {
    const answer = await ask();
    leaving.clear();
    return answer;
  });
}

/** The person has changed their own account, and may have left since. */
export async function changeMe(user: User): Promise<void> {
  if (user.id !== userId()) return;
  await db.put('kept', 'me', user);
  become({ ...auth, user });
  channel?.postMessage({ user } satisfies Message);
}

export const COOKIE_HEADER = COOKIE;

function take(tokens: Tokens): Access {
  const until = Date.now() + tokens.expires_in * 1000;
  access = { token: tokens.access_token, userId: tokens.user.id, until };
  return access;
}

/** Log out here and on the server. Weekends leave the device; what is not sent stays. */
export async function logOut(): Promise<void> {
  const token = access?.token;
  leaving.set();
  await forget();
  channel?.postMessage({ user: null } satisfies Message);
  await leave(token);
}

/** Send the log-out that is due, if one is; without an answer it stays so. */
async function leave(token?: string): Promise<void> {
  if (!leaving.isSet) return;
  await locked('refresh', async () => {
    if (leaving.isSet && (await isOut(token))) leaving.clear();
  });
}

/** End the log-in of the cookie, or of the token; tells whether the server has answered that. */
async function isOut(token?: string): Promise<boolean> {
  try {
    await send('POST', '/v1/auth/logout', { token, headers: COOKIE });
    return true;
  } catch (error) {
    return error instanceof Refused && error.status < 500 && !AGAIN.has(error.status);
  }
}

async function forget(): Promise<void> {
  access = null;
  // Nothing is written for a person who has left, so nothing follows the clearing.
  become({ user: null, isLocked: false });
  await Promise.all([db.clear('kept'), db.clear('weekends')]);
}

/** Return an access token of the person who is logged in; raises Refused when there is none, and
 * an error when it is not that of `wanted`. */
export async function token(wanted = auth.user?.id): Promise<string> {
  if (!access || access.until - EARLY <= Date.now()) await refresh();
  if (!access || (wanted && access.userId !== wanted)) throw new Error('Somebody else is logged in.');
  return access.token;
}

/** Get new tokens, once over all tabs. `dead` is a token that the server has just refused. */
export function refresh(dead?: string): Promise<string> {
  return locked('refresh', async () => {
    const isFresh = access && access.token !== dead && access.until - EARLY > Date.now();
    if (isFresh) return access!.token;
    return trade();
  });
}

async function trade(): Promise<string> {
  stay();
  if (ended) throw ended;
  let answer: Answer<Tokens>;
  try {
    answer = await send<Tokens>('POST', '/v1/auth/refresh', { headers: COOKIE });
  } catch (error) {
    if (error instanceof Refused && error.status === 401) lock(error);
    throw error;
  }
  stay();
  const { user } = answer.body;
  const fresh = take(answer.body);
  if (user.id !== auth.user?.id) await changePerson(user);
  else become({ user, isLocked: false });
  void db.put('kept', 'me', user);
  channel?.postMessage({ access: fresh } satisfies Message);
  return fresh.token;
}

/** Raise Unreachable while somebody is on their way out. */
function stay(): void {
  if (leaving.isSet) throw new Unreachable('The server has to hear of a log-out first.');
}

function lock(why: Refused): void {
  access = null;
  ended = why;
  if (auth.user) become({ ...auth, isLocked: true });
}

/** Another person has logged in, in another tab: nothing here is theirs. */
async function changePerson(user: User | null): Promise<void> {
  const hadOther = auth.user !== null;
  become({ user, isLocked: false });
  if (hadOther && typeof location !== 'undefined') location.assign('/');
}

channel?.addEventListener('message', ({ data }: MessageEvent<Message>) => {
  if (data.access && data.access.userId === (data.user ?? auth.user)?.id) {
    access = data.access;
    if (auth.isLocked) become({ ...auth, isLocked: false });
  }
  if (data.user === undefined) return;
  if (data.user === null) access = null;
  if (data.user?.id !== auth.user?.id) void changePerson(data.user);
  else become({ user: data.user, isLocked: false });
});
