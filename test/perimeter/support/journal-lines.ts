import { join } from 'node:path';
import { nodeFiles } from '../../../src/durable/stores/lowdb/node-files.ts';
import { readEntries } from '../../../src/durable/stores/lowdb/read-entries.ts';
import type { Line } from '../../../src/durable/store.ts';
import { REFUSALS_FLOW } from '../../../src/perimeter/refusals.ts';

/** What the journal of a perimeter says so far, while it runs. */
export async function journalLines(ledger: string): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for await (const { line } of readEntries(nodeFiles, join(ledger, 'journal'), 0, Infinity)) lines.push(line);
  return lines;
}

/** Leaves out what was only counted of calls that were refused: it comes some time after the answer, and changes nothing. */
export async function linesBesidesRefusals(ledger: string): Promise<number> {
  return (await journalLines(ledger)).filter(({ flow }) => flow !== REFUSALS_FLOW).length;
}
