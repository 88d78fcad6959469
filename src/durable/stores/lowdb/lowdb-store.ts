import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Low } from 'lowdb';
import { AppError } from '../../../access/core/app-error.ts';
import type { Log } from '../../../observe/log.ts';
import { applyLine } from '../../apply-line.ts';
import { createFollowers, type Entry } from '../../followers.ts';
import { endProcess } from '../../store-errors.ts';
import { isOpen, isOver, matches, type CaseRecord, type Store } from '../../store.ts';
import { openCaseIndex } from './case-index.ts';
import { createCheckpointAdapter, type Checkpoint } from './checkpoint-adapter.ts';
import { createCheckpointer } from './checkpointer.ts';
import { createClosedCases } from './closed-cases.ts';
import type { FileLayer } from './file-layer.ts';
import { openJournalWriter } from './journal-writer.ts';
import { takeLease, type Lease } from './lease.ts';
import { nodeFiles } from './node-files.ts';
import { readEntries, verifyChain } from './read-entries.ts';
import { recoverJournal, type Landmark } from './recover-journal.ts';
import { refuseHalfReplaced } from '../../replace-store.ts';
import { createReserve } from './reserve.ts';
import { createRoom, withRoom } from './room.ts';
import { createTexts } from './texts.ts';

export interface StoreLimits {
  /** A journal file is sealed when it is this big. */
  readonly segmentBytes: number;
  /** Lines between checkpoints: bounds what a start has to read. */
  readonly checkpointEveryLines: number;
  /** Room kept for a full disk; 0 keeps none. */
  readonly reserveBytes: number;
}

const DEFAULTS: StoreLimits = { segmentBytes: 32 * 1024 * 1024, checkpointEveryLines: 5_000, reserveBytes: 8 * 1024 * 1024 };

export interface LowdbStoreOptions {
  readonly folder: string;
  readonly log: Log;
  readonly files?: FileLayer;
  readonly limits?: Partial<StoreLimits>;
  readonly onFatal?: (error: AppError) => void;
}

/**
 * The embedded store: journal, checkpoint (lowdb), texts, an index of what is closed, and the lease. Resolves when every open
 * case is in memory as its last durable line left it.
 * @throws {AppError} `store.locked`, `store.corrupt`, `store.rolled-back`, `store.unreadable`, `ledger.half-rebuilt`, `store.half-restored`
 */
export async function openLowdbStore(options: LowdbStoreOptions): Promise<Store> {
  const { folder, log, files = nodeFiles } = options;
  const limits = { ...DEFAULTS, ...options.limits };
  const onFatal = options.onFatal ?? ((error) => endProcess(log, error));
  const journalFolder = join(folder, 'journal');
  // Lease and index are SQLite's: they live on the machine's file system, whatever the layer.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const reserve = createReserve(files, folder, limits.reserveBytes);
  const lease = await withRoom(reserve, () => takeLease(join(folder, 'lease.db')));
  try {
    refuseHalfReplaced(folder);
    return await openUnder(lease);
  } catch (error) {
    lease.release();
    throw error;
  }

  async function openUnder(held: Lease): Promise<Store> {
    await makeFolders(files, folder, ['journal', 'checkpoint', 'texts']);
    const adapter = createCheckpointAdapter(files, join(folder, 'checkpoint'), (path) =>
      log.warn({ path }, 'a checkpoint is not whole; using an older one'),
    );
    const low = new Low<Checkpoint | null>(adapter, null);
    await low.read();
    const from = low.data;
    const cases = new Map((from?.cases ?? []).map((record) => [record.caseId, record]));
    // Few among many: who asks about the past must not look through all that is open.
    const over = new Set([...cases.values()].filter(isOver).map(({ caseId }) => caseId));
    const cursors = new Map(Object.entries(from?.cursors ?? {}));
    low.data = null;

    const index = await withRoom(reserve, () => openCaseIndex(join(folder, 'index.db')));
    const base = from?.landmark ?? { seq: 0, head: '' };
    let indexIsCurrent = index.place.seq === base.seq && index.place.head === base.head;
    let landmark: Landmark | undefined = from?.landmark;
    const followers = createFollowers(log);
    const apply = (entry: Entry): CaseRecord => {
      const { line } = entry;
      const record = applyLine(cases.get(line.case) ?? index.get(line.case), line);
      cases.set(line.case, record);
      if (isOver(record)) over.add(line.case);
      else over.delete(line.case);
      if (line.cursor !== undefined) cursors.set(line.cursor.name, line.cursor.value);
      followers.add(entry);
      return record;
    };
    const recovered = await recoverJournal(files, journalFolder, from?.landmark, (line, head) => {
      if (line.seq === index.place.seq) indexIsCurrent = head === index.place.head;
      apply({ line, head });
    });
    landmark = recovered.landmark;
    if (recovered.tornBytes > 0)
      log.warn({ bytes: recovered.tornBytes }, 'dropped a tail of the journal that had never been synced');

    log.debug({ seq: recovered.end.seq, checkpointSeq: base.seq, open: cases.size }, 'store open');

    const epoch = await withRoom(reserve, () => held.nextEpoch(recovered.end.epoch));
    const room = createRoom({ reserve, log });
    await room.prepare();
    const writer = await openJournalWriter({
      files,
      folder: journalFolder,
      epoch,
      recovered,
      segmentBytes: limits.segmentBytes,
      onFull: room.onFull,
      onFatal,
      admit(draft) {
        if (draft.kind === 'began') room.admitNew();
      },
      onDurable(written) {
        landmark = written.landmark;
        const { line } = written;
        const { head } = written.landmark;
        const record = apply({ line, head });
        if (!isOpen(record)) closed.add(record);
        checkpointer.lineAdded();
        followers.tell({ line, head, record });
      },
    });
    const closed = createClosedCases({
      index,
      log,
      files,
      journalFolder,
      end: recovered.end,
      isCurrent: indexIsCurrent,
      place: () => writer.place,
      onIndexed(records) {
        for (const record of records) {
          if (cases.get(record.caseId) !== record) continue;
          cases.delete(record.caseId);
          over.delete(record.caseId);
        }
      },
    });
    for (const record of cases.values()) if (!isOpen(record)) closed.add(record);
    const checkpointer = createCheckpointer({
      low,
      log,
      everyLines: limits.checkpointEveryLines,
      linesAlready: recovered.end.seq - base.seq,
      isHeldBack: () => room.isFull,
      onFatal,
      take() {
        closed.flush(true);
        return landmark === undefined
          ? undefined
          : { format: 1, landmark, cursors: Object.fromEntries(cursors), cases: [...cases.values()] };
      },
    });
    let isClosed = false;
    const verified = verifyChain(files, journalFolder, {
      lastSeq: base.seq,
      isStopped: () => isClosed,
      ...(base.seq === 0 ? {} : { anchor: base }),
    }).catch((error: unknown) => room.distrust(error));
    const texts = createTexts(files, join(folder, 'texts'), onFatal);

    const closedOf: Store['closed'] = (flow, where, limit) => {
      const waiting = [...over]
        .flatMap((caseId) => cases.get(caseId) ?? [])
        .filter((record) => record.flow === flow && matches(record, where));
      const known = new Set(waiting.map(({ caseId }) => caseId));
      const indexed = index.newest(flow, where, limit + known.size).filter(({ caseId }) => !cases.has(caseId));
      return [...waiting, ...indexed].toSorted((a, b) => b.seq - a.seq).slice(0, limit);
    };

    return {
      cases,
      async commit(draft) {
        const { line, landmark: place } = await writer.append(draft);
        const record = cases.get(line.case) ?? index.get(line.case);
        if (record === undefined) throw new AppError('store.failed', `case ${line.case} vanished`);
        return { line, head: place.head, record };
      },
      peek: (caseId) => cases.get(caseId) ?? index.get(caseId),
      async find(caseId) {
        const found = cases.get(caseId);
        if (found !== undefined) return found;
        await closed.ready;
        return cases.get(caseId) ?? index.get(caseId);
      },
      closed: closedOf,
      async recall(flow, where, limit) {
        await closed.ready;
        return closedOf(flow, where, limit);
      },
      cursor: (name) => cursors.get(name) ?? 0,
      putText: (caseId, text) => texts.put(caseId, text),
      text: (caseId, ref) => texts.get(caseId, ref),
      textCount: async (caseId) => texts.count(caseId),
      eraseTexts: (caseId, only) => texts.erase(caseId, only),
      head: () => ({ seq: writer.place.seq, head: writer.place.head }),
      async *entries(afterSeq) {
        const lastSeq = writer.place.seq;
        if (afterSeq >= lastSeq) return;
        yield* followers.recent(afterSeq, lastSeq) ?? readEntries(files, journalFolder, afterSeq, lastSeq);
      },
      onCommit: (listener) => followers.listen(listener),
      get degraded() {
        return room.isDegraded;
      },
      async close() {
        isClosed = true;
        room.stop();
        await closed.stop();
        await writer.close();
        await checkpointer.close();
        await verified;
        index.close();
        held.release();
      },
    };
  }
}

async function makeFolders(files: FileLayer, folder: string, names: readonly string[]): Promise<void> {
  await files.makeFolder(folder);
  await files.syncFolder(dirname(folder));
  for (const name of names) await files.makeFolder(join(folder, name));
  await files.syncFolder(folder);
}
