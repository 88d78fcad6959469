import { mkdirSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../access/core/app-error.ts';
import { instantOf, transportClock } from '../../access/core/clock.ts';
import { point } from '../../access/core/point.ts';
import { takeLease } from '../../durable/stores/lowdb/lease.ts';
import { nodeFiles } from '../../durable/stores/lowdb/node-files.ts';
import { finishReplacing, replaceStore, RESTORED } from '../../durable/replace-store.ts';
import { storeOfFile } from '../store-of-file.ts';
import { layBeside } from './lay-beside.ts';
import { isKept, KEPT_FOLDERS, MANIFEST, type Manifest, parseManifest } from './manifest.ts';
import { folderOf } from './pg-dump-instead.ts';
import { createProgress } from './progress.ts';

const FRESH = 'restoring';

export interface PutBack {
  readonly of: 'bot' | 'perimeter';
  readonly folder: string;
  /** Undefined: an earlier one was finished, whatever this one names. */
  readonly manifest?: Manifest;
  /** Where the old content went. */
  readonly archive?: string;
}

/**
 * Puts a backup in the place of a store whose process is stopped. Everything is laid beside it and verified there first;
 * interrupted, it either never happened or is finished by the next one. A perimeter's is marked, so that its ledger is doubted.
 * @throws {AppError} `config.*`, `usage.backup-postgres`, `usage.not-empty`, `usage.other-process`, `backup.*`, `store.locked` while the process runs
 */
export async function putBack(
  file: string,
  from: string,
  { replace, say }: { readonly replace: boolean; readonly say: (line: string) => void },
): Promise<PutBack> {
  const { service, setting } = storeOfFile(file);
  const folder = folderOf(setting);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lease = takeLease(join(folder, 'lease.db'));
  try {
    if (await finishReplacing(folder)) return { of: service, folder };
    const written = nodeFiles.readNow(join(from, MANIFEST));
    const manifest = parseManifest(written && Buffer.from(written).toString('utf8'), from);
    if (manifest.of !== service)
      throw new AppError('usage.other-process', `${from} is of a ${manifest.of}, and the file is of a ${service}`, {
        hint: 'Bot and perimeter have a store each; name the backup that belongs to this file.',
      });
    const isEmpty = (await contentOf(folder)).length === 0;
    if (!isEmpty && !replace)
      throw new AppError('usage.not-empty', `${folder} is not empty`, {
        hint: 'Add --replace to move what is there into an archive beside it.',
      });
    await layBeside(manifest, from, join(folder, FRESH), createProgress('verified', say));
    point('restore.copied');
    const archive = `archive-${instantOf(transportClock.now()).replaceAll(/[:.]/g, '-')}`;
    await replaceStore(folder, { by: 'restore', fresh: FRESH, archive, ...(await namesOf(folder)) });
    return { of: service, folder, manifest, ...(isEmpty ? {} : { archive }) };
  } finally {
    lease.release();
  }
}

/** The mark is part of what is put in place, and comes first: there is no moment at which the old lines stand there without it. */
async function namesOf(folder: string): Promise<{ readonly replaced: string[]; readonly dropped: string[] }> {
  const fresh = await readdir(join(folder, FRESH));
  const replaced = [RESTORED, ...fresh.filter((name) => name !== RESTORED)];
  const old = (await nodeFiles.list(folder)).filter((name) => isKept(name) && !replaced.includes(name));
  return { replaced, dropped: ['index.db', 'index.db-wal', 'index.db-shm', ...old] };
}

/** Files of a store with anything in them. */
async function contentOf(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await nodeFiles.list(folder)) {
    if (isKept(name)) found.push(name);
    if (!KEPT_FOLDERS.includes(name)) continue;
    for (const inside of await readdir(join(folder, name), { recursive: true })) {
      const { size, isFile } = await stat(join(folder, name, inside)).then((each) => ({
        size: each.size,
        isFile: each.isFile(),
      }));
      if (isFile && size > 0) found.push(`${name}/${inside}`);
    }
  }
  return found;
}
