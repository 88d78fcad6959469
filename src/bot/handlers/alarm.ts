import { accessCase } from '../../chat/access-case.ts';
import { entitlementWords, named } from '../../chat/projections/words.ts';
import type { FactSources } from '../../chat/request-facts.ts';
import type { CommandHandler } from '../../durable/port.ts';
import type { Operators } from '../operators.ts';

/**
 * The bot's own watch over the perimeter: access that should be gone is still there, or nobody says that it is gone. The
 * perimeter sounds an alarm of its own, by another way.
 */
export function alarm({ names, settings, operators }: FactSources & { readonly operators: Operators }): CommandHandler {
  return async (command, context) => {
    const request = accessCase(context.view());
    if (!request || request.over) return undefined;
    const { request: asked, endsAt, overdue } = request.context;
    const name = named(await names.known([asked.principal]), asked.principal).name;
    // It may have been heard meanwhile that it is gone.
    if (accessCase(context.view())?.over) return undefined;
    const what = entitlementWords(settings.get(asked.entitlementId), asked.entitlementId).name;
    const since = endsAt === undefined ? 'should have ended' : `should have ended at ${endsAt}`;
    const textFor = (whom: string) =>
      overdue
        ? `${what} for ${whom} ${since} and is still there. The perimeter has tried ${overdue.tries} times (${overdue.code}) and keeps trying. Remove by hand: ${overdue.byHand}`
        : `${what} for ${whom} ${since}, and the perimeter has not said that it is gone. Look whether the perimeter is running.`;
    const logged = textFor(`account ${asked.principal.objectId}`);
    operators.alert(overdueAlert(command.caseId), logged, { caseId: command.caseId }, textFor(name));
    return undefined;
  };
}

/** The key that is cleared once the perimeter says that it is gone. */
export const overdueAlert = (caseId: string) => `overdue:${caseId}`;
