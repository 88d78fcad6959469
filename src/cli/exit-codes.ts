import { AppError } from '../access/core/app-error.ts';

/** What `hallpass` answers to the shell. Programs rely on these; a new meaning gets a new number. */
export const EXIT = {
  done: 0,
  /** Something unforeseen; the message says what. */
  failed: 1,
  /** Wrong arguments or a configuration file to mend. */
  usage: 2,
  /** The command worked and found something wrong, e.g. a journal that does not verify. */
  finding: 3,
  /** A service could not be reached or asked us to wait: the same command may succeed later. */
  unavailable: 4,
  /** `hallpass doctor`: nothing wrong was found, and something could not be checked. */
  unchecked: 5,
  /** `hallpass evidence verify` below "anchored and pinned", which is 0: nobody can mistake one verdict for another. */
  evidencePinned: 10,
  evidenceAnchored: 11,
  evidenceConsistent: 12,
  evidenceNotVerified: 13,
} as const;

export function exitCodeOf(error: unknown): number {
  if (!(error instanceof AppError)) return EXIT.failed;
  if (error.code.startsWith('config.') || error.code.startsWith('usage.')) return EXIT.usage;
  return error.retryable ? EXIT.unavailable : EXIT.failed;
}

/** The error in words for a person at a terminal: the sentence, what to do, and the code in small print. */
export function sentenceOf(error: unknown): string {
  if (error instanceof AppError) {
    const hint = error.hint === undefined ? '' : `\n${error.hint}`;
    return `${error.message}${hint}\n(${error.code})\n`;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `Something unforeseen went wrong. ${detail}\n`;
}
