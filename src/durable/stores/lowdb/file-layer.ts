/**
 * What the store asks of a file system. Narrow, so that a test can run the store on one that forgets whatever was not
 * synced. Errors carry Node's `code` (`ENOSPC`).
 */
export interface FileLayer {
  /** Makes the folder when it is missing; its parent must exist. */
  makeFolder(path: string): Promise<void>;
  /** Names in the folder, sorted; none when it is missing. */
  list(folder: string): Promise<readonly string[]>;
  size(path: string): Promise<number | undefined>;
  /** Fills `into` from that place on; how many bytes there were: 0 at the end of the file. */
  read(path: string, from: number, into: Uint8Array): Promise<number>;
  /** The whole file at once, for small ones; undefined when it is missing. */
  readNow(path: string): Uint8Array | undefined;
  /** Opens at the end, and makes the file when it is missing. */
  openForAppend(path: string): Promise<AppendableFile>;
  rename(from: string, to: string): Promise<void>;
  /** Missing already counts as done. */
  remove(path: string): Promise<void>;
  /** Makes the names in a folder durable: what was created, renamed and removed. */
  syncFolder(path: string): Promise<void>;
}

export interface AppendableFile {
  append(bytes: Uint8Array): Promise<void>;
  /** Makes the content durable (fdatasync). */
  dataSync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** No room left on the disk, or in our share of it. */
export function isFull(error: unknown): boolean {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** The disk did not confirm: what it holds now is unknown, and asking again would be told "yes" (fsyncgate). */
export function isSyncFailure(error: unknown): boolean {
  const call: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'syscall') : undefined;
  return call === 'fsync' || call === 'fdatasync';
}
