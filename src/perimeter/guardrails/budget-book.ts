import { type Clock, instantOf } from '../../access/core/clock.ts';
import { personKey } from '../../access/core/person.ts';
import { type Target, targetKey } from '../../access/core/target.ts';
import type { Verdict } from '../../access/core/verdict.ts';
import type { CaseView, Runtime } from '../../durable/port.ts';
import type { Registration } from '../../../flows/grant.ts';
import { brokenGlassOf, contextOf, givenAtOf, GRANT_FLOW, holdingOf, stateNameOf } from '../grant-flow.ts';
import { type GuardedEntitlement, type PerimeterConfig, targetOf } from '../perimeter-config.ts';
import { sweptAt } from '../swept.ts';
import { DAY_MS, mayBeOneMore, type Spent } from './budgets.ts';

/**
 * Counts by the ledger, at one stroke: nothing is awaited between counting and reserving. Complete only when the index of closed cases
 * is; whoever asks sees to that first (`indexed`).
 */
export interface BudgetBook {
  /** Is there room for it now? */
  mayRegister(setting: GuardedEntitlement, registration: Registration, target: Target): Verdict;
  /** The same right before it is given; keeps the place when there is one: two at once cannot both have the last. */
  reserve(setting: GuardedEntitlement, grantId: string, registration: Registration, target: Target): Verdict;
  /** @throws {AppError} `store.indexing` (retryable): what was given before cannot be told yet, and that is not "nothing" */
  indexed(): Promise<void>;
}

export interface BudgetParts {
  readonly config: PerimeterConfig;
  readonly runtime: Runtime;
  /** Domain time, as in the ledger. */
  readonly clock: Clock;
}

/** No request has this id; to know that it is not there takes the whole index. */
const NOT_A_REQUEST = '-';
const INDEX_PATIENCE_MS = 2_000;
/** As many as the file can allow in 24 hours, and so on one date. */
const MOST_BROKEN_A_DAY = 100;
const GIVEN = ['giving', 'active', 'taking'];

export function createBudgetBook({ config, runtime, clock }: BudgetParts): BudgetBook {
  /** Found room in this process, and are not past checking. After a start they are judged again, and who is past it is in the ledger. */
  const reserved = new Set<string>();

  function judge(
    setting: GuardedEntitlement,
    registration: Registration,
    target: Target,
    isAhead: (view: CaseView) => boolean,
  ): Verdict {
    const open = [...runtime.open(GRANT_FLOW)];
    /** Open or closed, newest first. */
    const all = (column: string, value: string, limit: number) => [
      ...open.filter(({ columns }) => columns[column] === value),
      ...runtime.closed(GRANT_FLOW, { column, value }, limit),
    ];
    // One after the other, since only one can be live: the newest are all that can be of today.
    const mine = all('budget', holdingOf(personKey(registration.principal), target), setting.atMostPerPrincipalPerDay);
    const alike = config.entitlements.filter((one) => one.id === setting.id || isAt(targetOf(one), target));
    const days = [0, DAY_MS].map((ms) => instantOf(clock.now() - ms));
    const broken = registration.breakGlass
      ? alike.flatMap(({ id }) => days.flatMap((day) => all('brokenGlass', brokenGlassOf(id, day), MOST_BROKEN_A_DAY)))
      : [];
    const isAlike = (view: CaseView) =>
      alike.some(({ id }) => view.columns['entitlementId'] === id) || isAt(openTarget(view), target);
    const spent: Spent = {
      nowMs: clock.now(),
      live: open.filter((view) => isAhead(view) && sweptAt(view) === undefined && isAlike(view)).length,
      givenMs: mine.flatMap(givenMs),
      endedMs: Math.max(...mine.flatMap(endedMs)),
      brokenMs: broken.flatMap(givenMs),
    };
    return mayBeOneMore(setting, spent, registration);
  }

  return {
    mayRegister: (setting, registration, target) =>
      judge(setting, registration, target, (view) => isGiven(view) || isChecking(view)),
    reserve(setting, grantId, registration, target) {
      for (const id of reserved) if (!isChecking(runtime.read(id))) reserved.delete(id);
      const isAhead = (view: CaseView) =>
        view.caseId !== grantId && (isGiven(view) || (isChecking(view) && reserved.has(view.caseId)));
      const verdict = judge(setting, registration, target, isAhead);
      if (verdict.permitted) reserved.add(grantId);
      return verdict;
    },
    async indexed() {
      await runtime.find(NOT_A_REQUEST, AbortSignal.timeout(INDEX_PATIENCE_MS));
    },
  };
}

const isGiven = ({ state }: CaseView) => GIVEN.includes(stateNameOf(state));
const isChecking = (view: CaseView | undefined) => stateNameOf(view?.state) === 'checking';

function isAt(one: Target | undefined, other: Target): boolean {
  return one !== undefined && targetKey(one) === targetKey(other);
}

function openTarget(view: CaseView): Target | undefined {
  const { opening } = contextOf(view);
  return 'target' in opening ? opening.target : undefined;
}

function givenMs(view: CaseView): readonly number[] {
  const at = givenAtOf(contextOf(view));
  return at === undefined ? [] : [Date.parse(at)];
}

/** None while it lasts. What nobody saw go is over at its end. */
function endedMs(view: CaseView): readonly number[] {
  const { confirmedAt, endsAt } = contextOf(view);
  const at = confirmedAt ?? sweptAt(view) ?? (view.status === 'done' ? endsAt : undefined);
  return at === undefined ? [] : [Date.parse(at)];
}
