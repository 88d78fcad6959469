import type { Clock } from '../../access/core/clock.ts';
import { accessCase, type AccessCase } from '../../chat/access-case.ts';
import { entitlementWords, named } from '../../chat/projections/words.ts';
import type { FactSources } from '../../chat/request-facts.ts';
import type { CommandHandler } from '../../durable/port.ts';
import type { Operators } from '../operators.ts';

/**
 * The bot's own watch over the perimeter: access that should be gone is still there, or nobody says that it is gone, or what became of
 * a decision. The perimeter sounds an alarm of its own, by another way.
 */
export function alarm({ names, settings, operators, clock }: AlarmDeps): CommandHandler {
  return async (command, context) => {
    const { principal, entitlementId } = accessCase(context.view())?.context.request ?? {};
    if (!principal || !entitlementId) return undefined;
    const name = named(await names.known([principal]), principal).name;
    // What was waited for may have been heard meanwhile.
    const request = accessCase(context.view());
    if (!request || request.over) return undefined;
    const what = entitlementWords(settings.get(entitlementId), entitlementId).name;
    if (holdsInTime(request, clock)) {
      const drift = driftSentence(request, what);
      if (drift)
        operators.alert(
          `drift:${command.caseId}`,
          drift('account ' + principal.objectId),
          { caseId: command.caseId },
          drift(name),
        );
      return undefined;
    }
    const textFor = (whom: string) => sentencesOf(request, what, whom);
    const key = isUndecided(request) && !request.context.overdue ? unansweredAlert : overdueAlert;
    const logged = textFor(`account ${principal.objectId}`);
    operators.alert(key(command.caseId), logged, { caseId: command.caseId }, textFor(name));
    return undefined;
  };
}

export interface AlarmDeps extends FactSources {
  readonly operators: Operators;
  readonly clock: Clock;
}

/** Given at last, after the alarm over the silence was raised and before it sounded. */
function holdsInTime({ status, context }: AccessCase, clock: Clock): boolean {
  return status === 'active' && !context.overdue && Date.parse(context.endsAt ?? '') > clock.now();
}

/** Nothing is repaired without a person: here they are told what to look at. */
function driftSentence({ context: { drift, endsAt } }: AccessCase, what: string): ((whom: string) => string) | undefined {
  if (drift === undefined) return undefined;
  const until = endsAt === undefined ? '' : ` until ${endsAt}`;
  return drift.kind === 'gone-early'
    ? (whom) => `${what} for ${whom} was given${until}, and somebody else has taken it away already. Ask who did.`
    : (whom) =>
        `${what} for ${whom} was given${until}, and the directory now names ${drift.directoryEndsAt ?? 'no end'} instead. Hallpass still ends it on time. Ask who changed it.`;
}

const isUndecided = ({ status }: AccessCase) => status === 'giving' || status === 'denying';

/** Takes back the alarm over a decision as soon as something was heard of it, by whichever way. Returns how to stop. */
export function clearUnanswered({ runtime, operators }: Pick<FactSources, 'runtime'> & Pick<AlarmDeps, 'operators'>): () => void {
  return runtime.onCommit(({ caseId }) => {
    const request = accessCase(runtime.read(caseId));
    if (request && !isUndecided(request)) operators.clear(unansweredAlert(caseId));
  });
}

function sentencesOf(request: AccessCase, what: string, whom: string): string {
  const { status, context } = request;
  const { endsAt, overdue } = context;
  const since = endsAt === undefined ? 'should have ended' : `should have ended at ${endsAt}`;
  if (overdue)
    return `${what} for ${whom} ${since} and is still there. The perimeter has tried ${overdue.tries} times (${overdue.code}) and keeps trying. Remove by hand: ${overdue.byHand}`;
  if (isUndecided(request)) return silentDecision(request, what, whom);
  const silence = status === 'ending' ? silentEnd(context, what, whom) : `${what} for ${whom} ${since}, ${NOT_GONE}`;
  return `${silence} Look whether the perimeter is running.`;
}

function silentDecision({ status, context: { decision } }: AccessCase, what: string, whom: string): string {
  const at = decision === undefined ? '' : ` at ${decision.decidedAt}`;
  const was = `The request of ${whom} for ${what} was ${status === 'giving' ? 'approved' : 'denied'}${at}`;
  return status === 'giving'
    ? `${was}, and the perimeter has not said that it is given. Look whether the perimeter is running, and reaches Entra.`
    : `${was}, ${NOTHING} Look whether the perimeter is running.`;
}

const NOT_GONE = 'and the perimeter has not said that it is gone.';
const NOTHING = 'and the perimeter has not said that nothing will be given.';

function silentEnd({ ending = 'lapse', endingAt, givenAt }: AccessCase['context'], what: string, whom: string): string {
  const at = endingAt === undefined ? '' : ` at ${endingAt}`;
  if (ending === 'release') return `${what} for ${whom} was given back${at}, ${NOT_GONE}`;
  const request = `The request of ${whom} for ${what} ${ending === 'lapse' ? 'lapsed' : 'was withdrawn'}${at}`;
  return `${request}, ${givenAt === undefined ? NOTHING : NOT_GONE}`;
}

/** The key that is cleared once the perimeter says that it is gone. */
export const overdueAlert = (caseId: string) => `overdue:${caseId}`;

/** The key that is cleared once anything is heard of a decision. */
const unansweredAlert = (caseId: string) => `unanswered:${caseId}`;
