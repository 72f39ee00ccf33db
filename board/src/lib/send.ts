// One request to the API and its answer, without anything about who asks.
import { texts } from '../texts.ts';
import { reasonOf } from './reasons.ts';
import { serverClock } from './server-clock.ts';
import type { Problem } from './types.ts';

export interface Request {
  body?: unknown;
  /** The type of a body that is sent as text, such as `text/csv`. */
  type?: string;
  ifMatch?: string | number | null;
  /** Idempotency-Key: sent twice, done once. */
  key?: string;
  token?: string | null;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  timeout?: number;
  /** Return an answer that is no JSON as it is. */
  as?: 'json' | 'text' | 'blob';
}

export interface Answer<T = any> {
  status: number;
  body: T;
  etag: string | null;
  headers: Headers;
}

/** The server refused. `detail` says why, for people. */
export class Refused extends Error {
  readonly status: number;
  readonly problem: Problem;
  readonly retryAfter: number;

  constructor(status: number, problem: Problem, retryAfter = 0) {
    super(reasonOf(problem) || texts.common.answered(status));
    this.status = status;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  get detail(): string {
    return this.message;
  }

  /** Faults of the fields of the body, as `{field: [sentences]}`. */
  get errors(): Record<string, any> {
    const errors = this.problem.errors ?? {};
    return errors.json ?? errors.query ?? errors.csv ?? errors;
  }
}

/** No answer came: no signal, or a server that is away. */
export class Unreachable extends Error {}

export const TIMEOUT = 8_000;

export async function send<T = any>(
  method: string,
  path: string,
  request: Request = {},
): Promise<Answer<T>> {
  const started = Date.now();
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(path, init(method, request));
    body = await read(response, request.as ?? 'json');
  } catch (error) {
    if (request.signal?.aborted) throw error;
    throw new Unreachable(String(error));
  }
  serverClock.heed(response.headers.get('Date'), started);
  if (response.status >= 400) throw refusal(response, body);
  const { status, headers } = response;
  return { status, body: body as T, etag: headers.get('ETag'), headers };
}

/** Any answer at all tells the server's time; raises Unreachable. */
export async function askTime(): Promise<void> {
  await send('GET', '/v1/health').catch((error) => {
    if (!(error instanceof Refused)) throw error;
  });
}

function init(method: string, request: Request): RequestInit {
  const headers: Record<string, string> = { ...request.headers };
  const timeout = AbortSignal.timeout(request.timeout ?? TIMEOUT);
  const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
  if (request.token) headers.Authorization = `Bearer ${request.token}`;
  if (request.key) headers['Idempotency-Key'] = request.key;
  if (request.ifMatch != null) headers['If-Match'] = tag(request.ifMatch);
  let body: BodyInit | undefined;
  if (request.body !== undefined) {
    headers['Content-Type'] = request.type ?? 'application/json';
    body = request.type ? (request.body as BodyInit) : JSON.stringify(request.body);
  }
  return { method, headers, body, signal, cache: 'no-store', credentials: 'same-origin' };
}

const tag = (version: string | number): string =>
  typeof version === 'number' ? `"${version}"` : version;

async function read(response: Response, as: 'json' | 'text' | 'blob'): Promise<unknown> {
  const isJson = response.headers.get('Content-Type')?.includes('json');
  if (response.status === 204 || response.status === 304) return null;
  if (isJson) return response.json();
  return as === 'blob' && response.ok ? response.blob() : response.text();
}

function refusal(response: Response, body: unknown): Refused {
  const problem = typeof body === 'object' && body ? (body as Problem) : {};
  const seconds = Number(response.headers.get('Retry-After') ?? 0);
  return new Refused(response.status, problem, seconds * 1000 || 0);
}
