import type { Clock } from '../../../src/access/core/clock.ts';

/** A domain clock that stands still until it is moved. */
export function steppedClock(startAt: string): Clock & { step(ms: number): void } {
  const listeners = new Set<() => void>();
  let nowMs = Date.parse(startAt);
  return {
    now: () => nowMs,
    onMoved(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    step(ms) {
      nowMs += ms;
      for (const listener of listeners) listener();
    },
  };
}
