// The ticks of the clock: on the dot, and at once when a sleeping page is shown again.
import { now } from './time.ts';

/** Call `update` at each whole `every` ms of the server's clock; returns a function that ends it. */
export function onTheDot(every: number, update: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const tick = () => {
    clearTimeout(timer);
    timer = setTimeout(tick, every - (now() % every));
    update();
  };
  const wake = () => document.hidden || tick();
  timer = setTimeout(tick, every - (now() % every));
  document.addEventListener('visibilitychange', wake);
  return () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', wake);
  };
}
