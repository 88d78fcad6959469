import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../access/core/app-error.ts';
import { nodeFiles } from '../../durable/stores/lowdb/node-files.ts';
import type { ListedFile } from './manifest.ts';

const CHUNK_BYTES = 1024 * 1024;

/** The first `bytes` of a file, or all of it; undefined when it is gone. @throws {AppError} `backup.changed` when there is less */
export async function copyFile(from: string, to: string, path: string, bytes?: number): Promise<ListedFile | undefined> {
  const size = bytes ?? (await nodeFiles.size(join(from, path)));
  if (size === undefined) return undefined;
  const target = join(to, path);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const file = await nodeFiles.openForAppend(target);
  const digest = createHash('sha256');
  try {
    for await (const chunk of chunksOf(join(from, path), size)) {
      digest.update(chunk);
      await file.append(chunk);
    }
    await file.dataSync();
  } catch (error) {
    if (Reflect.get(Object(error), 'code') !== 'ENOENT') throw error;
    await nodeFiles.remove(target);
    return undefined;
  } finally {
    await file.close();
  }
  return { path, bytes: size, sha256: digest.digest('hex') };
}

async function* chunksOf(path: string, size: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(Math.min(size, CHUNK_BYTES));
  for (let at = 0; at < size; ) {
    const read = await nodeFiles.read(path, at, buffer.subarray(0, Math.min(buffer.length, size - at)));
    if (read === 0)
      throw new AppError('backup.changed', `${path} became shorter while it was read`, { hint: 'Try again.', retryable: true });
    yield buffer.subarray(0, read);
    at += read;
  }
}

/** Up to the end of its last whole line. */
export async function wholeLinesBytes(path: string): Promise<number> {
  const buffer = new Uint8Array(64 * 1024);
  for (let end = (await nodeFiles.size(path)) ?? 0; end > 0; ) {
    const start = Math.max(0, end - buffer.length);
    const part = buffer.subarray(0, end - start);
    const read = await nodeFiles.read(path, start, part);
    const newline = part.subarray(0, read).lastIndexOf(10);
    if (newline !== -1) return start + newline + 1;
    end = start;
  }
  return 0;
}
