import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, codeOf } from '../../../access/core/app-error.ts';
import { point } from '../../../access/core/point.ts';
import { applyLine } from '../../apply-line.ts';
import { backoffMs } from '../../backoff.ts';
import { digestOf, encodeLine, parseLine, type Place } from '../../line-bytes.ts';
import { closedError, fullError } from '../../store-errors.ts';
import type { CaseRecord, Committed, LineDraft } from '../../store.ts';
import type { Fence } from './fence.ts';
import { unavailable } from './postgres-error.ts';
import { insertLines } from './rows.ts';

/** Appends lines, many in one transaction. */
export interface LineWriter {
  /** Resolves with what `onDurable` made of the line, once it can no longer be lost. */
  append(draft: LineDraft): Promise<Committed>;
  readonly place: Place;
  /** Refuses everything from now on, after what waits already. */
  close(): Promise<void>;
}

export interface LineWriterOptions {
  readonly fence: Fence;
  readonly schema: string;
  /** The case if it is open. */
  readonly open: (caseId: string) => CaseRecord | undefined;
  /** Those of these cases that there are, from the database. */
  readonly records: (caseIds: readonly string[]) => Promise<Map<string, CaseRecord>>;
  /** May this line be written now? Throws the refusal. */
  readonly admit: (draft: LineDraft) => void;
  readonly onSpace: (fits: boolean) => void;
  /** Called for each durable line, in order, before its promise resolves. */
  readonly onDurable: (committed: Committed) => void;
}

interface Waiting {
  readonly draft: LineDraft;
  readonly resolve: (committed: Committed) => void;
  readonly reject: (error: unknown) => void;
}

export interface Prepared extends Committed {
  readonly waiting: Waiting;
  readonly bytes: Buffer;
}

const BATCH_MAX = 512;
const LONGEST_PAUSE_MS = 5_000;

export function createLineWriter(options: LineWriterOptions): LineWriter {
  const { fence, schema, onDurable } = options;
  let place: Place = fence.end;
  const queue: Waiting[] = [];
  let flushing: Promise<void> | undefined;
  let ended: AppError | undefined;
  /** Set while a batch is in doubt and the database cannot be asked. */
  let unreachable: AppError | undefined;
  const closing = new AbortController();

  const prepare = async (batch: readonly Waiting[]): Promise<readonly Prepared[]> => {
    const closed = batch.filter(({ draft }) => draft.kind !== 'began' && options.open(draft.case) === undefined);
    const known = await options.records(closed.map(({ draft }) => draft.case));
    const prepared: Prepared[] = [];
    let last = place;
    for (const waiting of batch) {
      const { draft } = waiting;
      try {
        options.admit(draft);
        checkStorable(draft);
        const { text, seq } = encodeLine(draft, last, fence.epoch, place.seq);
        const bytes = Buffer.from(text);
        const line = parseLine(bytes);
        if (line === undefined) throw new AppError('store.unwritable', `the line for ${draft.case} is no JSON object`);
        const head = digestOf(bytes);
        const record = applyLine(known.get(draft.case) ?? options.open(draft.case), line);
        known.set(draft.case, record);
        prepared.push({ waiting, bytes, line, head, record });
        last = { seq, head, epoch: fence.epoch };
      } catch (error) {
        waiting.reject(error);
      }
    }
    return prepared;
  };

  const store = (prepared: readonly Prepared[]): Promise<void> =>
    fence.run(async (queries, isReadOnly) => {
      if (isReadOnly && prepared.some(({ line }) => line.kind === 'began')) throw fullError();
      point('store.before-append');
      await insertLines(queries, schema, prepared);
      point('store.after-append');
    }, place);

  /** What became of a batch whose answer was lost. Nothing else is written before that is known. */
  const isStored = async (prepared: readonly Prepared[], doubt: unknown): Promise<boolean> => {
    for (let failures = 1; ; failures++) {
      try {
        const found = await fence.settled(place.seq + prepared.length);
        unreachable = undefined;
        return found === prepared.at(-1)?.head;
      } catch (error) {
        if (closing.signal.aborted) throw doubt;
        unreachable = unavailable(error);
        refuse(queue.splice(0), unreachable);
        const pauseMs = Math.min(LONGEST_PAUSE_MS, backoffMs(failures, undefined, Math.random));
        await sleep(pauseMs, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  };

  const write = async (batch: readonly Waiting[]): Promise<void> => {
    const prepared = await prepare(batch);
    const last = prepared.at(-1);
    if (last === undefined) return;
    try {
      await store(prepared);
    } catch (error) {
      if (codeOf(error) === 'store.full') {
        options.onSpace(false);
        // Without those that begin something, the others may fit: taking away must not wait for them.
        if (prepared.some(({ line }) => line.kind === 'began')) return write(prepared.map(({ waiting }) => waiting));
      }
      if (codeOf(error) !== 'store.in-doubt') throw error;
      if (!(await isStored(prepared, error))) throw unavailable(error);
    }
    point('store.after-fsync');
    options.onSpace(true);
    place = { seq: last.line.seq, head: last.head, epoch: fence.epoch };
    for (const { waiting, line, head, record } of prepared) {
      const committed = { line, head, record };
      onDurable(committed);
      waiting.resolve(committed);
    }
  };

  const flush = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.splice(0, BATCH_MAX);
      // Every way out of `write` that is not the end of this process left the tables as they were.
      await write(batch).catch((error: unknown) => refuse(batch, error));
    }
    flushing = undefined;
  };

  const refuse = (batch: readonly Waiting[], error: unknown): void => {
    for (const { reject } of batch) reject(error);
  };

  return {
    append(draft) {
      const refusal = ended ?? unreachable;
      if (refusal !== undefined) return Promise.reject(refusal);
      const { promise, resolve, reject } = Promise.withResolvers<Committed>();
      queue.push({ draft, resolve, reject });
      flushing ??= Promise.resolve().then(flush);
      return promise;
    },
    get place() {
      return place;
    },
    async close() {
      closing.abort();
      await flushing;
      ended = closedError();
    },
  };
}

/** PostgreSQL refuses these characters in keys, and with them everything else of the batch. */
function checkStorable({ case: caseId, cursor }: LineDraft): void {
  for (const name of [caseId, cursor?.name ?? ''])
    if (name.includes('\0') || !name.isWellFormed())
      throw new AppError('store.unwritable', `${JSON.stringify(name)} has characters that the database cannot hold`);
}
