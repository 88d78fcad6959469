import { accessCase, type AccessCase } from '../../chat/access-case.ts';
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
    const { request: asked } = request.context;
    const name = named(await names.known([asked.principal]), asked.principal).name;
    // It may have been heard meanwhile that it is gone.
    if (accessCase(context.view())?.over) return undefined;
    const what = entitlementWords(settings.get(asked.entitlementId), asked.entitlementId).name;
    const textFor = (whom: string) => sentencesOf(request, what, whom);
    const logged = textFor(`account ${asked.principal.objectId}`);
    operators.alert(overdueAlert(command.caseId), logged, { caseId: command.caseId }, textFor(name));
    return undefined;
  };
}

function sentencesOf({ status, context }: AccessCase, what: string, whom: string): string {
  const { endsAt, overdue } = context;
  const since = endsAt === undefined ? 'should have ended' : `should have ended at ${endsAt}`;
  if (overdue)
    return `${what} for ${whom} ${since} and is still there. The perimeter has tried ${overdue.tries} times (${overdue.code}) and keeps trying. Remove by hand: ${overdue.byHand}`;
  const silence = status === 'ending' ? silentEnd(context, what, whom) : `${what} for ${whom} ${since}, ${NOT_GONE}`;
  return `${silence} Look whether the perimeter is running.`;
}

const NOT_GONE = 'and the perimeter has not said that it is gone.';

function silentEnd({ ending = 'lapse', endingAt, givenAt }: AccessCase['context'], what: string, whom: string): string {
  const at = endingAt === undefined ? '' : ` at ${endingAt}`;
  if (ending === 'release') return `${what} for ${whom} was given back${at}, ${NOT_GONE}`;
  const request = `The request of ${whom} for ${what} ${ending === 'lapse' ? 'lapsed' : 'was withdrawn'}${at}`;
  return `${request}, ${givenAt === undefined ? 'and the perimeter has not said that nothing will be given.' : NOT_GONE}`;
}

/** The key that is cleared once the perimeter says that it is gone. */
export const overdueAlert = (caseId: string) => `overdue:${caseId}`;
