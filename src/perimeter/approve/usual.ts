import { type Person, personKey, samePerson } from '../../access/core/person.ts';
import type { CaseView, Runtime } from '../../durable/port.ts';
import { contextOf, GRANT_FLOW } from '../grant-flow.ts';
import type { Waiting } from '../guardrails/judge.ts';
import { counted, lengthWords } from '../../web/time-words.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How far back a habit goes: grants of one person, closed cases of everybody. */
const REMEMBERED = 50;
const CLOSED_LOOKED_AT = 500;
/** Fewer than these are no pattern. */
const ENOUGH_FOR_HOURS = 5;
const HOURS_AROUND = 2;

/** What is not as it was with this person before, in sentences; by the perimeter's own ledger alone. */
export function differsFromUsual(runtime: Runtime, { opening }: Waiting, nowMs: number): readonly string[] {
  const { principal, entitlementId, durationMinutes, breakGlass } = opening.registration;
  const earlier = runtime.closed(GRANT_FLOW, { column: 'principal', value: personKey(principal) }, REMEMBERED).flatMap(gotOf);
  const same = earlier.filter((one) => one.entitlementId === entitlementId);
  const usual = medianOf(same.map((one) => one.durationMinutes));
  return [
    ...(breakGlass ? ['Break-glass: it is given as soon as the requester signs. Nobody is waited for.'] : []),
    ...(same.length === 0 ? ['First time: this person never had this from here.'] : []),
    ...(usual !== undefined && durationMinutes > usual
      ? [`Longer than usual: half of the earlier times it was ${lengthWords(usual * 60)} or less.`]
      : []),
    ...(isOutsideHours(earlier, nowMs)
      ? ['Another time of day: this person never got access from here within two hours of now.']
      : []),
  ];
}

/** How often, and when last. */
export function hadBefore(runtime: Runtime, { opening }: Waiting, nowMs: number): string {
  const { principal, entitlementId } = opening.registration;
  const earlier = runtime.closed(GRANT_FLOW, { column: 'principal', value: personKey(principal) }, REMEMBERED).flatMap(gotOf);
  const recent = earlier.filter((one) => one.entitlementId === entitlementId && nowMs - one.givenAtMs < 90 * DAY_MS);
  const last = Math.max(...recent.map(({ givenAtMs }) => givenAtMs));
  return recent.length === 0
    ? 'never in 90 days'
    : `${lengthWords((nowMs - last) / 1_000)} ago; ${counted(recent.length, 'time')} in 90 days`;
}

/** So that who signs one after the other notices. */
export function signedInLastHour(runtime: Runtime, person: Person, nowMs: number): number {
  const views = [...runtime.open(GRANT_FLOW), ...runtime.closed(GRANT_FLOW, undefined, CLOSED_LOOKED_AT)];
  return views
    .flatMap((view) => contextOf(view).decisions)
    .filter(({ assurance, approver }) => assurance === 'signed' && samePerson(approver, person))
    .filter(({ decidedAt }) => nowMs - Date.parse(decidedAt) < HOUR_MS).length;
}

interface Got {
  readonly entitlementId: string;
  readonly durationMinutes: number;
  readonly givenAtMs: number;
}

function gotOf(view: CaseView): readonly Got[] {
  const { opening, givenAt } = contextOf(view);
  if (opening.kind !== 'open' || givenAt === undefined) return [];
  const { entitlementId, durationMinutes } = opening.registration;
  return [{ entitlementId, durationMinutes, givenAtMs: Date.parse(givenAt) }];
}

function medianOf(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)];
}

function isOutsideHours(earlier: readonly Got[], nowMs: number): boolean {
  if (earlier.length < ENOUGH_FOR_HOURS) return false;
  return earlier.every(({ givenAtMs }) => {
    const apart = Math.abs(nowMs - givenAtMs) % DAY_MS;
    return Math.min(apart, DAY_MS - apart) > HOURS_AROUND * HOUR_MS;
  });
}
