import type { AccessRequestContext } from '../../../flows/access-request.ts';
import type { AccessCase } from '../access-case.ts';
import type { Outcome } from '../views.ts';
import { named, type KnownPeople } from './words.ts';

/** What happened to a request so far; undefined while nothing has. `note` is the decider's text. */
export function outcomeOf(request: AccessCase, people: KnownPeople, note: string | undefined): Outcome | undefined {
  const { context } = request;
  const sentence = sentenceOf(request, people);
  if (sentence === undefined) return context.overdue ? { sentence: 'Overdue.', overdue: context.overdue } : undefined;
  const at = instantOf(request);
  const unconfirmed = unconfirmedSentence(request);
  return {
    sentence,
    ...(at === undefined ? {} : { at }),
    ...(note === undefined ? {} : { note }),
    // What somebody else gave does not end then.
    ...(context.endsAt === undefined || context.endedHow === 'left' ? {} : { endsAt: context.endsAt }),
    ...(context.confirmedAt === undefined ? {} : { confirmedAt: context.confirmedAt }),
    ...(context.overdue === undefined || request.over ? {} : { overdue: context.overdue }),
    ...(unconfirmed === undefined ? {} : { unconfirmed }),
  };
}

/** Undefined where the perimeter may still be at it, or has said more: that it is overdue. */
export function unconfirmedSentence({ status, context }: AccessCase): string | undefined {
  const { unansweredAt, unconfirmedAt, givenAt, overdue } = context;
  if (overdue !== undefined) return undefined;
  if (status === 'giving') return unansweredAt === undefined ? undefined : silence('that it is given');
  if (status === 'denying') return unansweredAt === undefined ? undefined : silence('that nothing will be given');
  if (status !== 'ending' || unconfirmedAt === undefined) return undefined;
  return silence(givenAt === undefined ? 'that nothing will be given' : 'that it is gone: it may still be there');
}

const silence = (aboutWhat: string) => `The perimeter has not said yet ${aboutWhat}. Operators have been told.`;

function sentenceOf({ status, context }: AccessCase, people: KnownPeople): string | undefined {
  if (status === 'registering' || status === 'pending') return undefined;
  if (status === 'refused') return `Not given: ${context.refusal?.hint ?? 'the perimeter refused it.'}`;
  const requester = named(people, context.request.requester).name;
  if (status === 'ending') return ENDING[context.ending ?? 'lapse'](requester);
  if (status === 'ended' && context.endedHow !== 'denied') return ended(context, requester);
  return decided(context, people);
}

function decided(context: AccessRequestContext, people: KnownPeople): string {
  const { decision, approvals, deniedBy } = context;
  if (context.endedHow === 'denied' || decision?.decision === 'deny') {
    const who = deniedBy ?? decision?.approver;
    return who === undefined ? 'Denied' : `Denied by ${named(people, who).name}`;
  }
  // The perimeter's word on whose approval counted comes a moment after our own click.
  const approvers = approvals.length === 0 && decision ? [decision.approver] : approvals.map(({ approver }) => approver);
  if (approvers.length === 0) return 'Approved';
  const signed = approvals.length > 0 && approvals.every(({ assurance }) => assurance === 'signed');
  return `${signed ? 'Signed' : 'Approved'} by ${approvers.map((who) => named(people, who).name).join(' and ')}`;
}

const ENDING: Readonly<Record<NonNullable<AccessRequestContext['ending']>, (requester: string) => string>> = {
  withdraw: (requester) => `Withdrawn by ${requester}`,
  release: (requester) => `Given back by ${requester}`,
  lapse: () => 'Lapsed: nobody decided in time',
};

function ended({ endedHow, decision, approvals }: AccessRequestContext, requester: string): string {
  if (endedHow === 'withdrawn') return `Withdrawn by ${requester}`;
  if (endedHow === 'released') return `Given back early by ${requester}`;
  if (endedHow === 'revoked') return 'Ended early by an operator of the perimeter';
  if (endedHow === 'expired') return 'Ended on time';
  if (endedHow === 'gone') return 'Ended: somebody else had already taken it away';
  if (endedHow === 'left') return 'Ended, but the role stays: somebody else had given the same';
  // Approved, but the end came before it could be given.
  return decision?.decision === 'approve' || approvals.length > 0
    ? 'Lapsed: it could not be given in time'
    : 'Lapsed: nobody decided in time';
}

function instantOf({ status, context }: AccessCase): string | undefined {
  if (status === 'ended' || status === 'refused') return context.endedAt;
  if (status === 'active') return context.givenAt;
  return status === 'ending' ? undefined : (context.decision?.decidedAt ?? context.approvals.at(-1)?.at);
}
