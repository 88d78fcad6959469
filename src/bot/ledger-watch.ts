import { readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../access/core/app-error.ts';
import { ledgerHeadSchema, type LedgerHead } from '../access/core/perimeter-api.ts';

/**
 * Remembers the newest sequence and head of the perimeter's journal that was ever seen, durably. A history that is behind it,
 * or another one of the same length, has been rolled back or replaced (design.md section 2).
 */
export interface LedgerWatch {
  readonly newest: LedgerHead | undefined;
  /**
   * Compares an answer with what was known when it was asked for (answers may overtake each other), and remembers the newer.
   * Resolves when it, or a newer one, is durable; many answers at once share a write, and no click waits for the disk.
   * @throws {AppError} `perimeter.rolled-back`
   */
  note(seen: LedgerHead, knownWhenAsked: LedgerHead | undefined): Promise<void>;
}

const FILE = 'perimeter-ledger.json';

export function openLedgerWatch(folder: string): LedgerWatch {
  const file = join(folder, FILE);
  return createLedgerWatch(read(file), (text) => replaceFile(file, text));
}

/** `known` is what was written last; `write` resolves when the text is durable. */
export function createLedgerWatch(known: string | undefined, write: (text: string) => Promise<void>): LedgerWatch {
  let newest = known === undefined ? undefined : ledgerHeadSchema.parse(JSON.parse(known));
  let storedSeq = newest?.seq ?? -1;
  let writing: Promise<void> | undefined;
  const store = async (head: LedgerHead): Promise<void> => {
    try {
      await write(JSON.stringify(head));
      storedSeq = head.seq;
    } finally {
      writing = undefined;
    }
  };
  return {
    get newest() {
      return newest;
    },
    async note(seen, knownWhenAsked) {
      if (knownWhenAsked && isBehind(seen, knownWhenAsked)) throw rolledBack(seen, knownWhenAsked);
      if (!newest || seen.seq > newest.seq) newest = seen;
      while (storedSeq < seen.seq) await (writing ??= store(newest));
    },
  };
}

/** Whether a history lacks what was seen before, or is another one. */
export function isBehind(seen: LedgerHead, known: LedgerHead): boolean {
  return seen.seq < known.seq || (seen.seq === known.seq && seen.head !== known.head);
}

function rolledBack(seen: LedgerHead, known: LedgerHead): AppError {
  return new AppError(
    'perimeter.rolled-back',
    `the perimeter's ledger is at ${seen.seq} (${seen.head.slice(0, 12)}), but ${known.seq} (${known.head.slice(0, 12)}) was seen before`,
    { hint: 'Its history was rolled back or replaced. Find out who restored it before anything else is given.' },
  );
}

/** What was seen last, without becoming the one who writes it: for whoever looks while the bot runs. */
export function readSeenHead(folder: string): LedgerHead | undefined {
  const text = read(join(folder, FILE));
  return text === undefined ? undefined : ledgerHeadSchema.parse(JSON.parse(text));
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
