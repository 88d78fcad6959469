import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../access/core/app-error.ts';
import type { Log } from '../observe/log.ts';
import type { Channels, Surfaces } from './channels.ts';

const TRIES = 4;
const FIRST_WAIT_MS = 1_000;

/**
 * Operators' notes in the security channel, where it is fit. Best effort with a few tries: the log line and /readyz carry the
 * same words whatever happens here.
 */
export function createSecurityNotes(parts: {
  readonly surfaces: Surfaces;
  readonly channels: () => Channels;
  readonly log: Log;
}) {
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();
  const send = async (text: string): Promise<void> => {
    const channels = parts.channels();
    for (const address of channels.security()) {
      const surface = parts.surfaces.get(address.platform);
      if (!surface || !(await channels.checkBeforePost(address)).fit) continue;
      for (let tries = 1; tries <= TRIES; tries++) {
        try {
          await surface.post(address, { kind: 'note', text: `Hallpass, for its operators: ${text}` });
          break;
        } catch (error) {
          const wait = error instanceof AppError && error.retryable && tries < TRIES && !stopping.signal.aborted;
          parts.log.warn({ err: error, again: wait }, 'an operators’ note could not be posted');
          if (!wait) break;
          await sleep(error.retryAfterMs ?? FIRST_WAIT_MS * 2 ** tries, undefined, { signal: stopping.signal }).catch(
            () => undefined,
          );
        }
      }
    }
  };
  return {
    tell(text: string): void {
      const work = send(text).catch((error: unknown) => parts.log.warn({ err: error }, 'an operators’ note failed'));
      underWay.add(work);
      void work.finally(() => underWay.delete(work));
    },
    async idle(): Promise<void> {
      stopping.abort();
      await Promise.allSettled(underWay);
    },
  };
}
