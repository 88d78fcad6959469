import { join } from 'node:path';
import { AppError } from '../../../access/core/app-error.ts';
import type { FileLayer } from './file-layer.ts';

/** A file of the journal, named for the sequence of its first line. */
export interface Segment {
  readonly path: string;
  readonly firstSeq: number;
}

export interface RawLine {
  /** Without the newline. */
  readonly bytes: Uint8Array;
  readonly offset: number;
  /** False for what stands behind the last newline. */
  readonly complete: boolean;
}

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 10;
const NAME = /^(\d{12})\.jsonl$/;

export function segmentPath(folder: string, firstSeq: number): string {
  return join(folder, `${String(firstSeq).padStart(12, '0')}.jsonl`);
}

export async function listSegments(files: FileLayer, folder: string): Promise<readonly Segment[]> {
  const names = await files.list(folder);
  return names.flatMap((name) => {
    const match = NAME.exec(name);
    return match === null ? [] : [{ path: join(folder, name), firstSeq: Number(match[1]) }];
  });
}

/**
 * The lines of a file from `offset` on, a chunk's worth at a time: memory stays bounded, and others get their turn between.
 * The bytes of a chunk are good until the next one is asked for.
 */
export async function* readLines(files: FileLayer, path: string, offset: number): AsyncGenerator<readonly RawLine[]> {
  let buffer: Uint8Array = new Uint8Array(CHUNK_BYTES);
  let filled = 0;
  let at = offset;
  for (;;) {
    if (filled === buffer.length) buffer = grown(buffer);
    const read = await files.read(path, at + filled, buffer.subarray(filled));
    if (read === 0) break;
    filled += read;
    const { lines, end } = wholeLines(buffer.subarray(0, filled), at);
    if (lines.length > 0) yield lines;
    buffer.copyWithin(0, end, filled);
    filled -= end;
    at += end;
  }
  if (filled > 0) yield [{ bytes: buffer.subarray(0, filled), offset: at, complete: false }];
}

function wholeLines(chunk: Uint8Array, at: number): { readonly lines: readonly RawLine[]; readonly end: number } {
  const lines: RawLine[] = [];
  let start = 0;
  for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
    lines.push({ bytes: chunk.subarray(start, end), offset: at + start, complete: true });
    start = end + 1;
  }
  return { lines, end: start };
}

function grown(buffer: Uint8Array): Uint8Array {
  const bigger = new Uint8Array(buffer.length * 2);
  bigger.set(buffer);
  return bigger;
}

export function corrupt(path: string, offset: number, what: string): AppError {
  return new AppError('store.corrupt', `${path}: at byte ${offset}: ${what}`, {
    hint: 'The journal was changed or damaged. Restore the folder from a backup, or ask for help; nothing was changed.',
  });
}
