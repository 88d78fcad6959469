import type { OffsetClock } from '../../src/playground/offset-clock.ts';

/** Remembers when the domain clock was moved, so that an instant of it can be found on the machine's clock again. */
export interface Timeline {
  /** The first real moment at which the domain clock showed this or more. */
  realOf(domainMs: number): number;
  stop(): void;
}

export function followTimeline(clock: OffsetClock): Timeline {
  const moves = [{ fromMs: 0, offsetMs: clock.offsetMs }];
  const stop = clock.onMoved(() => moves.push({ fromMs: Date.now(), offsetMs: clock.offsetMs }));
  return {
    realOf(domainMs) {
      for (const [index, { fromMs, offsetMs }] of moves.entries()) {
        const at = Math.max(fromMs, domainMs - offsetMs);
        if (at < (moves[index + 1]?.fromMs ?? Infinity)) return at;
      }
      return Infinity;
    },
    stop,
  };
}
