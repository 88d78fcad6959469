/**
 * Preloaded (`node --import`) into the perimeter by the fault run where no small file system can be mounted. What the store appends past the
 * number of bytes in HALLPASS_SMALL_DISK_FILE fails as on a full disk. The lease and the index are SQLite's and are not held back.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nodeFiles } from '../../src/durable/stores/lowdb/node-files.ts';
import { bytesIn } from './bytes-in.ts';

const limitFile = process.env['HALLPASS_SMALL_DISK_FILE'] ?? '';
const folder = join(dirname(limitFile), 'world', 'perimeter');
const before = { ...nodeFiles };

nodeFiles.openForAppend = async (path) => {
  const file = await before.openForAppend(path);
  return {
    ...file,
    async append(bytes) {
      if (bytesIn(folder) + bytes.length > Number(readFileSync(limitFile, 'utf8')))
        throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC', syscall: 'write' });
      await file.append(bytes);
    },
  };
};
