import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../access/core/app-error.ts';
import { nodeFiles } from '../../durable/stores/lowdb/node-files.ts';
import { RESTORED } from '../../durable/replace-store.ts';
import { copyFile } from './copy-file.ts';
import { soundEnd } from './copy-store.ts';
import { KEPT_FOLDERS, type ListedFile, type Manifest } from './manifest.ts';

/**
 * A backup as a store, beside the one it is to replace: every byte compared with the manifest as it is written, then the chain from its first
 * line to the head. Whatever the backup's folder holds besides, it is not read. What does not verify is removed again.
 * @throws {AppError} `backup.damaged`, `backup.unsound`, `backup.changed`
 */
export async function layBeside(
  manifest: Manifest,
  from: string,
  fresh: string,
  onFile: (file: ListedFile) => void,
): Promise<void> {
  await rm(fresh, { recursive: true, force: true });
  try {
    for (const name of KEPT_FOLDERS) await mkdir(join(fresh, name), { recursive: true, mode: 0o700 });
    for (const listed of manifest.files) {
      const copied = await copyFile(from, fresh, listed.path);
      if (copied?.sha256 !== listed.sha256 || copied.bytes !== listed.bytes) throw damaged(listed.path);
      onFile(copied);
    }
    const end = await soundEnd(fresh);
    if (end.seq !== manifest.head.seq || end.head !== manifest.head.head) throw damaged('journal');
    if (manifest.of === 'perimeter') await writeMark(manifest, fresh);
    for (const folder of new Set(manifest.files.map(({ path }) => dirname(path))))
      await nodeFiles.syncFolder(join(fresh, folder));
    for (const name of KEPT_FOLDERS) await nodeFiles.syncFolder(join(fresh, name));
    await nodeFiles.syncFolder(fresh);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
}

async function writeMark({ madeAt, head }: Manifest, fresh: string): Promise<void> {
  await writeFile(join(fresh, RESTORED), JSON.stringify({ v: 1, madeAt, head }), { mode: 0o600, flush: true });
}

function damaged(path: string): AppError {
  return new AppError('backup.damaged', `${path} is not what the manifest says`, {
    hint: 'The backup was changed or damaged. Nothing was put back; use another one.',
  });
}
