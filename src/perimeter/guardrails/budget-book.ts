import { type Clock, instantOf } from '../../access/core/clock.ts';
import { personKey } from '../../access/core/person.ts';
import { type Target, targetKey } from '../../access/core/target.ts';
import type { Verdict } from '../../access/core/verdict.ts';
import type { CaseView, Runtime } from '../../durable/port.ts';
import type { Registration } from '../../../flows/grant.ts';
import { contextOf, givenAtOf, givenOn, GRANT_FLOW, holdingOf, isGiven, stateNameOf } from '../grant-flow.ts';
import { type GuardedEntitlement, type PerimeterConfig, targetOf } from '../perimeter-config.ts';
import { sweptAt } from '../swept.ts';
import { DAY_MS, mayBeOneMore } from './budgets.ts';

/**
 * Counts by the ledger: what is open, and what was closed of late.
 * @throws {AppError} `store.indexing`, `store.unavailable` (retryable): what was given before cannot be told, and that is not "nothing"
 */
export interface BudgetBook {
  /** Is there room for it now? */
  mayRegister(setting: GuardedEntitlement, registration: Registration, target: Target): Promise<Verdict>;
  /** The same right before it is given; keeps the place when there is one: two at once cannot both have the last. */
  reserve(setting: GuardedEntitlement, grantId: string, registration: Registration, target: Target): Promise<Verdict>;
}

export interface BudgetParts {
  readonly config: PerimeterConfig;
  readonly runtime: Runtime;
  /** Domain time, as in the ledger. */
  readonly clock: Clock;
}

/** Well below the bot's own patience with an answer. */
const PATIENCE_MS = 2_000;
/** As many as the file can allow one person, and everybody who breaks the glass, in 24 hours, and so on one date. */
const MOST_A_DAY = 1_000;

export function createBudgetBook({ config, runtime, clock }: BudgetParts): BudgetBook {
  /** Found room in this process, and are not past checking. After a start they are judged again, and who is past it is in the ledger. */
  const reserved = new Set<string>();

  /** Grants that may count: given to the same principal, of the same thing; given by broken glass; and all that is open. */
  async function relevant(
    setting: GuardedEntitlement,
    { principal, breakGlass }: Registration,
    target: Target,
  ): Promise<() => readonly CaseView[]> {
    const before = [...runtime.open(GRANT_FLOW)];
    const patience = AbortSignal.timeout(PATIENCE_MS);
    const closed = (column: string, value: string, limit: number) =>
      runtime.recall(GRANT_FLOW, { column, value }, limit, patience);
    const days = [0, DAY_MS].map((ms) => instantOf(clock.now() - ms));
    const alike = breakGlass ? alikeOf(config, setting, target) : [];
    const past = await Promise.all([
      // One after the other, since only one of a kind can be live: the newest are all that can be of today.
      closed('given', holdingOf(personKey(principal), target), setting.atMostPerPrincipalPerDay),
      ...days.map((day) => closed('givenOn', givenOn(personKey(principal), setting.id, day), MOST_A_DAY)),
      ...days.flatMap((day) => alike.map(({ id }) => closed('brokenGlass', givenOn('', id, day), MOST_A_DAY))),
    ]);
    // What ended while the past was looked up is in neither list, and must not be forgotten.
    const latest = () => [
      ...past.flat(),
      ...before.map((view) => runtime.read(view.caseId) ?? view),
      ...runtime.open(GRANT_FLOW),
    ];
    return () => [...new Map(latest().map((view) => [view.caseId, view])).values()];
  }

  function judge(
    setting: GuardedEntitlement,
    registration: Registration,
    target: Target,
    views: readonly CaseView[],
    isAhead: (view: CaseView) => boolean,
  ): Verdict {
    const alike = alikeOf(config, setting, target).map(({ id }) => id);
    const isThisTarget = (view: CaseView) => isAt(targetIn(view), target);
    const counted = views.filter((view) => alike.includes(String(view.columns['entitlementId'])) || isThisTarget(view));
    const live = counted.filter((view) => isAhead(view) && sweptAt(view) === undefined);
    const isMine = ({ columns }: CaseView) => columns['principal'] === personKey(registration.principal);
    /** When they were given; what is on its way, now. */
    const times = (those: readonly CaseView[]) =>
      those.flatMap((view) => givenMs(view) ?? (live.includes(view) ? clock.now() : []));
    const ended = counted.filter((view) => isMine(view) && isThisTarget(view)).flatMap((view) => endedMs(view) ?? []);
    const spent = {
      nowMs: clock.now(),
      live: live.length,
      givenMs: times(counted.filter(isMine)),
      endedMs: Math.max(...ended),
      brokenMs: times(counted.filter(isBreakGlass)),
    };
    return mayBeOneMore(setting, spent, registration);
  }

  return {
    async mayRegister(setting, registration, target) {
      const views = await relevant(setting, registration, target);
      return judge(setting, registration, target, views(), (view) => isGiven(view) || isChecking(view));
    },
    async reserve(setting, grantId, registration, target) {
      const views = await relevant(setting, registration, target);
      // From here on at one stroke: nothing is awaited between counting and keeping the place.
      for (const id of reserved) if (!isChecking(runtime.read(id))) reserved.delete(id);
      const isAhead = (view: CaseView) =>
        view.caseId !== grantId && (isGiven(view) || (isChecking(view) && reserved.has(view.caseId)));
      const verdict = judge(setting, registration, target, views(), isAhead);
      if (verdict.permitted) reserved.add(grantId);
      return verdict;
    },
  };
}

/** Entitlements that give the same thing by whatever name, and this one. */
function alikeOf({ entitlements }: PerimeterConfig, setting: GuardedEntitlement, target: Target): readonly GuardedEntitlement[] {
  return entitlements.filter((one) => one.id === setting.id || isAt(targetOf(one), target));
}

const isBreakGlass = (view: CaseView) => registrationIn(view)?.breakGlass === true;
const isChecking = (view: CaseView | undefined) => stateNameOf(view?.state) === 'checking';

function isAt(one: Target | undefined, other: Target): boolean {
  return one !== undefined && targetKey(one) === targetKey(other);
}

function targetIn(view: CaseView): Target | undefined {
  const { opening } = contextOf(view);
  return 'target' in opening ? opening.target : undefined;
}

function registrationIn(view: CaseView): Registration | undefined {
  const { opening } = contextOf(view);
  return 'registration' in opening ? opening.registration : undefined;
}

function givenMs(view: CaseView): number | undefined {
  const at = givenAtOf(contextOf(view));
  return at === undefined ? undefined : Date.parse(at);
}

/** Undefined while it lasts, and for what was never given. What nobody saw go is over at its end. */
function endedMs(view: CaseView): number | undefined {
  if (givenMs(view) === undefined) return undefined;
  const { confirmedAt, endsAt } = contextOf(view);
  const at = confirmedAt ?? sweptAt(view) ?? (view.status === 'done' ? endsAt : undefined);
  return at === undefined ? undefined : Date.parse(at);
}
