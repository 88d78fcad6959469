import { AppError } from '../../../access/core/app-error.ts';
import { point } from '../../../access/core/point.ts';
import { closedError, fullError } from '../../store-errors.ts';
import type { Line, LineDraft } from '../../store.ts';
import { isFull, type AppendableFile, type FileLayer } from './file-layer.ts';
import { digestOf, encodeLine, parseLine, type Place } from '../../line-bytes.ts';
import type { Landmark, Recovered } from './recover-journal.ts';
import { segmentPath } from './segments.ts';

export interface Written {
  readonly line: Line;
  readonly landmark: Landmark;
}

/** Appends lines, many with one fdatasync, and starts a new file when one is big enough. */
export interface JournalWriter {
  /** Resolves with what `onDurable` made of the line, once it can no longer be lost. */
  append(draft: LineDraft): Promise<Written>;
  readonly place: Place;
  readonly segmentSeq: number;
  readonly durableBytes: number;
  close(): Promise<void>;
}

export interface WriterOptions {
  readonly files: FileLayer;
  readonly folder: string;
  readonly epoch: number;
  readonly recovered: Recovered;
  readonly segmentBytes: number;
  /** May this line be written now? Throws the refusal. */
  readonly admit: (draft: LineDraft) => void;
  /** Called for each durable line, in order, before its promise resolves. */
  readonly onDurable: (written: Written) => void;
  /** The disk is full. True: there is room again, try once more. */
  readonly onFull: () => Promise<boolean>;
  /** The disk cannot be trusted any more: the process must end. */
  readonly onFatal: (error: AppError) => void;
}

/** Bounds what one write holds up: about half a megabyte. */
const BATCH_MAX = 512;

interface Waiting {
  readonly draft: LineDraft;
  readonly resolve: (written: Written) => void;
  readonly reject: (error: unknown) => void;
}

interface Encoded {
  readonly waiting: Waiting;
  readonly bytes: Uint8Array;
  readonly written: Written;
}

/** Opens the last segment for writing, after a torn tail was cut off and the cut was made durable. */
export async function openJournalWriter(options: WriterOptions): Promise<JournalWriter> {
  const { files, folder, epoch, recovered, onDurable, onFatal } = options;
  let place: Place = recovered.end;
  let segmentSeq = recovered.last?.firstSeq ?? place.seq + 1;
  let bytes = recovered.lastBytes;
  let file = await files.openForAppend(segmentPath(folder, segmentSeq));
  // Not synced: the next fdatasync covers the cut, and until then the same torn tail is dropped again.
  if (recovered.tornBytes > 0) await file.truncate(bytes);
  await files.syncFolder(folder);

  const queue: Waiting[] = [];
  let flushing: Promise<void> | undefined;
  let ended: AppError | undefined;

  const encode = (batch: readonly Waiting[]): readonly Encoded[] => {
    const encoded: Encoded[] = [];
    let last = place;
    let offset = bytes;
    for (const waiting of batch) {
      try {
        options.admit(waiting.draft);
        const { text, seq } = encodeLine(waiting.draft, last, epoch, place.seq);
        const raw = Buffer.from(`${text}\n`);
        const content = raw.subarray(0, -1);
        const line = parseLine(content);
        if (line === undefined) throw new AppError('store.unwritable', `the line for ${waiting.draft.case} is no JSON object`);
        const landmark = { seq, head: digestOf(content), epoch, segmentSeq, offset, endOffset: offset + raw.length };
        encoded.push({ waiting, bytes: raw, written: { line, landmark } });
        last = landmark;
        offset += raw.length;
      } catch (error) {
        waiting.reject(error);
      }
    }
    return encoded;
  };

  /** Writes and syncs. False: the disk is full, and nothing of it remains. */
  const store = async (encoded: readonly Encoded[]): Promise<boolean> => {
    const before = bytes;
    try {
      point('store.before-append');
      await file.append(Buffer.concat(encoded.map((one) => one.bytes)));
      point('store.after-append');
    } catch (error) {
      if (!isFull(error)) throw error;
      await file.truncate(before);
      return false;
    }
    await file.dataSync();
    point('store.after-fsync');
    return true;
  };

  const flushBatch = async (batch: readonly Waiting[]): Promise<void> => {
    const encoded = encode(batch);
    const last = encoded.at(-1);
    if (last === undefined) return;
    if (!(await store(encoded))) {
      const again = await options.onFull();
      if (again) return flushBatch(encoded.map((one) => one.waiting));
      const error = fullError();
      for (const { waiting } of encoded) waiting.reject(error);
      return;
    }
    place = last.written.landmark;
    bytes = last.written.landmark.endOffset;
    for (const { waiting, written } of encoded) {
      onDurable(written);
      waiting.resolve(written);
    }
  };

  const seal = async (): Promise<void> => {
    if (bytes < options.segmentBytes) return;
    let next: AppendableFile;
    try {
      next = await files.openForAppend(segmentPath(folder, place.seq + 1));
    } catch (error) {
      if (isFull(error)) return;
      throw error;
    }
    await files.syncFolder(folder);
    await file.close();
    [file, segmentSeq, bytes] = [next, place.seq + 1, 0];
  };

  const flush = async (): Promise<void> => {
    let batch: Waiting[] = [];
    try {
      while (queue.length > 0) {
        batch = queue.splice(0, BATCH_MAX);
        await flushBatch(batch);
        await seal();
      }
    } catch (cause) {
      ended = new AppError('store.failed', 'the journal could not be made durable', { cause });
      onFatal(ended);
      for (const { reject } of [...batch, ...queue.splice(0)]) reject(ended);
    } finally {
      flushing = undefined;
    }
  };

  return {
    append(draft) {
      if (ended !== undefined) return Promise.reject(ended);
      const { promise, resolve, reject } = Promise.withResolvers<Written>();
      queue.push({ draft, resolve, reject });
      flushing ??= Promise.resolve().then(flush);
      return promise;
    },
    get place() {
      return place;
    },
    get segmentSeq() {
      return segmentSeq;
    },
    get durableBytes() {
      return bytes;
    },
    async close() {
      await flushing;
      ended ??= closedError();
      await file.close();
    },
  };
}
