import { point } from '../../access/core/point.ts';
import { accessCase, tenantOf } from '../../chat/access-case.ts';
import type { CommandHandler } from '../../durable/port.ts';
import type { Operators } from '../operators.ts';
import { PerimeterRefusal } from '../perimeter-client.ts';
import type { PerimeterHandlerDeps } from './register-request.ts';

const REASONS = { withdraw: 'withdraw', release: 'release', lapse: 'lapse' } as const;

/**
 * Asks the perimeter to end it, whatever state it is in there; what became of it comes with the feed. Never given up: access
 * may be held, so even a refusal is tried again, and operators hear of it.
 */
export function endGrant({ perimeterOf, operators }: PerimeterHandlerDeps & { readonly operators: Operators }): CommandHandler {
  return async (command, context) => {
    const found = accessCase(context.view());
    if (!found || found.over) return undefined;
    const key = `end:${command.caseId}`;
    point('end.before-call');
    try {
      await perimeterOf(tenantOf(found)).end(found.caseId, REASONS[found.context.ending ?? 'lapse'], context.signal);
    } catch (error) {
      if (error instanceof PerimeterRefusal)
        operators.alert(key, `The perimeter will not end request ${found.caseId} (${error.code}). Hallpass keeps asking.`);
      throw error;
    }
    point('end.after-call');
    operators.clear(key);
    return undefined;
  };
}
