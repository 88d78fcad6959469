import { instantOf } from '../../../access/core/clock.ts';
import { durationMs, expirationEnd } from './expiration.ts';
import type { PimWords } from './pim-engine.ts';

export interface PimPolicy {
  /** Whether an active assignment may have no end. */
  readonly permanentActive: boolean;
  /** The longest active assignment, as the rule says it (ISO 8601). */
  readonly maximumDuration: string;
  readonly enabledRules: readonly ('Justification' | 'Ticketing')[];
}

/** Least time an assignment must have been active before PIM removes it; measured, see docs/not-verified.md. */
const LEAST_ACTIVE_MS = 5 * 60_000;
/** Microsoft's example of a role's settings; real tenants differ, so the rules are to be read. */
export const USUAL_POLICY: PimPolicy = { permanentActive: false, maximumDuration: 'P15D', enabledRules: ['Justification'] };

/** Begun less than five minutes ago, whoever made it. What has not begun may be called off. */
export function tooYoung(schedule: { readonly createdAt: number; readonly startAt?: number }, at: number): boolean {
  const begun = schedule.startAt ?? schedule.createdAt;
  return begun <= at && at - begun < LEAST_ACTIVE_MS;
}

/** Names of the policy's rules that a request breaks, as PIM lists them in its refusal. */
export function brokenRules(ask: PimWords, policy: PimPolicy, at: number): string[] {
  const missing = (text: string | null | undefined) => text === null || text === undefined || text.trim() === '';
  const start = startOf(ask, at);
  const end = ask.scheduleInfo === undefined ? undefined : expirationEnd(ask.scheduleInfo.expiration, start);
  const longest = start + (durationMs(policy.maximumDuration) ?? 0);
  const endless = end === undefined ? !policy.permanentActive : end <= start || end <= at || end > longest;
  return [
    ...(endless ? ['ExpirationRule'] : []),
    ...(policy.enabledRules.includes('Justification') && missing(ask.justification) ? ['JustificationRule'] : []),
    ...(policy.enabledRules.includes('Ticketing') && missing(ask.ticketInfo.ticketNumber) ? ['TicketingRule'] : []),
  ];
}

/** A start in the past means now. */
export function startOf(ask: PimWords, at: number): number {
  return Math.max(Date.parse(ask.scheduleInfo?.startDateTime ?? instantOf(at)), at);
}
