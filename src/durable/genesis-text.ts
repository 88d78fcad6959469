import { AppError } from '../access/core/app-error.ts';
import { type Place, START } from './line-bytes.ts';

/**
 * Where a journal follows on that goes on where another one, which was lost, had got to: one canonical text, kept beside its lines. The gap
 * is there for all to see. Undefined: it begins at nothing. @param where to name it in an error
 * @throws {AppError} `store.corrupt`
 */
export function parseGenesis(text: string | undefined, where: string): Place {
  if (text === undefined) return START;
  const [, seq, head] = /^\{"seq":(\d{1,12}),"head":"([0-9a-f]{64})"\}\n$/.exec(text) ?? [];
  if (seq === undefined || head === undefined)
    throw new AppError('store.corrupt', `${where} does not say where the journal begins`, {
      hint: 'It was changed or damaged. Restore the store from a backup.',
    });
  return { seq: Number(seq), head, epoch: 0 };
}

export function genesisText({ seq, head }: Omit<Place, 'epoch'>): string {
  return `{"seq":${seq},"head":"${head}"}\n`;
}
