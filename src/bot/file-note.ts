import { readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StoreNote } from './first-tenant.ts';

/** A small text in a file beside the store, `<name>.json`. */
export function fileNote(folder: string, name: string): StoreNote {
  const file = join(folder, `${name}.json`);
  return { text: read(file), write: (text) => replaceFile(file, text) };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (typeof error === 'object' && error !== null && Reflect.get(error, 'code') === 'ENOENT') return undefined;
    throw error;
  }
}

/** Written whole beside, then renamed, both made durable: a torn file would forget what was seen. */
async function replaceFile(file: string, text: string): Promise<void> {
  const beside = `${file}.tmp`;
  const handle = await open(beside, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(beside, file);
  const folder = await open(dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
