import { createLedgerWatch, type LedgerWatch, openLedgerWatch } from '../bot/ledger-watch.ts';
import type { StoreSetting } from '../config/parts.ts';
import type { Log } from '../observe/log.ts';

/**
 * What the bot saw of the perimeter's ledger lies beside its own store, so that both go to another machine together. Opened after the
 * store, when nobody else writes there any more.
 */
export async function openWatch(
  setting: StoreSetting,
  log: Log,
): Promise<{ readonly watch: LedgerWatch; readonly closeWatch: () => Promise<void> }> {
  if ('folder' in setting) return { watch: openLedgerWatch(setting.folder), closeWatch: () => Promise.resolve() };
  const { openNote } = await import('../durable/stores/postgres/note.ts');
  const note = await openNote(setting.postgres, 'perimeter-ledger', log);
  return { watch: createLedgerWatch(note.text, note.write), closeWatch: note.close };
}
