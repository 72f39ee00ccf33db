/** Return the work as one that whoever asks for the same again meanwhile shares: two taps are one. */
export function merging<Asked, Done>(work: (asked: Asked) => Promise<Done>): typeof work {
  const running = new Map<string, Promise<Done>>();
  return (asked) => {
    const key = JSON.stringify(asked);
    const found = running.get(key) ?? work(asked).finally(() => running.delete(key));
    running.set(key, found);
    return found;
  };
}
