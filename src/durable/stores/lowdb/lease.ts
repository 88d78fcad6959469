import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../../access/core/app-error.ts';

/** The right to write in a folder. The operating system takes it back when the process ends, however it ends. */
export interface Lease {
  /** A number greater than that of every holder before, and than `seen`; every line carries it. */
  nextEpoch(seen: number): number;
  release(): void;
}

const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;

/**
 * Takes the lease: an exclusive SQLite lock (fcntl or LockFileEx) on a small file, held until the process ends.
 * @throws {AppError} `store.locked`; `store.full` when there is not even room for the counter
 */
export function takeLease(path: string): Lease {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;');
    database.exec('BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS writer (one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER);');
    database.exec('COMMIT');
    const held = database;
    return { nextEpoch: (seen) => nextEpoch(held, seen), release: () => held.close() };
  } catch (cause) {
    database?.close();
    throw leaseError(path, cause);
  }
}

function nextEpoch(database: DatabaseSync, seen: number): number {
  const known: unknown = database.prepare('SELECT epoch FROM writer').get()?.['epoch'];
  const epoch = Math.max(typeof known === 'number' ? known : 0, seen) + 1;
  database.prepare('INSERT INTO writer VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET epoch = excluded.epoch').run(epoch);
  return epoch;
}

function leaseError(path: string, cause: unknown): AppError {
  const code: unknown = typeof cause === 'object' && cause !== null ? Reflect.get(cause, 'errcode') : undefined;
  if (code === SQLITE_BUSY)
    return new AppError('store.locked', `${path} is held by another process`, {
      cause,
      hint: 'Another Hallpass works on this folder. Stop it first, or name another folder.',
    });
  if (code === SQLITE_FULL) return new AppError('store.full', `no room for ${path}`, { cause });
  return new AppError('store.unreadable', `${path} cannot be opened`, { cause, hint: 'Look at the folder and its rights.' });
}
