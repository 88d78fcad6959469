import { point } from '../../access/core/point.ts';
import { accessCase } from '../../chat/access-case.ts';
import type { CommandHandler } from '../../durable/port.ts';
import { PerimeterRefusal } from '../perimeter-client.ts';
import { refusedEvent, type PerimeterHandlerDeps } from './register-request.ts';

const CONFLICT = 409;

/** Tells the perimeter the one decision that counted. Its id is fixed, so a repetition is recognised. */
export function forwardDecision({ perimeter, log }: PerimeterHandlerDeps): CommandHandler {
  return async (command, context) => {
    const found = accessCase(context.view());
    const decision = found?.context.decision;
    if (!found || found.over || !decision) return undefined;
    point('decide.before-call');
    try {
      await perimeter.decide(
        found.caseId,
        {
          decisionId: `${found.caseId}-1`,
          decision: decision.decision,
          approver: decision.approver,
          decidedAt: decision.decidedAt,
        },
        context.signal,
      );
      point('decide.after-call');
      return undefined;
    } catch (error) {
      if (!(error instanceof PerimeterRefusal)) throw error;
      log.warn({ err: error, caseId: command.caseId }, 'the perimeter did not take a decision');
      // Its record is over or decided: what became of it comes with the feed, in order.
      return error.status === CONFLICT ? undefined : { events: [refusedEvent(error)] };
    }
  };
}
