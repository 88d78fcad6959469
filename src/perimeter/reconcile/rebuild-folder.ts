import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, instantOf } from '../../access/core/clock.ts';
import { openRuntime } from '../../durable/runtime.ts';
import { writeGenesis } from '../../durable/stores/lowdb/genesis.ts';
import { nodeFiles } from '../../durable/stores/lowdb/node-files.ts';
import { replaceStore } from '../../durable/replace-store.ts';
import type { Log } from '../../observe/log.ts';
import { perimeterFlows } from '../perimeter-flows.ts';
import { type Rebuild, writeLedger } from './write-ledger.ts';

const FRESH = 'rebuilt';

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
  // Texts and evidence stay where they are: they are known by their digests. The index is made again by itself.
  await replaceStore(folder, { by: 'reconcile', fresh: FRESH, archive });
  return archive;
}
