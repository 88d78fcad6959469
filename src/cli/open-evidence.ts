import type { StoreSetting } from '../config/parts.ts';
import { nodeFiles } from '../durable/stores/lowdb/node-files.ts';
import type { Log } from '../observe/log.ts';
import type { EvidenceStore } from '../perimeter/evidence/evidence-store.ts';
import { createFolderEvidence } from '../perimeter/evidence/folder-evidence.ts';

/** Evidence lies beside the journal of the store that the file names, which must be open. @throws {AppError} `secret.*`, `store.*` */
export async function openEvidence(
  setting: StoreSetting,
  log: Log,
): Promise<{ readonly evidence: EvidenceStore; readonly close: () => Promise<void> }> {
  if ('folder' in setting) return { evidence: createFolderEvidence(nodeFiles, setting.folder), close: () => Promise.resolve() };
  // Only now: whoever keeps a folder need not load the driver.
  const [{ openPostgres }, { openPostgresEvidence }] = await Promise.all([
    import('../durable/stores/postgres/open-postgres.ts'),
    import('../perimeter/evidence/postgres-evidence.ts'),
  ]);
  const postgres = await openPostgres({ setting: setting.postgres, log });
  // A transaction each time: only there the answer comes after the disk's.
  const evidence = await openPostgresEvidence((sql, params) =>
    postgres.transaction(async (queries) => {
      await queries.query(`SET LOCAL search_path TO ${postgres.schema}`);
      return { rows: await queries.query(sql, params) };
    }),
  );
  return { evidence, close: () => postgres.close() };
}
