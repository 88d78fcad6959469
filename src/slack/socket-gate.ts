import type { AllMiddlewareArgs, AnyMiddlewareArgs } from '@slack/bolt';
import type { Clock } from '../access/core/clock.ts';
import type { Log } from '../observe/log.ts';
import { admit } from './admit.ts';
import { createReplayGuard } from './replay-guard.ts';

/** Socket Mode's front door: no signature there, but the same workspace, the same shapes, and each delivery once. */
export function socketGate(workspaceId: string, alsoFrom: readonly string[], clock: Clock, log: Log) {
  const deliveries = createReplayGuard(clock, 60 * 60 * 1_000);
  return async (args: AnyMiddlewareArgs & AllMiddlewareArgs): Promise<void> => {
    const admission = admit(args.body, workspaceId, alsoFrom);
    if (!admission.admitted) {
      log.warn({ code: admission.code }, 'refused a message of the Slack socket');
      if ('ack' in args && typeof args.ack === 'function') await args.ack();
      return;
    }
    const { payload } = admission;
    if ('event_id' in payload && !deliveries.first(payload.event_id)) return;
    await args.next();
  };
}
