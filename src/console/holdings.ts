import type { Approval } from '../../flows/access-request.ts';
import type { Person } from '../access/core/person.ts';
import { type AccessCase, openCases } from '../chat/access-case.ts';
import { entitlementWords, type KnownPeople, named } from '../chat/projections/words.ts';
import type { EntitlementWords, Named } from '../chat/views.ts';
import type { EntitlementSetting } from '../config/hallpass-config.ts';
import type { Runtime } from '../durable/port.ts';

/** Something that somebody holds now, as the bot last heard from the perimeter. */
export interface Holding {
  readonly caseId: string;
  readonly person: Person;
  readonly who: Named;
  readonly entitlement: EntitlementWords;
  readonly givenAt: string;
  readonly endsAt: string;
  /** As it was asked for. */
  readonly durationMinutes: number;
  /** Each with what it was: signed, or in chat. */
  readonly approvedBy: readonly { readonly name: string; readonly assurance: Approval['assurance'] }[];
  /** Its end was asked for, and is not confirmed yet. */
  readonly isEnding: boolean;
  /** It should be gone already. */
  readonly isOverdue: boolean;
}

/** A case in which something was given that is not confirmed gone. */
export type Held = AccessCase & { readonly context: { readonly givenAt: string; readonly endsAt: string } };

const isHeld = (request: AccessCase): request is Held =>
  request.context.givenAt !== undefined && request.context.endsAt !== undefined;

/** The first to end comes first. */
export function heldNow(runtime: Runtime): readonly Held[] {
  return [...openCases(runtime)].filter(isHeld).toSorted((a, b) => (a.context.endsAt < b.context.endsAt ? -1 : 1));
}

/** Everybody whose name is shown beside these. */
export function peopleIn(requests: readonly Held[]): readonly Person[] {
  return requests.flatMap(({ context }) => [context.request.principal, ...approvalsOf(context).map(({ approver }) => approver)]);
}

export function holdingOf(
  request: Held,
  settings: ReadonlyMap<string, EntitlementSetting>,
  people: KnownPeople,
  now: number,
): Holding {
  const { caseId, status, context } = request;
  const { principal, entitlementId, durationMinutes } = context.request;
  return {
    caseId,
    person: principal,
    who: named(people, principal),
    entitlement: entitlementWords(settings.get(entitlementId), entitlementId),
    givenAt: context.givenAt,
    endsAt: context.endsAt,
    durationMinutes,
    approvedBy: approvalsOf(context).map(({ approver, assurance }) => ({ name: named(people, approver).name, assurance })),
    isEnding: status === 'ending',
    isOverdue: context.overdue !== undefined || Date.parse(context.endsAt) <= now,
  };
}

/** The perimeter's word on whose approval counted comes a moment after a click in chat. */
function approvalsOf({ approvals, decision }: AccessCase['context']): readonly Pick<Approval, 'approver' | 'assurance'>[] {
  if (approvals.length > 0 || decision?.decision !== 'approve') return approvals;
  return [{ approver: decision.approver, assurance: 'chat' }];
}
