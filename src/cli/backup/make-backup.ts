import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError } from '../../access/core/app-error.ts';
import { instantOf, transportClock } from '../../access/core/clock.ts';
import { point } from '../../access/core/point.ts';
import { nodeFiles } from '../../durable/stores/lowdb/node-files.ts';
import { storeOfFile } from '../store-of-file.ts';
import { copyStore } from './copy-store.ts';
import { MANIFEST, type Manifest } from './manifest.ts';
import { folderOf } from './pg-dump-instead.ts';
import { createProgress } from './progress.ts';

/**
 * A copy of the store that the file names, whole and verified, also while its process runs. The folder `to` appears when everything in it is
 * durable, or not at all.
 * @throws {AppError} `config.*`, `usage.backup-exists`, `usage.no-journal`, `usage.backup-postgres`, `backup.*`
 */
export async function makeBackup(file: string, to: string, say: (line: string) => void): Promise<Manifest> {
  const { service, setting } = storeOfFile(file);
  const from = folderOf(setting);
  const target = resolve(to);
  if (existsSync(target))
    throw new AppError('usage.backup-exists', `${to} is there already`, { hint: 'Name a folder that is not there yet.' });
  if (target.startsWith(`${resolve(from)}/`))
    throw new AppError('usage.backup-inside', `${to} lies in the store itself`, {
      hint: 'Name a folder elsewhere, best on another disk.',
    });
  if ((await nodeFiles.list(join(from, 'journal'))).length === 0)
    throw new AppError('usage.no-journal', `${from} holds no journal`, { hint: 'Look at store.folder in the configuration.' });
  // Whatever an interrupted one left under this name is of no use to anybody.
  const draft = join(dirname(target), `.${basename(target)}.hallpass-unfinished`);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  try {
    const { files, end } = await copyStore(from, draft, createProgress('copied', say));
    const head = { seq: end.seq, head: end.head };
    const manifest: Manifest = { v: 1, of: service, madeAt: instantOf(transportClock.now()), head, files: [...files] };
    point('backup.copied');
    await writeFile(join(draft, MANIFEST), `${JSON.stringify(manifest, undefined, 1)}\n`, { mode: 0o600, flush: true });
    for (const folder of new Set(files.map(({ path }) => dirname(path)))) await nodeFiles.syncFolder(join(draft, folder));
    await nodeFiles.syncFolder(draft);
    await rename(draft, target);
    await nodeFiles.syncFolder(dirname(target));
    return manifest;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}
