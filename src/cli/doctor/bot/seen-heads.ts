import { z } from 'zod';
import { type LedgerHead, ledgerHeadSchema } from '../../../access/core/perimeter-api.ts';
import { fileNote } from '../../../bot/file-note.ts';
import { nameFor } from '../../../bot/first-tenant.ts';
import { LEDGER_NOTE } from '../../../bot/ledger-watch.ts';
import type { StoreSetting } from '../../../config/parts.ts';
import { createLog } from '../../../observe/log.ts';
import type { SeenHead } from './bot-tenant-parts.ts';

const firstSchema = z.strictObject({ first: z.guid() });

/** What the bot remembers of a tenant's ledger, read beside it while it runs: nothing is written, and the lease is left alone. */
export function seenHeads(setting: StoreSetting): SeenHead {
  return async ({ tenantId }): Promise<LedgerHead | undefined> => {
    const first = await textOf(setting, 'first-tenant');
    const name = nameFor(LEDGER_NOTE, tenantId, first === undefined ? tenantId : firstSchema.parse(JSON.parse(first)).first);
    const text = await textOf(setting, name);
    return text === undefined ? undefined : ledgerHeadSchema.parse(JSON.parse(text));
  };
}

async function textOf(setting: StoreSetting, name: string): Promise<string | undefined> {
  if ('folder' in setting) return fileNote(setting.folder, name).text;
  const { openNote } = await import('../../../durable/stores/postgres/note.ts');
  const note = await openNote(setting.postgres, name, createLog('bot', 'silent'));
  await note.close();
  return note.text;
}
