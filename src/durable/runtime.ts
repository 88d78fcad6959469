import { AppError } from '../access/core/app-error.ts';
import { instantOf, type Clock } from '../access/core/clock.ts';
import type { StoreSetting } from '../config/parts.ts';
import { entryOf, viewOf } from './case-view.ts';
import { createCaseWriter } from './case-writer.ts';
import { createCommandRunner } from './command-runner.ts';
import { planBegin, planNote, type Planned } from './drafts.ts';
import { createDueQueue } from './due-queue.ts';
import { createFlowBook, type FlowBook } from './flow-book.ts';
import { misfits } from './flow-fit.ts';
import { indexedWithin } from './indexed-within.ts';
import type { Actor, CaseView, CommandResult, EventInput, Flow, Outcome, Runtime, SendOptions } from './port.ts';
import { createSerial } from './serial.ts';
import { firstStep } from './step.ts';
import { openStore, type OpenStoreOptions } from './open-store.ts';
import { isOpen, type CaseRecord, type CommandRow, type LineDraft, type Store } from './store.ts';
import { openLowdbStore, type StoreLimits } from './stores/lowdb/lowdb-store.ts';
import type { PostgresLimits } from './stores/postgres/postgres-store.ts';

export interface RuntimeLimits extends StoreLimits, PostgresLimits {
  /** Cases of one lane that are worked on at once. */
  readonly casesPerLane: number;
  /** How long `close()` waits for running handlers, in milliseconds. */
  readonly closeGraceMs: number;
}

export interface RuntimeOptions extends Pick<OpenStoreOptions, 'log' | 'files' | 'onFatal'> {
  readonly flows: readonly Flow[];
  /** What the configuration names, or a store that is open already and is closed with the runtime. */
  readonly store?: StoreSetting | Store;
  /** Short for a store in this folder. */
  readonly folder?: string;
  readonly clock: Clock;
  readonly limits?: Partial<RuntimeLimits>;
}

/**
 * Opens the store and continues every case where its last durable line left it.
 * @throws {AppError} `flow.impure`, `flow.twice`, `flow.version-missing`, `flow.changed`, and those of `openStore`
 */
export async function openRuntime(options: RuntimeOptions): Promise<Runtime> {
  const book = createFlowBook(options.flows);
  const { casesPerLane = 64, closeGraceMs = 10_000, ...limits } = options.limits ?? {};
  const store = await storeOf(options, limits);
  try {
    for (const record of store.cases.values()) if (isOpen(record)) checkFit(book, record);
  } catch (error) {
    await store.close();
    throw error;
  }
  return createRuntime({ ...options, store, book, casesPerLane, closeGraceMs });
}

function storeOf({ store, folder, ...rest }: RuntimeOptions, limits: OpenStoreOptions['limits'] = {}): Store | Promise<Store> {
  if (store !== undefined) return 'commit' in store ? store : openStore(store, { ...rest, limits });
  if (folder !== undefined) return openLowdbStore({ ...rest, folder, limits });
  throw new AppError('store.unnamed', 'the runtime needs a store or a folder');
}

interface Parts extends Omit<RuntimeOptions, 'store'> {
  readonly store: Store;
  readonly book: FlowBook;
  readonly casesPerLane: number;
  readonly closeGraceMs: number;
}

function createRuntime({ store, book, clock, log, casesPerLane, closeGraceMs }: Parts): Runtime {
  const serial = createSerial();
  let closed = false;

  const runner = createCommandRunner({
    log,
    perLane: casesPerLane,
    redelivered: new Set([...store.cases.values()].flatMap((record) => record.commands.map(({ key }) => key))),
    record: (caseId) => store.peek(caseId),
    view: (caseId) => view(known(caseId)),
    finish: (caseId, row, result) => serial.run(caseId, () => finish(caseId, row, result)),
    link: (caseId, one) => serial.run(caseId, () => note(caseId, { linksSet: [one] }, { kind: 'system', name: 'command' })),
  });
  const due = createDueQueue(clock, (caseId) => {
    serial
      .run(caseId, async () => {
        const record = store.peek(caseId);
        if (record !== undefined && !closed) await writer.deliverDue(record);
      })
      .catch((error: unknown) => {
        if (closed) return;
        log.warn({ err: error, caseId }, 'a timer could not be committed; trying again');
        due.at(clock.now() + RETRY_TIMER_MS, caseId);
      });
  });

  const writer = createCaseWriter({
    store,
    book,
    clock,
    log,
    onCommitted(record, draft, cancelled) {
      if (cancelled.length > 0) runner.cancel(cancelled);
      for (const timer of draft.timersSet ?? []) due.at(Date.parse(timer.dueAt), record.caseId);
      runner.wake(record);
    },
    onEndless: ({ caseId }) => due.at(clock.now() + RETRY_TIMER_MS, caseId),
  });

  const view = (record: CaseRecord): CaseView => viewOf(record, runner.triesOf);
  const known = (caseId: string): CaseRecord => {
    const record = store.peek(caseId);
    if (record === undefined) throw unknownCase(caseId);
    return record;
  };
  const findKnown = async (caseId: string): Promise<CaseRecord> => {
    if (closed) throw new AppError('store.closed', 'the runtime is closing', { retryable: true });
    const record = await store.find(caseId);
    if (record === undefined) throw unknownCase(caseId);
    return record;
  };

  const finish = async (caseId: string, row: CommandRow, result: CommandResult): Promise<void> => {
    const record = await writer.deliverDue(known(caseId));
    const extra: Partial<LineDraft> = {
      ...(record.commands.some(({ key }) => key === row.key) ? { commandsDone: [row.key] } : {}),
      ...(result.setLinks === undefined ? {} : { linksSet: result.setLinks }),
      ...(result.dropLinks === undefined ? {} : { linksDropped: result.dropLinks }),
    };
    if ((result.events ?? []).length === 0 && Object.keys(extra).length === 0) return;
    const { planned } = await writer.deliver(record, result.events ?? [], { kind: 'system', name: 'command' }, extra);
    planned.kinds.forEach((kind, index) => {
      if (kind === 'ignored')
        log.warn({ caseId, command: row.name, event: result.events?.[index]?.type }, 'a fact found by a command was ignored');
    });
  };

  const note = async (caseId: string, change: Partial<LineDraft>, actor: Actor): Promise<void> => {
    const record = await findKnown(caseId);
    await writer.commit({ ...planNote(record, instantOf(clock.now()), actor), ...change });
  };

  const begin = async (
    flowId: string,
    caseId: string,
    input: Readonly<Record<string, unknown>>,
    actor: Actor,
  ): Promise<Outcome> => {
    const flow = book.newest(flowId);
    if (closed) throw new AppError('store.closed', 'the runtime is closing', { retryable: true });
    const existing = await store.find(caseId);
    if (existing !== undefined) return { kind: 'repeated', view: view(existing), changed: false };
    const at = instantOf(clock.now());
    const planned = planBegin(flow, caseId, firstStep(flow, input, at), at, actor);
    if (planned.draft.kind === 'poisoned')
      log.error({ caseId, flow: flowId, reason: planned.draft.error }, 'case poisoned at birth');
    return outcomeOf(planned, view(await writer.commit(planned.draft)));
  };

  const send = async (caseId: string, event: EventInput, actor: Actor, options: SendOptions): Promise<Outcome> => {
    const { cursor } = options;
    // Only a timer that is due may say that time has passed.
    if (event.type.startsWith('xstate.')) throw new AppError('event.reserved', `nobody may send ${event.type}`);
    const found = await findKnown(caseId);
    if (cursor !== undefined && cursor.value <= store.cursor(cursor.name))
      return { kind: 'repeated', view: view(found), changed: false };
    const { planned, record } = await writer.deliver(found, [event], actor, cursor === undefined ? {} : { cursor });
    return outcomeOf(planned, view(record));
  };

  for (const record of store.cases.values()) for (const timer of record.timers) due.at(Date.parse(timer.dueAt), record.caseId);

  return {
    begin: (flow, caseId, input, actor) => serial.run(caseId, () => begin(flow, caseId, input, actor)),
    send(caseId, event, actor, options = {}) {
      const sending = () => serial.run(caseId, () => send(caseId, event, actor, options));
      // Two facts with the same cursor must not both find the old value: one after the other, whatever their cases.
      return options.cursor === undefined ? sending() : serial.run(`cursor\n${options.cursor.name}`, sending);
    },
    read(caseId) {
      const record = store.peek(caseId);
      return record === undefined ? undefined : view(record);
    },
    async find(caseId, patience) {
      const record = store.peek(caseId) ?? (await indexedWithin(patience, store.find(caseId)));
      // A store that closes gives up its index, and would say "none" of what it has not read.
      if (record === undefined && closed) throw new AppError('store.closed', 'the runtime is closing', { retryable: true });
      return record === undefined ? undefined : view(record);
    },
    *open(flow) {
      for (const record of store.cases.values())
        if (record.flow === flow && record.status !== 'done' && isOpen(record)) yield view(record);
    },
    closed: (flow, where, limit) => store.closed(flow, where, limit).map(view),
    async recall(flow, where, limit, patience) {
      const records = await indexedWithin(patience, store.recall(flow, where, limit));
      if (closed) throw new AppError('store.closed', 'the runtime is closing', { retryable: true });
      return records.map(view);
    },
    link: (caseId, one) => serial.run(caseId, () => note(caseId, { linksSet: [one] }, { kind: 'system', name: 'bot' })),
    cursor: (name) => store.cursor(name),
    putText: (caseId, text) => store.putText(caseId, text),
    text: (caseId, ref) => store.text(caseId, ref),
    textCount: (caseId) => store.textCount(caseId),
    eraseTexts: (caseId, only) => store.eraseTexts(caseId, only),
    head: () => store.head(),
    async *entries(afterSeq) {
      for await (const one of store.entries(afterSeq)) yield entryOf(one);
    },
    onCommit: (listener) => store.onCommit((committed) => listener(entryOf(committed))),
    run(handlers) {
      const missing = book.all.flatMap(({ commands }) => Object.keys(commands).filter((name) => !Object.hasOwn(handlers, name)));
      if (missing.length > 0)
        throw new AppError('flow.handler-missing', `nothing carries out ${[...new Set(missing)].join(', ')}`);
      runner.start(handlers);
      due.start();
      for (const record of [...store.cases.values()]) runner.wake(record);
    },
    get degraded() {
      return store.degraded;
    },
    async close() {
      if (closed) return;
      due.stop();
      await runner.stop(closeGraceMs);
      closed = true;
      await store.close();
    },
  };
}

/** After a commit that failed, e.g. for a full disk; real time hardly matters, the instant of the timer is in its row. */
const RETRY_TIMER_MS = 1_000;

function outcomeOf({ kinds, changed }: Planned, view: CaseView): Outcome {
  return { kind: kinds[0] ?? 'committed', view, changed };
}

/** A case that its flow no longer fits would sit there without ever ending: better not to start than not to notice. */
function checkFit(book: FlowBook, record: CaseRecord): void {
  const problems = misfits(book.exactly(record.flow, record.flowVersion), record);
  if (problems.length > 0)
    throw new AppError(
      'flow.changed',
      `case ${record.caseId} does not fit ${record.flow}@${record.flowVersion}: ${problems.join('; ')}`,
      {
        hint: 'The flow was changed under its version number. Start the version of Hallpass that began the case.',
      },
    );
}

function unknownCase(caseId: string): AppError {
  return new AppError('case.unknown', `there is no case ${caseId}`, {
    hint: 'It may belong to another installation, or its message is very old.',
  });
}
