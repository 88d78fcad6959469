/** How far our transport clock is off Microsoft's, by the `Date` of their answers: signatures and their ages are judged by ours. */
export interface ClockWatch {
  /** One answer: what its `Date` said, and when by our clock the call began and was answered. */
  note(dateMs: number, sentAtMs: number, receivedAtMs: number): void;
  /** Microsoft's minus ours; undefined while that is tolerable, or not known yet. */
  skewMs(): number | undefined;
}

export const TOLERATED_SKEW_MS = 60_000;
/** One answer may have come through a cache, or waited. */
const ANSWERS_NEEDED = 2;
const ANSWERS_KEPT = 5;

export function createClockWatch(): ClockWatch {
  let offsets: readonly number[] = [];
  return {
    note(dateMs, sentAtMs, receivedAtMs) {
      // `Date` knows whole seconds, and was written somewhere between the two instants: only what neither explains counts.
      const ahead = dateMs - receivedAtMs;
      const behind = dateMs + 1_000 - sentAtMs;
      offsets = [...offsets, ahead > 0 ? ahead : behind < 0 ? behind : 0].slice(-ANSWERS_KEPT);
    },
    skewMs() {
      if (offsets.length < ANSWERS_NEEDED) return undefined;
      const median = offsets.toSorted((a, b) => Math.abs(a) - Math.abs(b))[Math.floor((offsets.length - 1) / 2)] ?? 0;
      return Math.abs(median) > TOLERATED_SKEW_MS ? median : undefined;
    },
  };
}
