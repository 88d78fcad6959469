import { join } from 'node:path';
import { AppError, codeOf } from '../../access/core/app-error.ts';
import type { Place } from '../../durable/line-bytes.ts';
import { nodeFiles } from '../../durable/stores/lowdb/node-files.ts';
import { verifyChain } from '../../durable/stores/lowdb/read-entries.ts';
import { readStanding } from '../../durable/stores/lowdb/read-standing.ts';
import { refuseHalfReplaced } from '../../durable/replace-store.ts';
import { copyFile, wholeLinesBytes } from './copy-file.ts';
import { isKept, type ListedFile } from './manifest.ts';

export interface CopiedStore {
  readonly files: readonly ListedFile[];
  readonly end: Place;
}

/**
 * Copies a store while a process may be writing it. What a line refers to is durable before the line, and a checkpoint is made from durable
 * lines: so first the checkpoint, then the journal, then texts and evidence; each holds at least what the one before needs.
 * @throws {AppError} `backup.unsound` (retryable) when the copy does not verify; `ledger.half-rebuilt`, `store.half-restored`
 */
export async function copyStore(from: string, to: string, onFile: (file: ListedFile) => void): Promise<CopiedStore> {
  refuseHalfReplaced(from);
  const files: ListedFile[] = [];
  const copy = async (path: string, bytes?: number): Promise<void> => {
    const copied = await copyFile(from, to, path, bytes);
    // Gone since it was listed: a text that was erased, a checkpoint that a newer one replaced.
    if (copied === undefined) return;
    files.push(copied);
    onFile(copied);
  };
  const checkpoints = (await namesIn(from, 'checkpoint')).filter(isKept);
  for (const path of checkpoints.slice(-1)) await copy(path);
  const journal = (await namesIn(from, 'journal')).filter(isKept);
  for (const path of journal) await copy(path, path.endsWith('.jsonl') ? await wholeLinesBytes(join(from, path)) : undefined);
  for (const path of (await namesIn(from, 'texts')).filter(isKept)) await copy(path);
  for (const folder of await namesIn(from, 'evidence'))
    for (const path of (await namesIn(from, folder)).filter(isKept)) await copy(path);
  for (const path of (await nodeFiles.list(from)).filter(isKept)) await copy(path);
  return { files, end: await soundEnd(to) };
}

/** A whole store: the chain from its first line, and a checkpoint that was made from it. @throws {AppError} `backup.unsound` */
export async function soundEnd(folder: string): Promise<Place> {
  try {
    const { place } = await verifyChain(nodeFiles, join(folder, 'journal'), { deep: true });
    const { end } = await readStanding(folder);
    if (end.seq === place.seq && end.head === place.head) return place;
  } catch (cause) {
    if (!['store.corrupt', 'store.rolled-back'].includes(codeOf(cause))) throw cause;
    throw unsound(folder, cause);
  }
  throw unsound(folder, undefined);
}

function unsound(folder: string, cause: unknown): AppError {
  return new AppError('backup.unsound', `${folder}: ${cause instanceof Error ? cause.message : 'the journal does not verify'}`, {
    cause,
    hint: 'Nothing was kept or changed. Run "hallpass journal verify" on the store; if it is consistent, try again.',
  });
}

async function namesIn(folder: string, name: string): Promise<readonly string[]> {
  return (await nodeFiles.list(join(folder, name))).map((each) => `${name}/${each}`);
}
