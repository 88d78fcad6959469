import { join } from 'node:path';
import { genesisText, parseGenesis } from '../../genesis-text.ts';
import type { Place } from '../../line-bytes.ts';
import type { FileLayer } from './file-layer.ts';

/** Beside the segments. */
const FILE = 'genesis.json';

/** Where the first line of this journal follows on. @throws {AppError} `store.corrupt` */
export function readGenesis(files: FileLayer, folder: string): Place {
  const bytes = files.readNow(join(folder, FILE));
  return parseGenesis(bytes && Buffer.from(bytes).toString('utf8'), join(folder, FILE));
}

/** For a journal without a line. Durable when it resolves. */
export async function writeGenesis(files: FileLayer, folder: string, place: Omit<Place, 'epoch'>): Promise<void> {
  await files.remove(join(folder, FILE));
  const file = await files.openForAppend(join(folder, FILE));
  await file.append(Buffer.from(genesisText(place)));
  await file.dataSync();
  await file.close();
  await files.syncFolder(folder);
}
