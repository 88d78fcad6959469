import { point } from '../../access/core/point.ts';
import { accessCase, tenantOf } from '../../chat/access-case.ts';
import type { CommandHandler } from '../../durable/port.ts';
import { PerimeterRefusal } from '../perimeter-client.ts';
import { refusedEvent, type PerimeterHandlerDeps } from './register-request.ts';

const CONFLICT = 409;

/** Tells the perimeter what was decided in chat. Each decision has a fixed id, so a repetition is recognised. */
export function forwardDecision({ perimeterOf, log }: PerimeterHandlerDeps): CommandHandler {
  return async (command, context) => {
    const found = accessCase(context.view());
    if (!found || found.over || !found.context.decision) return undefined;
    const { earlierDecisions, decision: newest } = found.context;
    point('decide.before-call');
    try {
      for (const [index, { decision, approver, decidedAt }] of [...earlierDecisions, newest].entries())
        await perimeterOf(tenantOf(found)).decide(
          found.caseId,
          { decisionId: `${found.caseId}-${index + 1}`, decision, approver, decidedAt },
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
