import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Adapter } from 'lowdb';
import { point } from '../../../access/core/point.ts';
import type { CaseRecord } from '../../store.ts';
import type { FileLayer } from './file-layer.ts';
import type { Landmark } from './recover-journal.ts';

/** What is open, as the lines up to the landmark made it. */
export interface Checkpoint {
  readonly format: 1;
  readonly landmark: Landmark;
  readonly cursors: Readonly<Record<string, number>>;
  readonly cases: readonly CaseRecord[];
}

/** About a millisecond of JSON at a time, so that a click is never held up. */
const CASES_PER_SLICE = 50;
const TAIL = /^\],"digest":"([0-9a-f]{64})"\}\n$/;
const TAIL_BYTES = `],"digest":"${'0'.repeat(64)}"}\n`.length;
const KEPT = 2;
const NAME = /^checkpoint-(\d{12})\.json$/;

/**
 * lowdb's adapter for the checkpoint: written in slices beside, synced, renamed, and the folder synced, so that after a crash
 * there is either the old or the new one, whole. lowdb's own `JSONFile` syncs nothing. One file a checkpoint, two kept.
 */
export function createCheckpointAdapter(
  files: FileLayer,
  folder: string,
  onUnreadable: (path: string) => void,
): Adapter<Checkpoint | null> {
  return {
    async read() {
      const names = (await files.list(folder)).filter((name) => NAME.test(name));
      for (const name of names.toReversed()) {
        const checkpoint = await readCheckpoint(files, join(folder, name));
        if (checkpoint !== undefined) return checkpoint;
        onUnreadable(join(folder, name));
      }
      return null;
    },
    async write(checkpoint) {
      if (checkpoint === null) return;
      const path = join(folder, `checkpoint-${String(checkpoint.landmark.seq).padStart(12, '0')}.json`);
      const temporary = join(folder, 'next.tmp');
      await files.remove(temporary);
      try {
        await writeSlices(files, temporary, checkpoint);
      } catch (error) {
        await files.remove(temporary);
        throw error;
      }
      point('store.before-checkpoint-rename');
      await files.rename(temporary, path);
      await files.syncFolder(folder);
      point('store.after-checkpoint-rename');
      const names = (await files.list(folder)).filter((name) => NAME.test(name));
      for (const old of names.slice(0, -KEPT)) await files.remove(join(folder, old));
    },
  };
}

async function writeSlices(files: FileLayer, path: string, { cases, ...rest }: Checkpoint): Promise<void> {
  const file = await files.openForAppend(path);
  const digest = createHash('sha256');
  const append = async (text: string): Promise<void> => {
    const bytes = Buffer.from(text);
    digest.update(bytes);
    await file.append(bytes);
  };
  try {
    await append(`${JSON.stringify(rest).slice(0, -1)},"cases":[\n`);
    for (let from = 0; from < cases.length; from += CASES_PER_SLICE) {
      const slice = cases.slice(from, from + CASES_PER_SLICE).map((one) => JSON.stringify(one));
      await append(`${from === 0 ? '' : ',\n'}${slice.join(',\n')}`);
      await nextTurn();
    }
    await append('\n');
    await file.append(Buffer.from(`],"digest":"${digest.digest('hex')}"}\n`));
    await file.dataSync();
  } finally {
    await file.close();
  }
}

async function readCheckpoint(files: FileLayer, path: string): Promise<Checkpoint | undefined> {
  const size = await files.size(path);
  if (size === undefined || size < TAIL_BYTES) return undefined;
  const bytes = new Uint8Array(size);
  await files.read(path, 0, bytes);
  const content = bytes.subarray(0, -TAIL_BYTES);
  const digest = TAIL.exec(Buffer.from(bytes.subarray(-TAIL_BYTES)).toString('latin1'))?.[1];
  if (digest === undefined || createHash('sha256').update(content).digest('hex') !== digest) return undefined;
  // The digest says that these are the bytes we wrote.
  const checkpoint = JSON.parse(Buffer.from(bytes).toString('utf8')) as Checkpoint;
  return checkpoint.format === 1 ? checkpoint : undefined;
}
