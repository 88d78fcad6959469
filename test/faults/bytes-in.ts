import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What the files in a folder, and in those below it, take up together. One that is removed meanwhile counts nothing. */
export function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0), 0);
}
