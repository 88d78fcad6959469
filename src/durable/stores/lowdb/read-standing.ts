import { join } from 'node:path';
import { applyLine } from '../../apply-line.ts';
import type { Place } from '../../line-bytes.ts';
import type { CaseRecord } from '../../store.ts';
import { createCheckpointAdapter } from './checkpoint-adapter.ts';
import type { FileLayer } from './file-layer.ts';
import { nodeFiles } from './node-files.ts';
import { recoverJournal } from './recover-journal.ts';

export interface Standing {
  /** What is open, and what was closed since the newest checkpoint. */
  readonly cases: ReadonlyMap<string, CaseRecord>;
  readonly end: Place;
}

/**
 * How things stand in a store, without opening it: nothing is written, and whoever works on it may go on. Empty for a folder without a
 * journal. @throws {AppError} `store.corrupt`, `store.rolled-back`
 */
export async function readStanding(folder: string, files: FileLayer = nodeFiles): Promise<Standing> {
  const checkpoint = await createCheckpointAdapter(files, join(folder, 'checkpoint'), () => undefined).read();
  const cases = new Map((checkpoint?.cases ?? []).map((record) => [record.caseId, record]));
  const { end } = await recoverJournal(files, join(folder, 'journal'), checkpoint?.landmark, (line) => {
    cases.set(line.case, applyLine(cases.get(line.case), line));
  });
  return { cases, end };
}
