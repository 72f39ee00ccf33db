/** Keep the screen on until the returned function is called; asked again whenever it is shown. */
export function stayAwake(): () => void {
  let lock: WakeLockSentinel | undefined;
  let isLeft = false;
  const ask = () => {
    if (document.hidden || !navigator.wakeLock) return;
    navigator.wakeLock.request('screen').then(
      (given) => {
        lock = given;
        if (isLeft) void given.release();
      },
      () => undefined,
    );
  };
  ask();
  document.addEventListener('visibilitychange', ask);
  return () => {
    isLeft = true;
    document.removeEventListener('visibilitychange', ask);
    void lock?.release();
  };
}
