// The service worker keeps the board on the device. A new version waits until somebody agrees.

const EVERY = 15 * 60_000;
const LATER = 60 * 60_000;

class Updates {
  /** A new version is on the device and waits. */
  isReady = $state(false);
  #isPutOff = $state(false);
  #registration: ServiceWorkerRegistration | null = null;

  follow(registration: ServiceWorkerRegistration): void {
    this.#registration = registration;
    this.#see();
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', () => this.#see());
    });
  }

  /** Ask the server whether there is a newer one. */
  look = async (): Promise<void> => {
    await this.#registration?.update().catch(() => undefined);
    this.#see();
  };

  /** The first worker of a device does not wait. */
  #see(): void {
    const waits = this.#registration?.waiting && navigator.serviceWorker.controller;
    if (waits) this.isReady = true;
  }

  /** Whether to ask people for it now. */
  get isOffered(): boolean {
    return this.isReady && !this.#isPutOff;
  }

  /** Ask again in an hour, or when the board is opened anew. */
  putOff(): void {
    this.#isPutOff = true;
    setTimeout(() => (this.#isPutOff = false), LATER);
  }

  /** Change over to the new version. */
  accept(): void {
    this.#registration?.waiting?.postMessage('SKIP_WAITING');
  }
}

export const updates = new Updates();

/** Register the worker, look for newer ones now and then, and reload once one has taken over. */
export function watch(): void {
  if (!navigator.serviceWorker || import.meta.env.DEV) return;
  let hasOne = navigator.serviceWorker.controller !== null;
  let isLoading = false;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (hasOne && !isLoading) {
      isLoading = true;
      location.reload();
    }
    hasOne = true;
  });
  navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' }).then(follow, () => undefined);
}

function follow(registration?: ServiceWorkerRegistration): void {
  if (!registration) return; // Whoever blocks workers may say so in this way.
  updates.follow(registration);
  setInterval(updates.look, EVERY);
  document.addEventListener('visibilitychange', () => document.hidden || void updates.look());
}
