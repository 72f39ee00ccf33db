// The service worker keeps the board on the device. A new version waits until somebody agrees.

const EVERY = 15 * 60_000;

class Updates {
  /** A new version is on the device and waits. */
  isReady = $state(false);
  #waiting: ServiceWorker | null = null;

  offer(worker: ServiceWorker): void {
    this.#waiting = worker;
    this.isReady = true;
  }

  /** Change over to the new version. */
  accept(): void {
    this.#waiting?.postMessage('SKIP_WAITING');
  }
}

export const updates = new Updates();

/** Register the worker, look for newer ones now and then, and load anew once one took over. */
export function watch(): void {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
  const hadOne = navigator.serviceWorker.controller !== null;
  let isLoading = false;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (hadOne && !isLoading) location.reload();
    isLoading = true;
  });
  navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' }).then(follow, () => undefined);
}

function follow(registration?: ServiceWorkerRegistration): void {
  if (!registration) return; // Whoever blocks workers may say so in this way.
  const look = () => void registration.update().catch(() => undefined);
  setInterval(look, EVERY);
  document.addEventListener('visibilitychange', () => document.hidden || look());
  if (registration.waiting) updates.offer(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const fresh = registration.installing;
    fresh?.addEventListener('statechange', () => {
      const isUpdate = fresh.state === 'installed' && navigator.serviceWorker.controller;
      if (isUpdate) updates.offer(fresh);
    });
  });
}
