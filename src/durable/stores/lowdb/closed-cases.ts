import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Log } from '../../../observe/log.ts';
import { applyLine } from '../../apply-line.ts';
import { isOpen, type CaseRecord } from '../../store.ts';
import type { CaseIndex } from './case-index.ts';
import type { FileLayer } from './file-layer.ts';
import { digestOf, parseLine } from '../../line-bytes.ts';
import { listSegments, readLines } from './segments.ts';

/** Moves closed cases from memory into the index, in the background: no commit waits for it. */
export interface ClosedCases {
  /** The case was closed by a durable line. */
  add(record: CaseRecord): void;
  /** Resolves when the index holds everything up to the start of this process. */
  readonly ready: Promise<void>;
  /** Reads in what is waiting. `firmly`: before a checkpoint that no longer holds those cases. */
  flush(firmly: boolean): void;
  stop(): Promise<void>;
}

export interface ClosedCasesOptions {
  readonly index: CaseIndex;
  readonly log: Log;
  readonly files: FileLayer;
  readonly journalFolder: string;
  /** Where the journal ended when this process began. */
  readonly end: { readonly seq: number; readonly head: string };
  /** The index goes on from where it is; otherwise it is built again. */
  readonly isCurrent: boolean;
  readonly place: () => { readonly seq: number; readonly head: string };
  /** The index holds these now: memory need not. */
  readonly onIndexed: (records: readonly CaseRecord[]) => void;
}

const FLUSH_AFTER_MS = 250;
const REBUILD_BATCH = 200;

export function createClosedCases(options: ClosedCasesOptions): ClosedCases {
  const { index, log } = options;
  const waiting = new Map<string, CaseRecord>();
  let isReady = options.isCurrent;
  let stopped = false;
  let timeout: NodeJS.Timeout | undefined;

  const flush = (firmly: boolean): void => {
    clearTimeout(timeout);
    timeout = undefined;
    if (!isReady || (waiting.size === 0 && !firmly)) return;
    const records = [...waiting.values()];
    try {
      index.put(records, options.place(), firmly);
    } catch (error) {
      log.warn({ err: error }, 'the index of closed cases could not be written; they stay in memory');
      return;
    }
    waiting.clear();
    options.onIndexed(records);
  };
  const rebuild = async (): Promise<void> => {
    log.info({ lines: options.end.seq }, 'building the index of closed cases from the journal');
    index.clear();
    await rebuildIndex(options, () => stopped);
    if (stopped) return;
    isReady = true;
    flush(false);
  };
  const ready = options.isCurrent ? Promise.resolve() : nextTurn().then(rebuild);
  ready.catch((error: unknown) => log.error({ err: error }, 'the index of closed cases could not be built'));

  return {
    ready,
    add(record) {
      waiting.set(record.caseId, record);
      timeout ??= setTimeout(() => flush(false), FLUSH_AFTER_MS).unref();
    },
    flush,
    async stop() {
      stopped = true;
      clearTimeout(timeout);
      await ready.catch(() => undefined);
    },
  };
}

async function rebuildIndex({ index, files, journalFolder, end }: ClosedCasesOptions, isStopped: () => boolean): Promise<void> {
  const open = new Map<string, CaseRecord>();
  const closed = new Map<string, CaseRecord>();
  const nowhere = { seq: 0, head: '' };
  let head = '';
  for (const { path, firstSeq } of await listSegments(files, journalFolder)) {
    if (firstSeq > end.seq) break;
    for await (const lines of readLines(files, path, 0)) {
      if (isStopped()) return;
      for (const { bytes } of lines) {
        const line = parseLine(bytes);
        if (line === undefined || line.seq > end.seq) break;
        const record = applyLine(open.get(line.case) ?? closed.get(line.case) ?? index.get(line.case), line);
        if (isOpen(record)) open.set(line.case, record);
        else {
          open.delete(line.case);
          closed.set(line.case, record);
        }
        if (line.seq === end.seq) head = digestOf(bytes);
        if (closed.size < REBUILD_BATCH) continue;
        index.put([...closed.values()], nowhere, false);
        closed.clear();
        await nextTurn();
      }
    }
  }
  index.put([...closed.values()], head === '' ? nowhere : { seq: end.seq, head }, false);
}
