// Locks over all tabs of a browser.

/**
 * Do the work while no other tab holds the lock. With `ifAvailable` nobody waits: if another tab
 * holds it, the work is told so.
 *
 * A browser that keeps nothing for a page refuses it locks too: then each tab works by itself.
 */
export async function locked<T>(
  name: string,
  work: (isHeld: boolean) => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  let hasBegun = false;
  const begin = (lock: Lock | null) => {
    hasBegun = true;
    return work(lock !== null);
  };
  try {
    return await navigator.locks.request(name, options, begin);
  } catch (error) {
    if (hasBegun || options.signal?.aborted) throw error;
    return work(true);
  }
}
