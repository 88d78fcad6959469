import { join } from 'node:path';
import { AppError } from '../../../access/core/app-error.ts';
import { type Place, START } from '../../line-bytes.ts';
import type { FileLayer } from './file-layer.ts';

/** Beside the segments: a journal that goes on where another one, which was lost, had got to. The gap is there for all to see. */
const FILE = 'genesis.json';

/** Where the first line of this journal follows on. @throws {AppError} `store.corrupt` */
export function readGenesis(files: FileLayer, folder: string): Place {
  const bytes = files.readNow(join(folder, FILE));
  if (bytes === undefined) return START;
  const text = Buffer.from(bytes).toString('utf8');
  const [, seq, head] = /^\{"seq":(\d{1,12}),"head":"([0-9a-f]{64})"\}\n$/.exec(text) ?? [];
  if (seq === undefined || head === undefined)
    throw new AppError('store.corrupt', `${join(folder, FILE)} does not say where the journal begins`, {
      hint: 'It was changed or damaged. Restore the folder from a backup.',
    });
  return { seq: Number(seq), head, epoch: 0 };
}

/** For a journal without a line. Durable when it resolves. */
export async function writeGenesis(files: FileLayer, folder: string, { seq, head }: Omit<Place, 'epoch'>): Promise<void> {
  await files.remove(join(folder, FILE));
  const file = await files.openForAppend(join(folder, FILE));
  await file.append(Buffer.from(`{"seq":${seq},"head":"${head}"}\n`));
  await file.dataSync();
  await file.close();
  await files.syncFolder(folder);
}
