import { retention, type RetentionContext, type RetentionKind } from '../../flows/retention.ts';
import type { Clock } from '../access/core/clock.ts';
import type { Log } from '../observe/log.ts';
import type { Actor, CaseView, CommandHandler, Flow, JournalEntry, Runtime } from './port.ts';

export const RETENTION_FLOW = 'retention';
export const retentionFlow: Flow = {
  machine: retention,
  commands: { eraseDue: { lane: 'retention' } },
  columns: (context) => ({ kind: (context as RetentionContext).kind }),
};

/** Something that is kept beside the journal, case by case. */
export interface Kept {
  readonly kind: RetentionKind;
  readonly keepDays: number;
  count(caseId: string): Promise<number>;
  /** Repeating it is safe. */
  erase(caseId: string): Promise<void>;
}

export interface Retention {
  /** The handler of the flow's one command. */
  readonly eraseDue: CommandHandler;
  /** Looks now, and erases everything that is due; resolves when it is, or when the store is too full to say so. */
  round(): Promise<void>;
  /** Looks a minute after the start, and then once a day of the domain clock. */
  start(): void;
  stop(): void;
}

const DAY_MS = 86_400_000;
const LOOK_EVERY_MS = 60_000;
/** Bounds a line of the journal. */
const BATCH_MAX = 100;
const PATIENCE_MS = 60_000;
const SYSTEM: Actor = { kind: 'system', name: 'sweep' };

/**
 * Erases what belongs to cases that have been over for so many days. Each line of the journal is looked at once: a case is due at its newest
 * line, and one that is not over yet will have a newer one. What is due is journalled first, as a command, so that a crash forgets nothing.
 */
export function createRetention({
  runtime,
  kept,
  clock,
  log,
  mayErase = () => true,
}: {
  readonly runtime: Runtime;
  readonly kept: readonly Kept[];
  readonly clock: Clock;
  readonly log: Log;
  /** False: neither clock nor ledger can be relied on now, and what is erased never comes back. Looked at again soon. */
  readonly mayErase?: () => boolean;
}): Retention {
  const stopping = new AbortController();
  const patience = () => AbortSignal.any([stopping.signal, AbortSignal.timeout(PATIENCE_MS)]);
  let nextAt = 0;
  let running: Promise<void> | undefined;
  let stopListening: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function nextDue(one: Kept): Promise<RetentionContext | undefined> {
    const { kind, keepDays } = one;
    const [last] = await runtime.recall(RETENTION_FLOW, { column: 'kind', value: kind }, 1, patience());
    const before = clock.now() - keepDays * DAY_MS;
    const caseIds: string[] = [];
    let upToSeq = last === undefined ? 0 : (last.context as RetentionContext).upToSeq;
    for await (const entry of runtime.entries(upToSeq)) {
      if (Date.parse(entry.at) >= before || stopping.signal.aborted) break;
      upToSeq = entry.seq;
      if (!(await isItsEnd(entry)) || (await one.count(entry.caseId)) === 0) continue;
      caseIds.push(entry.caseId);
      if (caseIds.length === BATCH_MAX) break;
    }
    return caseIds.length === 0 ? undefined : { kind, caseIds, upToSeq };
  }

  async function isItsEnd({ caseId, seq }: JournalEntry): Promise<boolean> {
    const view = await runtime.find(caseId, patience());
    return view?.seq === seq && isOver(view);
  }

  async function eraseAllOf(one: Kept): Promise<void> {
    for (;;) {
      // An earlier process may have left one.
      await allErased();
      const due = await nextDue(one);
      // A full disk keeps its room for what ends.
      if (due === undefined || stopping.signal.aborted || runtime.degraded || !mayErase()) return;
      await runtime.begin(RETENTION_FLOW, `retention-${due.kind}-${due.upToSeq}`, { ...due }, SYSTEM);
    }
  }

  /** Resolves when what was named is erased, or nobody waits any more. */
  function allErased(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => {
      if (stopping.signal.aborted || [...runtime.open(RETENTION_FLOW)].length === 0) resolve();
    };
    const stop = runtime.onCommit(look);
    stopping.signal.addEventListener('abort', look, { once: true });
    look();
    return promise.finally(stop);
  }

  async function round(): Promise<void> {
    for (const one of kept) await eraseAllOf(one);
  }
  const tick = (): void => {
    if (running !== undefined || clock.now() < nextAt || runtime.degraded || !mayErase()) return;
    nextAt = clock.now() + DAY_MS;
    running = round()
      .catch((err: unknown) => {
        if (stopping.signal.aborted) return;
        nextAt = 0;
        log.warn({ err }, 'what is older than it is to be kept could not be looked for; trying again');
      })
      .finally(() => {
        running = undefined;
      });
  };
  return {
    async eraseDue(_command, context) {
      const { kind, caseIds } = context.view().context as RetentionContext;
      const one = kept.find((each) => each.kind === kind);
      let count = 0;
      for (const caseId of caseIds) {
        count += (await one?.count(caseId)) ?? 0;
        await one?.erase(caseId);
      }
      log.info({ kind, cases: caseIds.length, count }, 'erased what was kept long enough');
      return { events: [{ type: 'erased', count }] };
    },
    round,
    start() {
      timer = setInterval(tick, LOOK_EVERY_MS).unref();
      stopListening = clock.onMoved(tick);
    },
    stop() {
      stopping.abort();
      clearInterval(timer);
      stopListening?.();
    },
  };
}

function isOver({ status, pending }: CaseView): boolean {
  return status === 'done' && pending.length === 0;
}

/** What people wrote, and details of findings: beside the journal of either process. */
export function keptTexts(runtime: Runtime, keepDays: number): Kept {
  return {
    kind: 'texts',
    keepDays,
    count: (caseId) => runtime.textCount(caseId),
    erase: (caseId) => runtime.eraseTexts(caseId),
  };
}
