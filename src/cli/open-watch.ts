import { firstTenant, nameFor } from '../bot/first-tenant.ts';
import { fileNote } from '../bot/file-note.ts';
import { createLedgerWatch, LEDGER_NOTE, type LedgerWatch } from '../bot/ledger-watch.ts';
import { FEED_CURSOR } from '../bot/feed.ts';
import type { StoreSetting } from '../config/parts.ts';
import type { Note } from '../durable/stores/postgres/note.ts';
import type { Log } from '../observe/log.ts';

/** What the store keeps of a tenant's perimeter. */
export interface TenantWatch {
  readonly tenantId: string;
  readonly watch: LedgerWatch;
  readonly cursor: string;
}

/**
 * What the bot saw of the perimeters' ledgers lies beside its own store, so that all of it goes to another machine together. Opened after the
 * store, when nobody else writes there any more; `onlyReads` beside a process that does. In the order of `tenantIds`.
 * @throws {AppError} `config.first-tenant`, `store.*`
 */
export async function openWatches(
  setting: StoreSetting,
  tenantIds: readonly string[],
  log: Log,
  { onlyReads = false }: { readonly onlyReads?: boolean } = {},
): Promise<{ readonly watches: readonly TenantWatch[]; readonly close: () => Promise<void> }> {
  const notes: Note[] = [];
  const close = async () => void (await Promise.all(notes.map((note) => note.close())));
  const open = async (name: string): Promise<Note> => {
    const note = await openOne(setting, name, log);
    notes.push(note);
    return onlyReads ? { ...note, write: () => Promise.resolve() } : note;
  };
  try {
    const unnamed = await open(LEDGER_NOTE);
    const first = await firstTenant(await open('first-tenant'), tenantIds, unnamed.text !== undefined);
    const watches: TenantWatch[] = [];
    for (const tenantId of tenantIds) {
      const name = nameFor(LEDGER_NOTE, tenantId, first);
      const note = name === LEDGER_NOTE ? unnamed : await open(name);
      const cursor = nameFor(FEED_CURSOR, tenantId, first);
      watches.push({ tenantId, cursor, watch: createLedgerWatch(note.text, note.write) });
    }
    return { watches, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openOne(setting: StoreSetting, name: string, log: Log): Promise<Note> {
  if ('folder' in setting) return { ...fileNote(setting.folder, name), close: () => Promise.resolve() };
  const { openNote } = await import('../durable/stores/postgres/note.ts');
  return openNote(setting.postgres, name, log);
}
