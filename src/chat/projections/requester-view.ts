import type { RequesterView } from '../views.ts';
import { outcomeOf } from './outcome.ts';
import { lapsesAt, signLink, type RequestFacts } from './request-view.ts';
import { entitlementWords } from './words.ts';

/** `unreachable`: no channel could be told, so nobody will decide until an operator mends it. */
export function requesterView(facts: RequestFacts, approvers: 'reached' | 'unreachable'): RequesterView {
  const { request, setting, people } = facts;
  const { context, status } = request;
  const outcome = outcomeOf(request, people, facts.note);
  return {
    caseId: request.caseId,
    status,
    entitlement: entitlementWords(setting, context.request.entitlementId),
    durationMinutes: context.request.durationMinutes,
    requestedAt: context.requestedAt,
    lapsesAt: lapsesAt(request),
    ...(facts.zone === undefined ? {} : { zone: facts.zone }),
    waitingFor: waitingFor(facts.approverCount, approvers),
    ...(outcome === undefined ? {} : { outcome }),
    ...(status === 'refused' && context.refusal
      ? {
          refusal: {
            code: context.refusal.code,
            reason: 'The perimeter, which gives the access, refused this request.',
            hint: context.refusal.hint,
          },
        }
      : {}),
    ...(status === 'pending' && context.waitsFor?.requesterSigns === true && context.signedAt === undefined
      ? { sign: signLink(facts) }
      : {}),
    canWithdraw: status === 'registering' || status === 'pending' || status === 'giving',
    canRelease: status === 'active',
  };
}

function waitingFor(count: number | undefined, approvers: 'reached' | 'unreachable'): string {
  if (approvers === 'unreachable') return 'an approver; the approvers’ channel cannot be used now, operators have been told';
  if (count === undefined) return 'an approver';
  return count === 1 ? 'the one approver there is' : `one of ${count} approvers`;
}
