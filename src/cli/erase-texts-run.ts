import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../access/core/app-error.ts';
import { openStore } from '../durable/open-store.ts';
import { isOpen, type Store } from '../durable/store.ts';
import { createLog } from '../observe/log.ts';
import { storeOfFile } from './store-of-file.ts';

export interface EraseReport {
  /** The folder, or the schema of the database. */
  readonly folder: string;
  /** False: only counted. */
  readonly erased: boolean;
  readonly cases: number;
  readonly texts: number;
  /** Began before, and are not over: their texts are still needed. */
  readonly openCases: number;
}

export type WhichTexts = { readonly caseId: string } | { readonly beforeMs: number };

/**
 * Erases the texts of one case, or of all that were over before an instant of the domain clock; without `really` it only counts. The
 * journal holds salted digests and stays as it is. Repeating it finds nothing more to do.
 * @throws {AppError} `config.*`, `usage.no-journal`, `usage.case-unknown`, `usage.case-open`, `store.locked` while the process runs, `store.*`
 */
export async function eraseTexts(file: string, which: WhichTexts, really: boolean): Promise<EraseReport> {
  const { service, setting } = storeOfFile(file);
  const folder = 'folder' in setting ? setting.folder : `schema ${setting.postgres.schema}`;
  if ('folder' in setting && !existsSync(join(folder, 'journal')))
    throw new AppError('usage.no-journal', `${folder} holds no journal`, { hint: 'Look at store.folder in the configuration.' });
  const store = await openStore(setting, { log: createLog(service, 'warn') });
  try {
    const { over, openCases } = 'caseId' in which ? await oneCase(store, which.caseId) : await casesBefore(store, which.beforeMs);
    let [cases, texts] = [0, 0];
    for (const caseId of over) {
      const count = await store.textCount(caseId);
      if (count === 0) continue;
      if (really) await store.eraseTexts(caseId);
      cases += 1;
      texts += count;
    }
    return { folder, erased: really, cases, texts, openCases };
  } finally {
    await store.close();
  }
}

interface Found {
  readonly over: readonly string[];
  readonly openCases: number;
}

async function oneCase(store: Store, caseId: string): Promise<Found> {
  const record = await store.find(caseId);
  if (record === undefined)
    throw new AppError('usage.case-unknown', `there is no case ${caseId} in this store`, {
      hint: 'Bot and perimeter have a store each, and a request has the same id in both.',
    });
  if (isOpen(record))
    throw new AppError('usage.case-open', `case ${caseId} is not over: its texts are still needed`, {
      hint: 'Start the process, let the case come to its end, and try again.',
    });
  return { over: [caseId], openCases: 0 };
}

/** By the newest line of each case: what happened to it last happened before. */
async function casesBefore(store: Store, beforeMs: number): Promise<Found> {
  const lastAt = new Map<string, number>();
  for await (const { line } of store.entries(0)) lastAt.set(line.case, Date.parse(line.at));
  const over: string[] = [];
  let openCases = 0;
  for (const [caseId, atMs] of lastAt) {
    if (atMs >= beforeMs) continue;
    const record = await store.find(caseId);
    if (record !== undefined && isOpen(record)) openCases += 1;
    else over.push(caseId);
  }
  return { over, openCases };
}
