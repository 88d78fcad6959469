import { z } from 'zod';
import { AppError } from '../../access/core/app-error.ts';
import type { Actor, CaseView, Runtime } from '../../durable/port.ts';
import { GRANT_FLOW, stateNameOf } from '../grant-flow.ts';
import type { StandingAlarms } from '../standing-alarms.ts';
import type { Sweep } from '../sweep.ts';
import { sweptEnd } from '../swept.ts';
import { createDoubtDesk } from '../ledger/doubt-desk.ts';
import type { FreezeDesk } from './freeze-desk.ts';

export const openFreezeSchema = z.object({ freezeId: z.string(), frozenAt: z.string() });
export const liveGrantSchema = z.object({ grantId: z.string(), state: z.string() });
export type LiveGrant = z.infer<typeof liveGrantSchema>;

/** What whoever has the perimeter's shell may do to it, besides stopping it. Nobody else can reach this. */
export interface Control {
  /** Gives nothing from now on. Frozen already: that freeze. */
  freeze(reason: string | undefined): Promise<z.infer<typeof openFreezeSchema>>;
  /** Asks for the end of everything that is live or may become so; which these were. */
  revokeAll(): Promise<readonly LiveGrant[]>;
  /** What is not known to be over. */
  live(): Promise<readonly LiveGrant[]>;
  /** The ledger is in doubt: more may be live than it knows. */
  isDoubted(): Promise<boolean>;
}

export interface ControlParts {
  readonly runtime: Runtime;
  readonly freezes: FreezeDesk;
  readonly sweep: Pick<Sweep, 'endNow'>;
  readonly alarms: Pick<StandingAlarms, 'once' | 'round'>;
}

const OPERATOR: Actor = { kind: 'system', name: 'operator' };

export function createControl({ runtime, freezes, sweep, alarms }: ControlParts): Control {
  const liveViews = (): readonly CaseView[] => [...runtime.open(GRANT_FLOW)].filter(isLive);
  const liveOf = (views: readonly CaseView[]) =>
    views.map(({ caseId, state }) => ({ grantId: caseId, state: stateNameOf(state) }));

  return {
    freeze: (reason) => freezes.freeze(reason, OPERATOR),
    async revokeAll() {
      const views = liveViews();
      alarms.once('revoke-all', `an operator has revoked everything: ${views.length} grants are being ended.`);
      const sent = await Promise.allSettled(
        views.map((view) =>
          view.status === 'poisoned'
            ? sweep.endNow(view.caseId)
            : runtime.send(view.caseId, { type: 'endRequested', reason: 'revoke' }, OPERATOR),
        ),
      );
      // Now, and not at the next round: the process may live no longer than this order.
      await alarms.round();
      const failed = sent.filter(({ status }) => status === 'rejected').length;
      if (failed > 0)
        throw new AppError('revoke.incomplete', `${failed} of ${views.length} grants could not be told to end`, {
          hint: 'Run the same again.',
          retryable: true,
        });
      return liveOf(views);
    },
    live: () => Promise.resolve(liveOf(liveViews())),
    isDoubted: () => Promise.resolve(createDoubtDesk(runtime).openDoubt() !== undefined),
  };
}

/** A grant whose flow is stuck stays open for ever; the sweep says whether its access is gone. */
function isLive(view: CaseView): boolean {
  return view.status !== 'done' && sweptEnd(view) === undefined && !['refused', 'ended'].includes(stateNameOf(view.state));
}
