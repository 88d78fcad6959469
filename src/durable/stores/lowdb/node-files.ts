import { readFileSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import type { AppendableFile, FileLayer } from './file-layer.ts';

/** The machine's own file system. */
export const nodeFiles: FileLayer = {
  async makeFolder(path) {
    await mkdir(path, { mode: 0o700 }).catch(unless('EEXIST'));
  },
  async list(folder) {
    const names = await readdir(folder).catch(unless('ENOENT'));
    return (names ?? []).toSorted();
  },
  async size(path) {
    return (await stat(path).catch(unless('ENOENT')))?.size;
  },
  async read(path, from, into) {
    const file = await open(path, 'r');
    try {
      return (await file.read(into, 0, into.length, from)).bytesRead;
    } finally {
      await file.close();
    }
  },
  readNow(path) {
    try {
      return readFileSync(path);
    } catch (error) {
      unless('ENOENT')(error);
      return undefined;
    }
  },
  async openForAppend(path) {
    const file = await open(path, 'a', 0o600);
    return {
      async append(bytes) {
        for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten;
      },
      dataSync: () => file.datasync(),
      truncate: (length) => file.truncate(length),
      close: () => file.close(),
    } satisfies AppendableFile;
  },
  rename,
  async remove(path) {
    await rm(path, { force: true });
  },
  async syncFolder(path) {
    // Windows cannot sync a folder; NTFS journals names by itself.
    if (process.platform === 'win32') return;
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
};

function unless(code: string): (error: unknown) => undefined {
  return (error) => {
    if (typeof error === 'object' && error !== null && Reflect.get(error, 'code') === code) return undefined;
    throw error;
  };
}
