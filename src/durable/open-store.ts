import type { AppError } from '../access/core/app-error.ts';
import type { StoreSetting } from '../config/parts.ts';
import type { Log } from '../observe/log.ts';
import type { Store } from './store.ts';
import type { FileLayer } from './stores/lowdb/file-layer.ts';
import { openLowdbStore, type StoreLimits } from './stores/lowdb/lowdb-store.ts';
import type { PostgresLimits } from './stores/postgres/postgres-store.ts';

export interface OpenStoreOptions {
  readonly log: Log;
  /** Of a folder: what stands for the disk. */
  readonly files?: FileLayer;
  readonly limits?: Partial<StoreLimits & PostgresLimits>;
  /** What ends the process when the store can no longer be trusted (a failed fsync), or another process writes now. */
  readonly onFatal?: (error: AppError) => void;
}

/**
 * Opens what the configuration names.
 * @throws {AppError} `store.locked` (retryable where the setting names a database), `store.corrupt` and others: see the two stores
 */
export async function openStore(setting: StoreSetting, options: OpenStoreOptions): Promise<Store> {
  if ('folder' in setting) {
    const { folder, checkpointEveryLines } = setting;
    return openLowdbStore({ ...options, folder, limits: { checkpointEveryLines, ...options.limits } });
  }
  // Only now: whoever keeps a folder need not load the driver.
  const { openPostgresStore } = await import('./stores/postgres/postgres-store.ts');
  return openPostgresStore({ ...options, setting: setting.postgres });
}
