import type { Needs } from '../access/core/approvals.ts';
import type { LedgerHead, PerimeterEvent, WaitsFor } from '../access/core/perimeter-api.ts';
import type { JournalEntry, Runtime } from '../durable/port.ts';
import { createSerial } from '../durable/serial.ts';
import { FREEZE_FLOW } from './freeze/freeze-desk.ts';
import { asGrant, GRANT_FLOW, stateNameOf } from './grant-flow.ts';
import { SWEPT, sweptSchema } from './swept.ts';

/** What the bot hears, in order. A projection of the ledger's journal: `seq` is the journal's, so it survives restarts as it is. */
export interface EventsFeed {
  /**
   * Facts after `seq`, at most `limit`. With none yet, waits for one until `waitMs` have passed or `signal` aborts.
   * @throws {AppError} `caller.limited` for old facts, asked for too often
   */
  after(seq: number, limit: number, waitMs: number, signal: AbortSignal): Promise<FeedPage>;
  close(): void;
}

export interface FeedPage {
  readonly events: readonly PerimeterEvent[];
  readonly ledger: LedgerHead;
}

/** Facts kept in memory, so that a long poll does not read the journal again; older ones are read from it. */
const RECENT_MAX = 5_000;

/** `countHistory`: throws when the journal was read too often; what memory knows costs nothing, and is not counted. */
export function createEventsFeed(runtime: Runtime, countHistory: () => Promise<void> = () => Promise.resolve()): EventsFeed {
  let recent: PerimeterEvent[] = [];
  /** Everything after this line is in `recent`. */
  let completeAfter = runtime.head().seq;
  const waiters = new Set<() => void>();
  const reading = createSerial();
  const stop = runtime.onCommit((entry) => {
    const fact = factOf(entry);
    if (fact === undefined) return;
    recent.push(fact);
    if (recent.length > RECENT_MAX) {
      recent = recent.slice(RECENT_MAX / 2);
      completeAfter = (recent[0]?.seq ?? entry.seq) - 1;
    }
    for (const wake of [...waiters]) wake();
  });

  async function read(seq: number, limit: number): Promise<PerimeterEvent[]> {
    if (seq < completeAfter) await countHistory();
    // One at a time: whoever asks for old facts again and again must not keep ends waiting.
    return seq < completeAfter ? reading.run('', () => readJournal(seq, limit)) : remembered(seq, limit);
  }

  function remembered(seq: number, limit: number): PerimeterEvent[] {
    return recent.filter((fact) => fact.seq > seq).slice(0, limit);
  }

  async function readJournal(seq: number, limit: number): Promise<PerimeterEvent[]> {
    if (seq >= completeAfter) return remembered(seq, limit);
    const events: PerimeterEvent[] = [];
    for await (const entry of runtime.entries(seq)) {
      const fact = factOf(entry);
      if (fact !== undefined) events.push(fact);
      if (events.length === limit) return events;
    }
    // Read to the end: from here on memory knows all of it, and the next poll need not read again.
    if (seq < completeAfter && recent.length + events.length <= RECENT_MAX) {
      recent = [...events.filter((fact) => fact.seq <= completeAfter), ...recent];
      completeAfter = seq;
    }
    return events;
  }

  /** The head is read first, so that it never stands beyond a fact that the page lacks. */
  async function pageAfter(seq: number, limit: number): Promise<FeedPage> {
    const head = runtime.head();
    const events = await read(seq, limit);
    const newest = events.at(-1);
    return { events, ledger: newest !== undefined && newest.seq > head.seq ? { seq: newest.seq, head: newest.head } : head };
  }

  async function after(seq: number, limit: number, waitMs: number, signal: AbortSignal): Promise<FeedPage> {
    const page = await pageAfter(seq, limit);
    if (page.events.length > 0 || waitMs <= 0 || signal.aborted) return page;
    // Nothing is awaited between this look and the listening, so that no fact falls in between.
    if (!recent.some((fact) => fact.seq > seq)) await nextFact(waitMs, signal);
    return pageAfter(seq, limit);
  }

  function nextFact(waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        waiters.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      waiters.add(done);
      signal.addEventListener('abort', done);
    });
  }

  return {
    after,
    close() {
      stop();
      for (const wake of [...waiters]) wake();
    },
  };
}

/** At most one fact a line: the line that brought the grant into the state that the fact names, or that says what the sweep found. */
export function factOf(entry: JournalEntry): PerimeterEvent | undefined {
  if (entry.flow === FREEZE_FLOW) return freezeFactOf(entry);
  if (entry.flow !== GRANT_FLOW) return undefined;
  if (entry.kind === 'note') return sweptFactOf(entry);
  if (entry.kind !== 'began' && entry.kind !== 'transition') return undefined;
  const { seq, head, at, caseId: requestId } = entry;
  const fact = { seq, head, at, requestId };
  const state = stateNameOf(entry.state);
  const { refusal, endedHow, confirmedAt, endsAt, nativeEnd } = asGrant(entry.context);
  const brought = (type: string) => entry.events.some((event) => event.type === type);

  if (state === 'refused') return { type: 'refused', code: refusal?.code ?? 'unforeseen', hint: refusal?.hint ?? '', ...fact };
  if (state === 'ended') {
    const denial = asGrant(entry.context).decisions.find(({ decision }) => decision === 'deny');
    return {
      type: 'ended',
      how: endedHow ?? 'gone',
      ...(confirmedAt === undefined ? {} : { confirmedAt }),
      ...(denial === undefined ? {} : { deniedBy: denial.approver }),
      ...fact,
    };
  }
  const gathered = gatheringFactOf(entry, state);
  if (gathered !== undefined) return { ...gathered, ...fact };
  if (state === 'giving' && brought('directory.absent')) return { type: 'giving', ...fact };
  // One that was found again was given long ago; whoever has not heard of it hears it now.
  if (state === 'active' && (entry.kind === 'began' || brought('directory.gave')) && endsAt !== undefined)
    return { type: 'given', endsAt, nativeEnd: nativeEnd ?? false, ...fact };
  const { drift } = asGrant(entry.context);
  if (state === 'active' && brought('drifted') && drift !== undefined) {
    const { kind, directoryEndsAt } = drift;
    return { type: 'drifted', drift: kind, ...(directoryEndsAt === undefined ? {} : { directoryEndsAt }), ...fact };
  }
  const report = entry.events.find((event) => event.type === 'overdueReported');
  if (state === 'taking' && report !== undefined) {
    const { overdue } = asGrant(entry.context);
    return { type: 'overdue', tries: overdue?.tries ?? 0, code: overdue?.code ?? '', byHand: overdue?.byHand ?? '', ...fact };
  }
  return undefined;
}

function freezeFactOf({ kind, state, seq, head, at, caseId: requestId }: JournalEntry): PerimeterEvent | undefined {
  const fact = { seq, head, at, requestId };
  if (kind === 'began') return { type: 'frozen', ...fact };
  return kind === 'transition' && state === 'lifted' ? { type: 'unfrozen', ...fact } : undefined;
}

type Told<E> = E extends unknown ? Omit<E, 'seq' | 'head' | 'at' | 'requestId'> : never;

/** While what the guardrails need comes together. */
function gatheringFactOf(entry: JournalEntry, state: string): Told<PerimeterEvent> | undefined {
  const { opening, decisions } = asGrant(entry.context);
  if (opening.kind !== 'open' || (state !== 'registered' && state !== 'checking')) return undefined;
  if (state === 'registered' && entry.kind === 'began') return { type: 'registered', waitsFor: waitsForOf(opening.needs) };
  const newest = decisions.at(-1);
  if (entry.events.some(({ type }) => type === 'requestSigned')) return { type: 'requestSigned' };
  if (newest === undefined || !entry.events.some(({ type }) => type === 'decided')) return undefined;
  const { decision, approver, assurance } = newest;
  const approvals = decisions.filter((one) => one.decision === 'approve').length;
  const missing = Math.max(0, waitsForOf(opening.needs).approvalsNeeded - approvals);
  return { type: 'decided', decision, approver, assurance, missing };
}

/** What a request waits for, as the bot is told. */
export function waitsForOf({ stages, assurance, requesterSigns }: Needs): WaitsFor {
  return { assurance, approvalsNeeded: stages.reduce((sum, needed) => sum + needed, 0), requesterSigns };
}

/**
 * A stuck flow tells nothing; what the sweep found in its stead is in the ledger as a link, and is as final. Should the flow come through
 * after all, it says the same once more.
 */
function sweptFactOf({ links, context, seq, head, at, caseId: requestId }: JournalEntry): PerimeterEvent | undefined {
  const link = links.find(({ key }) => key === SWEPT);
  if (link === undefined) return undefined;
  const fact = { seq, head, at, requestId };
  const { refusal, endedHow, intent } = asGrant(context);
  if (refusal !== undefined) return { type: 'refused', code: refusal.code, hint: refusal.hint, ...fact };
  const { confirmedAt } = sweptSchema.parse(link.value);
  if (confirmedAt === undefined) return { type: 'ended', how: 'left', ...fact };
  // Without an intent nothing was ever written: as in the flow, it is over, and there is nothing to confirm.
  if (intent === undefined) return { type: 'ended', how: endedHow ?? 'lapsed', ...fact };
  return { type: 'ended', how: endedHow ?? 'expired', confirmedAt, ...fact };
}
