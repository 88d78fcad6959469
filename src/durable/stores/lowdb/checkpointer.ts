import type { Low } from 'lowdb';
import { AppError } from '../../../access/core/app-error.ts';
import type { Log } from '../../../observe/log.ts';
import type { Checkpoint } from './checkpoint-adapter.ts';
import { isSyncFailure } from './file-layer.ts';

/** Writes a checkpoint every so many lines, one at a time, beside everything else. */
export interface Checkpointer {
  lineAdded(): void;
  /** Waits for the one under way and writes a last one. */
  close(): Promise<void>;
}

export interface CheckpointerOptions {
  readonly low: Low<Checkpoint | null>;
  readonly log: Log;
  readonly everyLines: number;
  /** Lines since the checkpoint that this process started from. */
  readonly linesAlready: number;
  /** A full disk: the reserve is for lines. */
  readonly isHeldBack: () => boolean;
  /** What is open now; undefined when there is nothing yet. Must not change afterwards. */
  readonly take: () => Checkpoint | undefined;
  readonly onFatal: (error: AppError) => void;
}

export function createCheckpointer(options: CheckpointerOptions): Checkpointer {
  const { low, log } = options;
  let lines = options.linesAlready;
  let running: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    const since = lines;
    const startedAt = performance.now();
    try {
      low.data = options.take() ?? null;
      lines -= since;
      await low.write();
      log.debug(
        { seq: low.data?.landmark.seq, cases: low.data?.cases.length, ms: Math.round(performance.now() - startedAt) },
        'checkpoint written',
      );
    } catch (error) {
      lines += since;
      // Without it a start reads more of the journal, nothing else: only a disk that cannot be trusted is a reason to end.
      log.warn({ err: error }, 'a checkpoint could not be written');
      if (isSyncFailure(error))
        options.onFatal(new AppError('store.failed', 'a checkpoint could not be made durable', { cause: error }));
    } finally {
      low.data = null;
      running = undefined;
    }
  };
  return {
    lineAdded() {
      lines++;
      if (lines < options.everyLines || running !== undefined || options.isHeldBack()) return;
      running = Promise.resolve().then(write);
    },
    async close() {
      await running;
      if (lines > 0 && !options.isHeldBack()) await write();
    },
  };
}
