import { AppError } from '../access/core/app-error.ts';
import { ledgerHeadSchema, type LedgerHead } from '../access/core/perimeter-api.ts';
import { fileNote } from './file-note.ts';

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

/** How the note of the first tenant is called, in a folder and in a database. */
export const LEDGER_NOTE = 'perimeter-ledger';

export function openLedgerWatch(folder: string, name: string = LEDGER_NOTE): LedgerWatch {
  const note = fileNote(folder, name);
  return createLedgerWatch(note.text, note.write);
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
export function readSeenHead(folder: string, name: string = LEDGER_NOTE): LedgerHead | undefined {
  const { text } = fileNote(folder, name);
  return text === undefined ? undefined : ledgerHeadSchema.parse(JSON.parse(text));
}
