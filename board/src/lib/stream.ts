// Hearing of changes as they happen: one connection per weekend over all tabs of a browser.
import * as auth from './auth.ts';
import { locked } from './locks.ts';
import { Reader } from './sse.ts';

/** The server says something at least every 15 s; after three silences the line is dead. */
const DEAD = 45_000;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;
/** If there is no stream, it is asked for again after this. */
const WITHOUT = 60_000;
/** A browser has six connections to a server, over all its tabs. A weekend that finds none of these
 * free asks for changes instead, until one is. */
const LINES = ['line-1', 'line-2', 'line-3', 'line-4'];
const UNTIL_FREE = 10_000;

/** The line is alive; something changed; or the line was lost, and the store has to ask. */
export type Heard = 'alive' | 'change' | 'lost';

/**
 * Listen to a weekend until `signal` says so; `heard` is told of every sign of life.
 *
 * The tab that holds the lock has the connection and tells the others. `since` returns the cursor
 * that this device has reached.
 */
export function listen(
  eventId: number,
  since: () => string,
  heard: (what: Heard) => void,
  signal: AbortSignal,
): void {
  const channel = new BroadcastChannel(`stream-${eventId}`);
  channel.addEventListener('message', ({ data }: MessageEvent<Heard>) => heard(data));
  signal.addEventListener('abort', () => channel.close());
  const tell = (what: Heard) => {
    if (signal.aborted) return;
    heard(what);
    channel.postMessage(what);
  };
  const work = () => keepReading(eventId, since, tell, signal);
  locked(`stream-${eventId}`, work, { signal }).catch(() => undefined); // Given up before it began.
}

type Tell = (what: Heard) => void;

async function keepReading(id: number, since: () => string, tell: Tell, signal: AbortSignal) {
  let wait = FIRST_WAIT;
  while (!signal.aborted) {
    const started = Date.now();
    const pause = await onLine(() => read(id, since(), tell, signal)).catch(() => 0);
    if (Date.now() - started > LONGEST_WAIT) wait = FIRST_WAIT;
    await rest(pause || wait * (0.5 + Math.random()), signal);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }
}

/** Do it on a free line; returns how long to wait if none is free. */
async function onLine(work: () => Promise<number>, lines = LINES): Promise<number> {
  if (!lines.length) return UNTIL_FREE;
  const [line, ...others] = lines;
  const ifHeld = async (isHeld: boolean) => (isHeld ? work() : null);
  const pause = await locked(line, ifHeld, { ifAvailable: true });
  return pause ?? onLine(work, others);
}

/** Read until the line ends; returns how long to wait before asking again, 0 for as usual. */
async function read(id: number, cursor: string, tell: Tell, signal: AbortSignal): Promise<number> {
  const token = await auth.token();
  const line = new AbortController();
  const end = () => line.abort();
  signal.addEventListener('abort', end);
  // A connection that still seems open then is silent, or brings only what was under way.
  addEventListener('offline', end);
  try {
    const headers = { Authorization: `Bearer ${token}`, 'Last-Event-ID': cursor };
    const path = `/v1/events/${id}/stream`;
    const late = setTimeout(end, DEAD);
    const asked = fetch(path, { headers, signal: line.signal, cache: 'no-store' });
    const answer = await asked.finally(() => clearTimeout(late));
    if (answer.status === 401) await auth.refresh(token);
    if (answer.status !== 200 || !answer.body) return pauseOf(answer);
    await follow(answer.body, tell, end).finally(() => tell('lost'));
    return 0;
  } finally {
    signal.removeEventListener('abort', end);
    removeEventListener('offline', end);
    end();
  }
}

function pauseOf(answer: Response): number {
  if (answer.status === 401) return 0;
  return Math.max(Number(answer.headers.get('Retry-After') ?? 0) * 1000 || 0, WITHOUT);
}

async function follow(body: ReadableStream<Uint8Array>, tell: Tell, end: () => void) {
  const reader = new Reader();
  const texts = body.pipeThrough(new TextDecoderStream() as any).getReader();
  let dead = setTimeout(end, DEAD);
  try {
    for (;;) {
      const { done, value } = await texts.read();
      if (done) return;
      clearTimeout(dead);
      dead = setTimeout(end, DEAD);
      const messages = reader.take(value as string);
      // `hello` makes the store catch up, which brings everything that was missed until now.
      tell(messages.length ? 'change' : 'alive');
    }
  } finally {
    clearTimeout(dead);
  }
}

function rest(time: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, time);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      removeEventListener('online', done);
      resolve();
    }
    signal.addEventListener('abort', done);
    addEventListener('online', done);
  });
}
