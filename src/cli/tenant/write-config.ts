import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readHallpassConfig } from '../../config/read-hallpass-config.ts';

/**
 * Puts a new text in the place of the file, once it reads as a whole configuration; else everything stays as it was.
 * @throws {AppError} `config.invalid`
 */
export function writeConfig(file: string, text: string): void {
  const beside = `${file}.new`;
  rmSync(beside, { force: true });
  writeFileSync(beside, text, { mode: statSync(file).mode & 0o777, flag: 'wx' });
  try {
    readHallpassConfig(beside);
    renameSync(beside, file);
  } finally {
    rmSync(beside, { force: true });
  }
}

export const textOf = (file: string): string => readFileSync(file, 'utf8');
