const FIRST_MS = 200;
const LONGEST_MS = 60_000;

/**
 * How long to wait before trying again, in milliseconds: doubling from 200 ms to a minute, a quarter of it by chance, so that
 * what failed together does not return together. `askedMs` (a Retry-After) is a least, never cut short.
 */
export function backoffMs(failures: number, askedMs: number | undefined, chance: () => number): number {
  const base = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20));
  const own = base * (0.75 + chance() * 0.25);
  return askedMs === undefined ? own : Math.max(own, askedMs + chance() * FIRST_MS);
}
