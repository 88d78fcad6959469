import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../access/core/app-error.ts';
import { backoffMs } from '../durable/backoff.ts';
import type { Log } from '../observe/log.ts';
import { createKeyedLock } from './keyed-lock.ts';

export interface LaterRefreshes {
  /** Renders a case outside of any command; one that waits already is not asked twice. */
  soon(caseId: string): void;
  /** Begins nothing more. */
  stop(): void;
}

/** With waits of up to a minute, about ten minutes: longer than a platform asks anybody to wait. */
const MOST_TRIES = 18;

/**
 * No command stands behind these, so nothing else would try again: a mended channel brings back hundreds of cards at once, which is more
 * than a platform takes. One after another, and none while the platform wants to be left alone.
 */
export function createLaterRefreshes(refresh: (caseId: string) => Promise<void>, log: Log): LaterRefreshes {
  const oneAtATime = createKeyedLock();
  const waiting = new Set<string>();
  const stopping = new AbortController();
  const rest = (ms: number) => sleep(ms, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);

  /** Undefined when that is all, else how long to wait, outside of the line. */
  async function attempt(caseId: string, tries: number): Promise<number | undefined> {
    if (stopping.signal.aborted) return undefined;
    waiting.delete(caseId);
    try {
      await refresh(caseId);
      return undefined;
    } catch (error) {
      const again = error instanceof AppError && error.retryable && tries < MOST_TRIES && !stopping.signal.aborted;
      log.warn({ err: error, caseId, again }, 'cards could not be refreshed now');
      if (!again || waiting.has(caseId)) return undefined;
      waiting.add(caseId);
      if (error.retryAfterMs === undefined) return backoffMs(tries, undefined, Math.random);
      // For everybody in the line: it is the platform that is busy, and not this case.
      await rest(error.retryAfterMs);
      return 0;
    }
  }

  async function work(caseId: string): Promise<void> {
    for (let tries = 1; ; tries++) {
      const waitMs = await oneAtATime('line', () => attempt(caseId, tries));
      if (waitMs === undefined) return;
      await rest(waitMs);
    }
  }

  return {
    soon(caseId) {
      if (waiting.has(caseId)) return;
      waiting.add(caseId);
      void work(caseId);
    },
    stop: () => stopping.abort(),
  };
}
