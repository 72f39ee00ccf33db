// A server and tabs of a browser that keeps cookies and refuses all storage, for the tests of the log-in.
import type { User } from './types.ts';

const Channel = BroadcastChannel;
type Auth = typeof import('./auth.ts');

export const ANA = { id: 3, email: 'ana@demo.example', name: 'Ana Ruiz' } as User;
export const BOB = { id: 4, email: 'bob@demo.example', name: 'Bob Ito' } as User;
const WORDS: Record<string, string> = { '/v1/auth/login': 'in', '/v1/auth/refresh': 'refresh', '/v1/auth/logout': 'out' };

export class World {
  /** Whom the cookie of this browser logs in, as no script can read or delete. */
  cookie: User | null = null;
  /** What the server was asked for, in order. */
  asked: string[] = [];
  /** The status of each answer to a log-out, or 0: there is no signal. */
  out = 204;
  /** Called before the server answers. */
  before: (word: string) => Promise<void> | void = () => undefined;
  #tabs = 0;
  #online: (() => void)[] = [];
  #ticks: (() => void)[] = [];

  constructor() {
    const online = (_what: string, listener: () => void) => void this.#online.push(listener);
    define('addEventListener', { value: online });
    define('setInterval', { value: (work: () => void) => void this.#ticks.push(work) });
    define('BroadcastChannel', { value: channelOf(crypto.randomUUID()) });
    define('fetch', { value: (path: string, { body }: RequestInit) => this.#answer(path, String(body)) });
    define('document', { value: new Jar() });
    define('localStorage', { get: refuse });
    define('sessionStorage', { get: refuse });
  }

  /** Open the board in one more tab, or once more after it was closed. */
  async open(): Promise<Auth> {
    const auth: Auth = await import(`./auth.ts?world=${crypto.randomUUID()}&tab=${++this.#tabs}`);
    await auth.start();
    return auth;
  }

  /** Close the tab that was opened last. */
  close(): void {
    this.#online.pop();
    this.#ticks.pop();
  }

  /** There is a signal again, and the server answers so. */
  async signal(out = 204): Promise<void> {
    this.out = out;
    this.#online.forEach((listener) => listener());
    await settled();
  }

  /** Half a minute goes by. */
  async wait(): Promise<void> {
    this.#ticks.forEach((work) => work());
    await settled();
  }

  async #answer(path: string, body: string): Promise<Response> {
    const word = WORDS[path];
    const by = this.cookie;
    this.asked.push(word);
    await this.before(word);
    if (word === 'in') return this.#welcome(body.includes(ANA.email) ? ANA : BOB);
    if (word === 'refresh') return by ? this.#welcome(by) : new Response(null, { status: 401 });
    if (!this.out) throw new TypeError('No signal');
    if (this.out < 300) this.cookie = null;
    return new Response(null, { status: this.out });
  }

  #welcome(user: User): Response {
    this.cookie = user;
    return Response.json({ user, access_token: crypto.randomUUID(), expires_in: 900 });
  }
}

function channelOf(world: string): typeof BroadcastChannel {
  return class extends Channel {
    constructor(name: string) {
      super(`${name}-${world}`);
    }
  };
}

function define(name: string, property: PropertyDescriptor): void {
  Object.defineProperty(globalThis, name, { configurable: true, ...property });
}

function refuse(): never {
  throw new DOMException('Denied', 'SecurityError');
}

/** The cookies that scripts see. */
class Jar {
  readonly #kept = new Map<string, string>();

  get cookie(): string {
    return [...this.#kept].map((pair) => pair.join('=')).join('; ');
  }

  set cookie(told: string) {
    const [, name, value] = /^(.+?)=(.*?);/.exec(told)!;
    if (told.endsWith('Max-Age=0')) this.#kept.delete(name);
    else this.#kept.set(name, value);
  }
}

/** Everything that was under way, between tabs too, has come to its end. */
export const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));
