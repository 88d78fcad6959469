import { AppError, codeOf } from '../../access/core/app-error.ts';
import type { CaseView, Runtime } from '../../durable/port.ts';
import type { Log } from '../../observe/log.ts';
import { contextOf } from '../grant-flow.ts';
import { DOUBT_FLOW, doubtContextOf, type DoubtDesk } from './doubt-desk.ts';
import { TOLERATED_SKEW_MS } from './clock-watch.ts';
import type { OwnRecords } from './own-records.ts';

/**
 * Without a word of the bot's: does the ledger know of every request that Microsoft's records say we carried out that we did? One of which it
 * does not was carried out by a newer ledger than this one.
 */
export interface LedgerCheck {
  /**
   * False until the first comparison has succeeded: a ledger that was put back gives nothing before it is found out. Where we may not read
   * the records at all, nobody would ever give: then it counts as done, and `problem` says so.
   */
  readonly isDone: boolean;
  /** For operators: why the newest comparison failed. */
  readonly problem: string | undefined;
  round(): Promise<void>;
  stop(): void;
}

export interface LedgerCheckParts {
  readonly runtime: Runtime;
  readonly records: OwnRecords;
  readonly doubts: DoubtDesk;
  readonly log: Log;
}

const EVERY_MS = 3_600_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
const INDEX_PATIENCE_MS = 30_000;
/** No request has this id; to know that it is not there takes the whole index. */
const NOT_A_REQUEST = '-';
const SHOWN_IDS = 20;

export function startLedgerCheck({ runtime, records, doubts, log }: LedgerCheckParts): LedgerCheck {
  const known = new Set<string>();
  let isDone = false;
  let problem: string | undefined;
  let stopped = false;
  let waitMs = FIRST_WAIT_MS;
  let timer: NodeJS.Timeout | undefined;

  async function compare(): Promise<void> {
    const named = await records.named();
    const patience = AbortSignal.timeout(INDEX_PATIENCE_MS);
    await runtime.find(NOT_A_REQUEST, patience);
    const coveredMs = rebuiltAtMs(runtime);
    const unknown = new Set<string>();
    for (const { requestId, createdAt } of named) {
      if (requestId === undefined || known.has(requestId) || Date.parse(createdAt) <= coveredMs) continue;
      if (isBegun(await runtime.find(requestId, patience))) known.add(requestId);
      else unknown.add(requestId);
    }
    if (unknown.size === 0) return;
    log.error({ count: unknown.size }, 'Microsoft names requests of ours that the ledger does not know');
    await doubts.raise({ why: 'unknown-records', unknownIds: [...unknown].slice(0, SHOWN_IDS) });
  }

  async function round(): Promise<void> {
    try {
      await compare();
      isDone = true;
      problem = undefined;
      waitMs = FIRST_WAIT_MS;
    } catch (err) {
      if (!stopped) log.warn({ err, code: codeOf(err) }, 'the ledger could not be compared with the records of Microsoft');
      problem = `The ledger could not be compared with Microsoft's records (${codeOf(err)}).`;
      isDone ||= err instanceof AppError && !err.retryable;
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(() => void round(), waitMs === FIRST_WAIT_MS ? EVERY_MS : waitMs).unref();
  }

  void round();
  return {
    get isDone() {
      return isDone;
    },
    get problem() {
      return problem;
    },
    round,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** The intent is durable before the write: a request that only waits, or was withdrawn, cannot be among what Microsoft shows. */
function isBegun(view: CaseView | undefined): boolean {
  return view !== undefined && contextOf(view).intent !== undefined;
}

/** What is older was looked through when the ledger was rebuilt. The clocks may differ by as much as lets us give at all. */
function rebuiltAtMs(runtime: Runtime): number {
  const rebuilt = runtime.closed(DOUBT_FLOW, undefined, 1).map((view) => doubtContextOf(view).rebuilt?.at ?? '');
  const ms = Date.parse(rebuilt[0] ?? '');
  return Number.isNaN(ms) ? -Infinity : ms + TOLERATED_SKEW_MS;
}
