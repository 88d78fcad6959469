import { AppError } from '../../src/access/core/app-error.ts';

/** One call by a client of ours, twice: as it should be, and as the far end refuses it. */
export interface Deed {
  readonly works: () => Promise<unknown>;
  /** Resolves with what our client makes of the refusal: a code, or a reason. */
  readonly refused: () => Promise<string>;
  /** What that is. */
  readonly says: string;
}

/** The code of the error that this work ends with. */
export async function codeFrom(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return 'no refusal';
}
