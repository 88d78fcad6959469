import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Clock } from '../access/core/clock.ts';

/** The domain clock of the playground: the machine's own, plus an offset that bot and perimeter read from a file. */
export interface OffsetClock extends Clock {
  readonly file: string;
  readonly offsetMs: number;
  /** Moves forward by `ms`; a clock that runs backwards would un-happen things, so less than 0 is refused. */
  advance(ms: number): void;
}

export function createOffsetClock(file: string): OffsetClock {
  const listeners = new Set<() => void>();
  let offsetMs = readOffset(file);
  write(file, offsetMs);
  return {
    file,
    now: () => Date.now() + offsetMs,
    onMoved(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get offsetMs() {
      return offsetMs;
    },
    advance(ms) {
      if (!Number.isSafeInteger(ms) || ms < 0) throw new RangeError('the clock moves forward only, by whole milliseconds');
      offsetMs += ms;
      write(file, offsetMs);
      for (const listener of listeners) listener();
    },
  };
}

function readOffset(file: string): number {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const value: unknown = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'offsetMs') : undefined;
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
  } catch {
    return 0;
  }
}

/** By renaming, so that a reader sees the old file or the new one, never half of one. */
function write(file: string, offsetMs: number): void {
  writeFileSync(`${file}.tmp`, JSON.stringify({ offsetMs }));
  renameSync(`${file}.tmp`, file);
}
