import type { Clock } from '../access/core/clock.ts';

/** Resolves at an instant of `clock`, also when the clock is moved there, or when `signal` aborts. For waits of minutes, not of weeks. */
export async function sleepUntil(clock: Clock, instantMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && clock.now() < instantMs) {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        stopListening();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, instantMs - clock.now());
      const stopListening = clock.onMoved(done);
      signal.addEventListener('abort', done);
    });
  }
}
