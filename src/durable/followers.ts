import type { Log } from '../observe/log.ts';
import type { Committed, Line } from './store.ts';

export interface Entry {
  readonly line: Line;
  /** Hex SHA-256 over the line's bytes. */
  readonly head: string;
}

/** Those who follow the journal: who listens, and the newest lines for who asks a moment later. */
export interface Followers {
  /** A line that is durable, in order. */
  add(entry: Entry): void;
  tell(committed: Committed): void;
  listen(listener: (committed: Committed) => void): () => void;
  /** What follows `afterSeq`, or undefined when memory does not reach back that far. */
  recent(afterSeq: number, lastSeq: number): readonly Entry[] | undefined;
}

const RECENT_LINES = 1_024;

export function createFollowers(log: Log): Followers {
  const recent: Entry[] = [];
  const listeners = new Set<(committed: Committed) => void>();
  return {
    add(entry) {
      recent.push(entry);
      if (recent.length > 2 * RECENT_LINES) recent.splice(0, RECENT_LINES);
    },
    tell(committed) {
      for (const listener of listeners) {
        try {
          listener(committed);
        } catch (error) {
          log.error({ err: error, seq: committed.line.seq }, 'a listener of the journal threw');
        }
      }
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    recent(afterSeq, lastSeq) {
      if ((recent[0]?.line.seq ?? Infinity) > afterSeq + 1) return undefined;
      return recent.filter(({ line }) => line.seq > afterSeq && line.seq <= lastSeq);
    },
  };
}
