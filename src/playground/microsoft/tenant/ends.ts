import type { Clock } from '../../../access/core/clock.ts';

/** Ends come by themselves, read or not. */
export interface Ends {
  /** An end has become known, or has moved. */
  changed(): void;
  close(): void;
}

/** At most this long between two looks at a clock that may run differently. */
const LONGEST_MS = 60_000;

/** Calls `sweep` when the next end is due by the domain clock, and when that clock is moved. @param ends instants still to come */
export function watchEnds(clock: Clock, ends: () => Iterable<number>, sweep: () => void): Ends {
  let timer: NodeJS.Timeout | undefined;
  const wake = () => {
    clearTimeout(timer);
    sweep();
    const next = Math.min(...ends());
    if (next !== Number.POSITIVE_INFINITY)
      timer = setTimeout(wake, Math.min(Math.max(next - clock.now(), 1), LONGEST_MS)).unref();
  };
  const stopListening = clock.onMoved(wake);
  return {
    changed: wake,
    close() {
      stopListening();
      clearTimeout(timer);
    },
  };
}
