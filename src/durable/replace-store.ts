import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';
import { point } from '../access/core/point.ts';
import { nodeFiles } from './stores/lowdb/node-files.ts';

/** While this file is there, old and new may be mixed: nobody may open the store. */
export const REPLACING = 'rebuilding.json';
/** Says that a backup was put back here; whoever runs on it looks (perimeter/reconcile/doubt-restored.ts). */
export const RESTORED = 'restored.json';

/** Names of a store's folder: what `fresh` brings takes the place of the old, what it does not bring goes too. */
const replacementSchema = z.object({
  by: z.enum(['reconcile', 'restore']).default('reconcile'),
  /** A folder in the store's, where the new lies. */
  fresh: z.string().default('rebuilt'),
  /** A folder in the store's, where the old goes. It is never deleted. */
  archive: z.string(),
  replaced: z.array(z.string()).default(['journal', 'checkpoint']),
  dropped: z.array(z.string()).default(['index.db', 'index.db-wal', 'index.db-shm', RESTORED]),
});
export type Replacement = Partial<z.infer<typeof replacementSchema>> & { readonly archive: string };

/** @throws {AppError} `ledger.half-rebuilt`, `store.half-restored` */
export function refuseHalfReplaced(folder: string): void {
  const marker = read(folder);
  if (marker === undefined) return;
  if (marker.by === 'restore')
    throw new AppError('store.half-restored', `${folder} is between its old content and the backup`, {
      hint: 'Putting back was interrupted. Run the same "hallpass restore" again: it ends what it began.',
    });
  throw new AppError('ledger.half-rebuilt', `${folder} is between its old and its new ledger`, {
    hint: 'The rebuilding was interrupted. Run "hallpass perimeter reconcile" again: it ends what it began.',
  });
}

/** Ends what was interrupted while the new was put in place. True when there was something. */
export async function finishReplacing(folder: string): Promise<boolean> {
  const marker = read(folder);
  if (marker === undefined) return false;
  await putInPlace(folder, marker);
  return true;
}

/**
 * Puts what lies in `fresh`, whole and durable, in the place of the old, which is moved away. Whoever calls holds the store's lease.
 * Interrupted, it either never happened or is finished by `finishReplacing`.
 */
export async function replaceStore(folder: string, replacement: Replacement): Promise<void> {
  const whole = replacementSchema.parse(replacement);
  await mkdir(join(folder, whole.archive), { recursive: true, mode: 0o700 });
  // The name appears whole or not at all.
  const draft = join(folder, `${REPLACING}.tmp`);
  await writeFile(draft, JSON.stringify(whole), { mode: 0o600, flush: true });
  await rename(draft, join(folder, REPLACING));
  await nodeFiles.syncFolder(folder);
  point('replace.begun');
  await putInPlace(folder, whole);
}

function read(folder: string): z.infer<typeof replacementSchema> | undefined {
  const bytes = nodeFiles.readNow(join(folder, REPLACING));
  return bytes && replacementSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
}

/** Every step may be repeated: what was moved already is left alone. */
async function putInPlace(folder: string, replacement: z.infer<typeof replacementSchema>): Promise<void> {
  const at = (name: string) => join(folder, basename(name));
  const [fresh, archive] = [at(replacement.fresh), at(replacement.archive)];
  for (const name of replacement.replaced) {
    if (!existsSync(join(fresh, name))) continue;
    if (existsSync(at(name)) && !existsSync(join(archive, name))) await rename(at(name), join(archive, name));
    await rename(join(fresh, name), at(name));
    point('replace.one-in-place');
  }
  for (const name of replacement.dropped)
    if (existsSync(at(name)) && !existsSync(join(archive, name))) await rename(at(name), join(archive, name));
  await nodeFiles.syncFolder(archive);
  await nodeFiles.syncFolder(folder);
  await rm(at(REPLACING));
  await nodeFiles.syncFolder(folder);
  point('replace.done');
  await rm(fresh, { recursive: true, force: true });
}
