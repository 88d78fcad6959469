import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '../../access/core/app-error.ts';
import { type Clock, instantOf } from '../../access/core/clock.ts';
import { openRuntime } from '../../durable/runtime.ts';
import { writeGenesis } from '../../durable/stores/lowdb/genesis.ts';
import { nodeFiles } from '../../durable/stores/lowdb/node-files.ts';
import type { Log } from '../../observe/log.ts';
import { perimeterFlows } from '../perimeter-flows.ts';
import { type Rebuild, writeLedger } from './write-ledger.ts';

/** While this file is there, old and new may be mixed: nobody may open the store. */
const MARKER = 'rebuilding.json';
const FRESH = 'rebuilt';
/** Texts stay where they are: they are known by their digests. The index is made again by itself. */
const REPLACED = ['journal', 'checkpoint'];
const DROPPED = ['index.db', 'index.db-wal', 'index.db-shm'];

/** @throws {AppError} `ledger.half-rebuilt` */
export function refuseHalfRebuilt(folder: string): void {
  if (existsSync(join(folder, MARKER)))
    throw new AppError('ledger.half-rebuilt', `${folder} is between its old and its new ledger`, {
      hint: 'The rebuilding was interrupted. Run "hallpass perimeter reconcile" again: it ends what it began.',
    });
}

/** Ends a rebuilding that was interrupted while it put the new ledger in place. True when there was one. */
export async function finishRebuilding(folder: string): Promise<boolean> {
  if (!existsSync(join(folder, MARKER))) return false;
  await putInPlace(folder);
  return true;
}

/**
 * Writes the new ledger beside the old one, then puts it in its place; the old one is moved away, never deleted. Whoever calls holds the
 * store's lease. Interrupted, it either never happened or is finished by the next one. Resolves with the name of the archive.
 */
export async function rebuildFolder(folder: string, rebuild: Rebuild, clock: Clock, log: Log): Promise<string> {
  const fresh = join(folder, FRESH);
  const archive = `archive-${instantOf(clock.now()).replaceAll(/[:.]/g, '-')}`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(join(fresh, 'journal'), { recursive: true, mode: 0o700 });
  await writeGenesis(nodeFiles, join(fresh, 'journal'), rebuild.genesis);
  const runtime = await openRuntime({ flows: perimeterFlows, folder: fresh, clock, log, limits: { reserveBytes: 0 } });
  try {
    await writeLedger(runtime, rebuild, archive);
  } finally {
    await runtime.close();
  }
  await mkdir(join(folder, archive), { mode: 0o700 });
  await writeFile(join(folder, MARKER), JSON.stringify({ archive }), { mode: 0o600, flush: true });
  await nodeFiles.syncFolder(folder);
  await putInPlace(folder);
  return archive;
}

/** Every step may be repeated: what was moved already is left alone. */
async function putInPlace(folder: string): Promise<void> {
  const marker: unknown = JSON.parse(Buffer.from(nodeFiles.readNow(join(folder, MARKER)) ?? []).toString('utf8'));
  const named: unknown = typeof marker === 'object' && marker !== null ? Reflect.get(marker, 'archive') : undefined;
  const archive = join(folder, basename(typeof named === 'string' ? named : 'archive'));
  const [fresh, at] = [join(folder, FRESH), (name: string) => join(folder, name)];
  for (const name of REPLACED) {
    if (!existsSync(join(fresh, name))) continue;
    if (existsSync(at(name)) && !existsSync(join(archive, name))) await rename(at(name), join(archive, name));
    await rename(join(fresh, name), at(name));
  }
  for (const name of DROPPED)
    if (existsSync(at(name)) && !existsSync(join(archive, name))) await rename(at(name), join(archive, name));
  await nodeFiles.syncFolder(archive);
  await nodeFiles.syncFolder(folder);
  await rm(at(MARKER));
  await nodeFiles.syncFolder(folder);
  await rm(fresh, { recursive: true, force: true });
}
