import { codeOf } from '../../access/core/app-error.ts';
import { type Clock, instantOf } from '../../access/core/clock.ts';
import type { CaseView, Runtime } from '../../durable/port.ts';
import type { Log } from '../../observe/log.ts';
import type { Drift } from '../../../flows/grant.ts';
import { type AccessWriters, type Held, writerOf } from '../access-writer.ts';
import { contextOf, givenAtOf, GRANT_FLOW, orderOf, stateNameOf } from '../grant-flow.ts';

/**
 * Looks whether the directory still shows what was given: gone early, or with another end. It is told once per change, and never repaired:
 * whoever changed it may have had a reason, and only a person can ask.
 */
export interface DriftWatch {
  /** One look at every live grant; resolves when all were asked about. */
  round(): Promise<void>;
  /** How many could not be looked at in the newest round: they are unknown, not in order. */
  readonly unchecked: number;
  stop(): void;
}

export interface DriftParts {
  readonly runtime: Runtime;
  readonly writers: AccessWriters;
  /** Domain time, as the ends. */
  readonly clock: Clock;
  readonly log: Log;
  readonly everyMinutes: number;
  /** A reader may be behind for so long: only what is seen twice, so far apart, is told. Milliseconds of real time. */
  readonly secondLookMs?: number;
}

export const END_TOLERANCE_MS = 60_000;
/** Readers may not know yet what was given a moment ago. */
const SETTLES_WITHIN_MS = 120_000;
const SECOND_LOOK_MS = 60_000;
const AT_ONCE = 4;

export function startDriftWatch({
  runtime,
  writers,
  clock,
  log,
  everyMinutes,
  secondLookMs = SECOND_LOOK_MS,
}: DriftParts): DriftWatch {
  const suspects = new Map<string, { readonly seen: string; readonly sinceMs: number }>();
  let unchecked = 0;
  let stopped = false;
  let again: NodeJS.Timeout | undefined;

  async function look(view: CaseView): Promise<void> {
    const { intent, endsAt = '', drift } = contextOf(view);
    const order = orderOf(view, '');
    if (order === undefined || intent === undefined) return;
    const held = await writerOf(writers, order, intent.writer).look(order);
    const found = driftOf(held, endsAt, intent.writer === 'pim');
    const suspect = suspects.get(view.caseId);
    suspects.delete(view.caseId);
    if (found === undefined) return;
    const seen = keyOf(found);
    if (drift !== undefined && keyOf(drift) === seen) return;
    if (suspect?.seen !== seen) suspects.set(view.caseId, { seen, sinceMs: performance.now() });
    else if (performance.now() - suspect.sinceMs < secondLookMs - 10) suspects.set(view.caseId, suspect);
    else await tell(view.caseId, found);
  }

  async function tell(caseId: string, found: Omit<Drift, 'seenAt'>): Promise<void> {
    // It may have ended while the directory was asked.
    const now = runtime.read(caseId);
    if (now === undefined || !isLive(now, clock.now())) return;
    const drift: Drift = { ...found, seenAt: instantOf(clock.now()) };
    log.error({ grantId: caseId, ...drift }, 'what was given is not there as it was given; nothing is repaired');
    await runtime.send(caseId, { type: 'drifted', drift }, { kind: 'system', name: 'sweep' });
  }

  async function lookAt(isMeant: (view: CaseView) => boolean): Promise<number> {
    const rest = [...runtime.open(GRANT_FLOW)].filter((view) => isLive(view, clock.now()) && isMeant(view)).values();
    let failed = 0;
    const worker = async (): Promise<void> => {
      for (const view of rest) {
        if (stopped) return;
        await look(view).catch((err: unknown) => {
          failed += 1;
          log.warn({ err, grantId: view.caseId, code: codeOf(err) }, 'could not check what is there of a grant');
        });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return failed;
  }

  /** One after the other: two looks at once would both find the same for the first time. */
  let last: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  }

  async function round(): Promise<void> {
    unchecked = await inTurn(() => lookAt(() => true));
    lookAgain();
  }
  /** Whoever looked different is asked about once more, as soon as no reader can be behind any more. */
  function lookAgain(): void {
    clearTimeout(again);
    if (suspects.size === 0 || stopped) return;
    again = setTimeout(() => {
      void inTurn(() => lookAt(({ caseId }) => suspects.has(caseId))).then(lookAgain);
    }, secondLookMs).unref();
  }

  const timer = setInterval(() => void round(), everyMinutes * 60_000).unref();
  void round();
  return {
    round,
    get unchecked() {
      return unchecked;
    },
    stop() {
      stopped = true;
      clearInterval(timer);
      clearTimeout(again);
    },
  };
}

/** Given long enough ago to be seen by everybody, and not over: from its end on, it is the taking that looks. */
function isLive(view: CaseView, nowMs: number): boolean {
  if (view.status !== 'active' || stateNameOf(view.state) !== 'active') return false;
  const context = contextOf(view);
  return Date.parse(context.endsAt ?? '') > nowMs && nowMs - Date.parse(givenAtOf(context) ?? '') >= SETTLES_WITHIN_MS;
}

/** What differs from what was given; undefined: nothing. A plain assignment names no end. */
export function driftOf(held: Held, endsAt: string, endsByItself: boolean): Omit<Drift, 'seenAt'> | undefined {
  if (!held.isThere) return { kind: 'gone-early' };
  if (!endsByItself) return undefined;
  if (held.endsAt === undefined) return { kind: 'end-moved' };
  const off = Math.abs(Date.parse(held.endsAt) - Date.parse(endsAt));
  return off <= END_TOLERANCE_MS ? undefined : { kind: 'end-moved', directoryEndsAt: held.endsAt };
}

function keyOf({ kind, directoryEndsAt = '' }: Omit<Drift, 'seenAt'>): string {
  return `${kind} ${directoryEndsAt}`;
}
