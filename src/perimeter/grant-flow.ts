import { type GrantContext, grant } from '../../flows/grant.ts';
import { personKey } from '../access/core/person.ts';
import { type Target, targetKey } from '../access/core/target.ts';
import type { CaseView, Columns, Flow } from '../durable/port.ts';
import type { Order } from './access-writer.ts';

/** Name of the flow in the ledger. */
export const GRANT_FLOW = 'grant';

/**
 * The grant in the durable runtime. Giving and taking have lanes, and so budgets, of their own: however much is being given, removing goes
 * on. A taking cancels what is left of the giving, and waits for a write that is under way (in-flight.ts). What tells people waits for neither.
 */
export const grantFlow: Flow = {
  machine: grant,
  commands: {
    checkHeld: { lane: 'give' },
    give: { lane: 'give' },
    take: { lane: 'take', cancels: ['checkHeld', 'give'] },
    reportOverdue: { lane: 'report', coalesces: true },
    soundAlarm: { lane: 'alarm', coalesces: true },
  },
  columns: (context) => columnsOf(asGrant(context)),
};

function columnsOf(context: GrantContext): Columns {
  const { opening, endsAt } = context;
  if (!('target' in opening)) return { endsAt: null, holding: null };
  const { principal, entitlementId, breakGlass } = opening.registration;
  const holding = holdingOf(personKey(principal), opening.target);
  const givenAt = givenAtOf(context);
  return {
    endsAt: endsAt ?? null,
    entitlementId,
    principal: personKey(principal),
    holding,
    // What budgets count by (guardrails/budget-book.ts).
    given: givenAt === undefined ? null : holding,
    givenOn: givenAt === undefined ? null : givenOn(personKey(principal), entitlementId, givenAt),
    brokenGlass: givenAt === undefined || !breakGlass ? null : givenOn('', entitlementId, givenAt),
  };
}

/** When the principal got it, as far as that is known; of a write without an answer, when it was taken back. Undefined: nothing was given. */
export function givenAtOf({ givenAt, adoptedAt, confirmedAt }: GrantContext): string | undefined {
  return givenAt ?? adoptedAt ?? confirmedAt;
}

/** By the day, so that what was given of late can be asked for. `principal` is empty for anybody. */
export function givenOn(principal: string, entitlementId: string, at: string): string {
  return `${principal} ${entitlementId} ${at.slice(0, 10)}`;
}

/** Two entitlements may name the same thing: what can be live only once is who and what. */
export function holdingOf(principal: string, target: Target): string {
  return `${principal} ${targetKey(target)}`.toLowerCase();
}

/** The ledger's cases hold this flow's context; nothing else is ever stored under its name. */
export function asGrant(context: unknown): GrantContext {
  return context as GrantContext;
}

export function contextOf(view: CaseView): GrantContext {
  return asGrant(view.context);
}

const GIVEN: readonly string[] = ['giving', 'active', 'taking'] satisfies GrantStateName[];
export type GrantStateName = 'registered' | 'checking' | 'giving' | 'active' | 'taking' | 'refused' | 'ended';

/** The top-level state of a grant: `taking` has inner ones. */
export function stateNameOf(state: unknown): string {
  if (typeof state === 'string') return state;
  return typeof state === 'object' && state !== null ? (Object.keys(state)[0] ?? '') : '';
}

/** Something of it is in the directory, or may be at any moment. */
export function isGiven({ state }: Pick<CaseView, 'state'>): boolean {
  return GIVEN.includes(stateNameOf(state));
}

/** What a writer needs; undefined for a case that never had anything to write. */
export function orderOf(view: CaseView, justification: string): Order | undefined {
  const { opening, endsAt, intent, assignment } = contextOf(view);
  if ((opening.kind !== 'open' && opening.kind !== 'adopted') || endsAt === undefined) return undefined;
  return {
    grantId: view.caseId,
    principalId: opening.registration.principal.objectId,
    target: opening.target,
    endsAt,
    justification,
    ...(intent === undefined ? {} : { absentAt: intent.readAt }),
    ...(assignment === undefined ? {} : { assignment }),
  };
}
