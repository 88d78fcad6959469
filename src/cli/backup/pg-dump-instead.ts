import { AppError } from '../../access/core/app-error.ts';
import type { StoreSetting } from '../../config/parts.ts';

/** The store's folder. @throws {AppError} `usage.backup-postgres`: a database has tools of its own, which know more of it than we do */
export function folderOf(setting: StoreSetting): string {
  if ('folder' in setting) return setting.folder;
  const { schema } = setting.postgres;
  throw new AppError('usage.backup-postgres', `this store is the schema ${schema} of a PostgreSQL database`, {
    hint: `Back it up with "pg_dump --format=custom --schema=${schema}", put it back with "pg_restore" while the process is stopped; after that, run "hallpass perimeter reconcile" before a perimeter is started.`,
  });
}
