import type { Clock } from '../access/core/clock.ts';
import type { Log } from '../observe/log.ts';

/** A busy workspace would fill the log. */
const SAID_EVERY_MS = 15 * 60_000;

/** Counts each request that was signed by the signing secret before, and says it now and then. */
export function notePreviousSecret(clock: Clock, log: Log, count: () => void = () => undefined): () => void {
  let saidAt = -Infinity;
  return () => {
    count();
    if (clock.now() - saidAt < SAID_EVERY_MS) return;
    saidAt = clock.now();
    log.warn(
      { code: 'slack.previous-secret' },
      'Slack still signs by slack.previousSigningSecret: put the new secret into slack.signingSecret, or wait for Slack',
    );
  };
}
