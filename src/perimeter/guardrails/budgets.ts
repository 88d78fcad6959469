import { instantOf } from '../../access/core/clock.ts';
import { permit, refuse, type Verdict } from '../../access/core/verdict.ts';
import type { GuardedEntitlement } from '../perimeter-config.ts';

/** What the ledger says of an entitlement and of one principal, now. Instants in milliseconds. */
export interface Spent {
  readonly nowMs: number;
  /** Grants that are being given, held or taken, by all people together; the one that is judged is not among them. */
  readonly live: number;
  /** When the same thing was given to the same principal. */
  readonly givenMs: readonly number[];
  /** When the same principal was last rid of it; -Infinity for never. */
  readonly endedMs: number;
  /** When anybody broke the glass for it. */
  readonly brokenMs: readonly number[];
}

const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;

/** Is there room for one more? What was given 24 hours ago to the millisecond counts no longer. */
export function mayBeOneMore(
  setting: GuardedEntitlement,
  spent: Spent,
  { breakGlass }: { readonly breakGlass: boolean },
): Verdict {
  const { nowMs, live, givenMs, endedMs, brokenMs } = spent;
  if (live >= setting.atMostLive)
    return refuse(
      'guardrail.live-budget',
      `At most ${setting.atMostLive} people may hold this at once.`,
      'Ask again when somebody has given it back.',
    );
  const today = (instants: readonly number[]) => instants.filter((ms) => nowMs - ms < DAY_MS);
  const [given, broken] = [today(givenMs), today(brokenMs)];
  if (given.length >= setting.atMostPerPrincipalPerDay)
    return refuse(
      'guardrail.daily-budget',
      `This may be given to you ${times(setting.atMostPerPrincipalPerDay)} in 24 hours, and was.`,
      askAgain(nthNewest(given, setting.atMostPerPrincipalPerDay) + DAY_MS),
    );
  const coolMs = endedMs + setting.coolDownMinutes * MINUTE_MS;
  if (nowMs < coolMs)
    return refuse(
      'guardrail.cool-down',
      `After it has ended, you may have this again only ${setting.coolDownMinutes} minutes later.`,
      askAgain(coolMs),
    );
  if (breakGlass && setting.breakGlass !== undefined && broken.length >= setting.breakGlass.perDay)
    return refuse(
      'guardrail.break-glass-budget',
      `This may be taken without approval ${times(setting.breakGlass.perDay)} in 24 hours, by all together, and was.`,
      'Ask for it in the usual way.',
    );
  return permit;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

/** With it gone, one less than the limit is left. */
function nthNewest(instants: readonly number[], limit: number): number {
  return instants.toSorted((a, b) => b - a)[limit - 1] ?? 0;
}

/** Rounded up to the minute: earlier would be refused again. */
function askAgain(ms: number): string {
  const at = instantOf(Math.ceil(ms / MINUTE_MS) * MINUTE_MS);
  return `Ask again at ${at.slice(11, 16)} UTC on ${at.slice(0, 10)}, or later.`;
}
