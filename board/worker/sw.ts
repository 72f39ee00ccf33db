// Keeps the board on the device: the shell, its scripts and styles. It never touches the API.
export {};
declare const self: ServiceWorkerGlobalScope;

const CACHE = 'board-__VERSION__';
const FILES = ['__FILES__'];
const ID = '[1-9][0-9]{0,18}';
const PAGES = new RegExp(
  `^/(|login|account|bikes|people|templates(/${ID})?|tasks/${ID}|(join|reset)/[^/]+` +
    `|events(/new|/${ID}(/(timetable|tasks|wall|review|crew))?)?)$`,
);

// A new worker is complete before the old one goes: one that cannot keep every file is never installed.
self.addEventListener('install', (event) => {
  const fresh = FILES.map((file) => new Request(file, { cache: 'no-cache' }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOthers().then(() => self.clients.claim()));
});

async function dropOthers(): Promise<void> {
  const names = await caches.keys();
  const others = names.filter((name) => name.startsWith('board-') && name !== CACHE);
  await Promise.all(others.map((name) => caches.delete(name)));
}

self.addEventListener('message', (event) => {
  if (event.data === 'SKIP_WAITING') void self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (PAGES.test(pathname)) event.respondWith(kept('/', request));
  } else if (FILES.includes(pathname)) {
    event.respondWith(kept(pathname, request));
  }
});

async function kept(name: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(name)) ?? fetch(request);
}
