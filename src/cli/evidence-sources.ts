import { join } from 'node:path';
import { AppError } from '../access/core/app-error.ts';
import type { StoreSetting } from '../config/parts.ts';
import { textRows } from '../durable/stores/lowdb/texts.ts';
import { nodeFiles } from '../durable/stores/lowdb/node-files.ts';
import { verifyChain } from '../durable/stores/lowdb/read-entries.ts';
import { listSegments, readLines } from '../durable/stores/lowdb/segments.ts';
import { createLog } from '../observe/log.ts';
import type { StoredEvidence } from '../perimeter/evidence/evidence-store.ts';
import type { CaseParts } from '../perimeter/evidence/export.ts';
import { openEvidence } from './open-evidence.ts';

export interface CaseSource extends CaseParts {
  readonly stored: readonly StoredEvidence[];
}

/**
 * Everything that a store holds of one request. Only reads, so that it works beside the running process; follows the chain of the journal on
 * the way.
 * @throws {AppError} `usage.no-journal`, `usage.case-unknown`, `secret.*`, `store.*`, `evidence.damaged`, retryable `evidence.unavailable`
 */
export async function readCase(setting: StoreSetting, requestId: string): Promise<CaseSource> {
  const log = createLog('perimeter', 'warn');
  // Only now: whoever keeps a folder need not load the driver.
  const parts =
    'folder' in setting
      ? await readFolder(setting.folder, requestId)
      : await (await import('./evidence-postgres.ts')).readPostgres(setting.postgres, requestId, log);
  if (parts.lines.length === 0)
    throw new AppError('usage.case-unknown', `there is no request ${requestId} in this store`, {
      hint: 'The perimeter knows a request by the id that its card and its page show.',
    });
  const { evidence, close } = await openEvidence(setting, log);
  try {
    return { ...parts, stored: await evidence.list(requestId) };
  } finally {
    await close();
  }
}

async function readFolder(folder: string, requestId: string): Promise<CaseParts> {
  const journal = join(folder, 'journal');
  if ((await nodeFiles.list(journal)).length === 0) throw noJournal(folder);
  const { place } = await verifyChain(nodeFiles, journal);
  const lines: string[] = [];
  const mark = caseMark(requestId);
  for (const { path, firstSeq } of await listSegments(nodeFiles, journal)) {
    if (firstSeq > place.seq) break;
    for await (const some of readLines(nodeFiles, path, 0))
      for (const { bytes, complete } of some) {
        const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
        if (complete && line.includes(mark)) lines.push(line.toString('utf8'));
      }
  }
  return {
    lines: lines.filter(isLineOf(requestId, place.seq)),
    head: { seq: place.seq, head: place.head },
    texts: textRows(nodeFiles, join(folder, 'texts'), requestId),
  };
}

/** What every line of the case holds; others may quote it. */
export function caseMark(requestId: string): string {
  return `"case":${JSON.stringify(requestId)}`;
}

export function isLineOf(requestId: string, lastSeq: number): (text: string) => boolean {
  return (text) => {
    const line: unknown = JSON.parse(text);
    return Reflect.get(Object(line), 'case') === requestId && Number(Reflect.get(Object(line), 'seq')) <= lastSeq;
  };
}

function noJournal(folder: string): AppError {
  return new AppError('usage.no-journal', `${folder} holds no journal`, { hint: 'Look at store.folder in perimeter.yaml.' });
}
