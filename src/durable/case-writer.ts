import { instantOf, type Clock } from '../access/core/clock.ts';
import type { Log } from '../observe/log.ts';
import { planEvents, type Planned } from './drafts.ts';
import type { FlowBook } from './flow-book.ts';
import type { Actor, EventInput } from './port.ts';
import type { CaseRecord, LineDraft, Store } from './store.ts';

/** Commits events of one case in their order. The caller sees to it that a case has one writer at a time. */
export interface CaseWriter {
  /** Due timers first, each in a line of its own, then these events together in one line. */
  deliver(record: CaseRecord, events: readonly EventInput[], actor: Actor, extra: Partial<LineDraft>): Promise<Delivered>;
  /** Only the timers that are due. */
  deliverDue(record: CaseRecord): Promise<CaseRecord>;
  commit(draft: LineDraft, cancelled?: readonly string[]): Promise<CaseRecord>;
}

export interface Delivered {
  readonly planned: Planned;
  readonly record: CaseRecord;
}

export interface CaseWriterOptions {
  readonly store: Store;
  readonly book: FlowBook;
  readonly clock: Clock;
  readonly log: Log;
  readonly onCommitted: (record: CaseRecord, draft: LineDraft, cancelled: readonly string[]) => void;
  /** A case whose timers set each other off: look again later. */
  readonly onEndless: (record: CaseRecord) => void;
}

/** A machine that goes round without waiting would hold its case for ever. */
const TIMERS_AT_ONCE_MAX = 100;

export function createCaseWriter({ store, book, clock, log, onCommitted, onEndless }: CaseWriterOptions): CaseWriter {
  const commit = async (draft: LineDraft, cancelled: readonly string[] = []): Promise<CaseRecord> => {
    const { record } = await store.commit(draft);
    onCommitted(record, draft, cancelled);
    return record;
  };

  const deliverAt = async (
    nowMs: number,
    record: CaseRecord,
    events: readonly EventInput[],
    actor: Actor,
    extra: Partial<LineDraft>,
  ): Promise<Delivered> => {
    const at = instantOf(nowMs);
    const stamped = events.map((event) => ({ ...event, at }));
    const planned = planEvents(book.exactly(record.flow, record.flowVersion), record, stamped, at, actor);
    if (planned.draft.kind === 'poisoned')
      log.error({ caseId: record.caseId, events: events.map(({ type }) => type), reason: planned.draft.error }, 'event poisoned');
    return { planned, record: await commit({ ...planned.draft, ...extra }, planned.cancelled) };
  };

  /** Ends with the instant at which nothing was due any more: what follows has to happen at that very instant. */
  const timersFirst = async (record: CaseRecord): Promise<{ readonly nowMs: number; readonly record: CaseRecord }> => {
    let current = record;
    for (let count = 0; ; count++) {
      const nowMs = clock.now();
      const first = firstDue(current, nowMs);
      if (first === undefined) return { nowMs, record: current };
      if (count === TIMERS_AT_ONCE_MAX) {
        log.error({ caseId: record.caseId, flow: record.flow }, 'timers of a case follow each other without end');
        onEndless(current);
        return { nowMs, record: current };
      }
      const delivered = await deliverAt(nowMs, current, [{ type: first.event }], { kind: 'system', name: 'timer' }, {});
      if (delivered.planned.draft.kind === 'ignored')
        log.error({ caseId: current.caseId, timer: first.id }, 'a timer matched nothing in its flow');
      current = delivered.record;
    }
  };

  return {
    commit,
    async deliver(record, events, actor, extra) {
      const { nowMs, record: current } = await timersFirst(record);
      return deliverAt(nowMs, current, events, actor, extra);
    },
    async deliverDue(record) {
      return (await timersFirst(record)).record;
    },
  };
}

function firstDue({ timers }: CaseRecord, nowMs: number): CaseRecord['timers'][number] | undefined {
  const due = timers.filter((timer) => Date.parse(timer.dueAt) <= nowMs);
  return due.toSorted((a, b) => Date.parse(a.dueAt) - Date.parse(b.dueAt))[0];
}
