import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { AppError } from '../../../access/core/app-error.ts';
import { point } from '../../../access/core/point.ts';
import type { TextRef } from '../../../access/core/text-ref.ts';
import { saltText, textOf, type SaltedText } from '../../salted-text.ts';
import { createSerial } from '../../serial.ts';
import { fullError } from '../../store-errors.ts';
import { isFull, type FileLayer } from './file-layer.ts';

/** Texts of people beside the journal, one file a case, so that they can be erased while the chain still verifies. */
export interface Texts {
  /** @throws {AppError} `store.full` */
  put(caseId: string, text: string): Promise<TextRef>;
  get(caseId: string, ref: TextRef): string | undefined;
  /** How many texts of this case are there. */
  count(caseId: string): number;
  /** All of them, or those with these digests. */
  erase(caseId: string, only?: readonly string[]): Promise<void>;
}

export function createTexts(files: FileLayer, folder: string, onFatal: (error: AppError) => void): Texts {
  const serial = createSerial();
  const pathOf = (caseId: string): string => pathIn(folder, caseId);

  const append = async (path: string, row: SaltedText): Promise<void> => {
    const known = await files.size(path);
    const file = await files.openForAppend(path);
    try {
      // The newline stands in front: whatever a crash left torn before is a line of its own, and skipped.
      await file.append(Buffer.from(`\n${JSON.stringify(row)}\n`));
      await synced(() => file.dataSync());
    } catch (error) {
      // Half a text must not take the room that taking access away may need.
      await file.truncate(known ?? 0);
      throw error;
    } finally {
      await file.close();
    }
    if (known === undefined) await synced(() => files.syncFolder(folder));
    point('store.text-written');
  };

  /** Beside, then in its place: after a crash there are the old ones or those that are left. */
  const rewrite = async (path: string, left: readonly SaltedText[]): Promise<void> => {
    const draft = `${path}.tmp`;
    await files.remove(draft);
    const file = await files.openForAppend(draft);
    try {
      await file.append(Buffer.from(left.map((row) => `\n${JSON.stringify(row)}\n`).join('')));
      await synced(() => file.dataSync());
    } finally {
      await file.close();
    }
    await files.rename(draft, path);
  };

  const synced = async (sync: () => Promise<void>): Promise<void> => {
    try {
      await sync();
    } catch (cause) {
      const error = new AppError('store.failed', 'a text could not be made durable', { cause });
      onFatal(error);
      throw error;
    }
  };

  const rowsOf = (caseId: string): readonly SaltedText[] => textRows(files, folder, caseId);

  return {
    put(caseId, text) {
      const row = saltText(text);
      return serial.run(caseId, async () => {
        try {
          await append(pathOf(caseId), row);
        } catch (error) {
          throw isFull(error) ? fullError() : error;
        }
        return { textDigest: row.digest };
      });
    },
    get: (caseId, { textDigest }) => textOf(rowsOf(caseId), textDigest),
    count: (caseId) => rowsOf(caseId).length,
    erase: (caseId, only) =>
      serial.run(caseId, async () => {
        const left = only === undefined ? [] : rowsOf(caseId).filter(({ digest }) => !only.includes(digest));
        if (left.length === 0) await files.remove(pathOf(caseId));
        else await rewrite(pathOf(caseId), left);
        await synced(() => files.syncFolder(folder));
      }),
  };
}

/** The texts of a case with their salts; none when they were erased. */
export function textRows(files: Pick<FileLayer, 'readNow'>, folder: string, caseId: string): readonly SaltedText[] {
  const bytes = files.readNow(pathIn(folder, caseId));
  if (bytes === undefined) return [];
  const lines = Buffer.from(bytes).toString('utf8').split('\n');
  return lines.flatMap((line) => parseRow(line) ?? []);
}

/** Case ids may hold what a file name may not; the folder tells nobody which case is meant. */
function pathIn(folder: string, caseId: string): string {
  return join(folder, `${createHash('sha256').update(caseId).digest('hex').slice(0, 40)}.jsonl`);
}

function parseRow(line: string): SaltedText | undefined {
  if (line === '') return undefined;
  try {
    const row: unknown = JSON.parse(line);
    return isRow(row) ? row : undefined;
  } catch {
    return undefined;
  }
}

function isRow(value: unknown): value is SaltedText {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['digest', 'salt', 'text'].every((key) => typeof Reflect.get(value, key) === 'string')
  );
}
