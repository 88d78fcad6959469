import type { EntitlementSetting } from '../../config/hallpass-config.ts';
import { sameTenant } from '../../access/core/person.ts';
import { point } from '../../access/core/point.ts';
import { accessCase, tenantOf } from '../../chat/access-case.ts';
import type { CommandHandler, Runtime } from '../../durable/port.ts';
import type { Log } from '../../observe/log.ts';
import { PerimeterRefusal, type PerimeterClient } from '../perimeter-client.ts';

export interface PerimeterHandlerDeps {
  readonly runtime: Pick<Runtime, 'text'>;
  readonly perimeterOf: (tenantId: string) => PerimeterClient;
  readonly log: Log;
  readonly settings: ReadonlyMap<string, EntitlementSetting>;
}

/** Makes the request known to the perimeter. The same request twice is one: its id is the case's. */
export function registerRequest({ runtime, perimeterOf, log, settings }: PerimeterHandlerDeps): CommandHandler {
  return async (command, context) => {
    const found = accessCase(context.view());
    // The feed may have told us already, after a crash between the call and its commit.
    if (found?.status !== 'registering') return undefined;
    const { request } = found.context;
    const setting = settings.get(request.entitlementId);
    // Moved to another tenant after it was asked for: neither perimeter has anything to do with it.
    if (setting && !sameTenant(setting.tenantId, tenantOf(found))) return { events: [movedAway] };
    const azureScope = setting?.azureRole?.scope;
    point('register.before-call');
    try {
      const answer = await perimeterOf(tenantOf(found)).register(
        {
          requestId: request.id,
          requester: request.requester,
          principal: request.principal,
          entitlementId: request.entitlementId,
          durationMinutes: request.durationMinutes,
          justification: runtime.text(command.caseId, request.justification) ?? '(erased)',
          approvalWindowMinutes: request.approvalWindowMinutes,
          breakGlass: false,
          ...(azureScope === undefined ? {} : { azureScope }),
        },
        context.signal,
      );
      point('register.after-call');
      // Any other state is told by the feed, in its order.
      return answer.state === 'registered' && answer.waitsFor !== undefined
        ? { events: [{ type: 'perimeter.registered', waitsFor: answer.waitsFor }] }
        : undefined;
    } catch (error) {
      if (!(error instanceof PerimeterRefusal)) throw error;
      log.warn({ err: error, caseId: command.caseId }, 'the perimeter refused a request');
      return { events: [refusedEvent(error)] };
    }
  };
}

const movedAway = {
  type: 'perimeter.refused',
  code: 'tenant.other',
  hint: 'It is given in another tenant now. Ask for it there.',
};

export function refusedEvent({ code, hint }: PerimeterRefusal) {
  return {
    type: 'perimeter.refused',
    code,
    hint: hint ?? 'The perimeter’s guardrails do not allow it. Operators find the reason in its log.',
  };
}
