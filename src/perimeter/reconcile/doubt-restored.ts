import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Runtime } from '../../durable/port.ts';
import { nodeFiles } from '../../durable/stores/lowdb/node-files.ts';
import { RESTORED } from '../../durable/replace-store.ts';
import { createDoubtDesk } from '../ledger/doubt-desk.ts';

/**
 * A ledger out of a backup is older than what was given since, whether or not anybody has seen more of it: it is doubted before anything
 * runs. The mark goes when the doubt is durable.
 */
export async function doubtRestored(folder: string, runtime: Runtime): Promise<void> {
  if (!existsSync(join(folder, RESTORED))) return;
  await createDoubtDesk(runtime).raise({ why: 'restored' });
  await rm(join(folder, RESTORED));
  await nodeFiles.syncFolder(folder);
}
