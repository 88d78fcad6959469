import type { Clock } from '../access/core/clock.ts';

/** Remembers what was seen for a while; everything that it forgets is refused by its age before it is asked. */
export interface ReplayGuard {
  /** True the first time a key is seen. */
  first(key: string): boolean;
}

/**
 * In memory on purpose: after a restart a replay within the window reaches the desk, where it changes nothing either (a
 * submission is known by its view, a decision is counted once).
 */
export function createReplayGuard(clock: Clock, keepMs: number): ReplayGuard {
  const seen = new Map<string, number>();
  return {
    first(key) {
      const now = clock.now();
      for (const [old, until] of seen) {
        if (until > now) break; // insertion order is time order
        seen.delete(old);
      }
      if (seen.has(key)) return false;
      seen.set(key, now + keepMs);
      return true;
    },
  };
}
