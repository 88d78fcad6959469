import { chownSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readHallpassConfig } from '../../config/read-hallpass-config.ts';

/**
 * Puts a new text in the place of the file, with its owner and mode, once it reads as a whole configuration; else everything stays as it was.
 * Where the file is a symbolic link, what it leads to is replaced.
 * @throws {AppError} `config.invalid`
 */
export function writeConfig(file: string, text: string): void {
  const place = realpathSync(file);
  const { mode, uid, gid } = statSync(place);
  const beside = `${place}.new`;
  rmSync(beside, { force: true });
  writeFileSync(beside, text, { mode: mode & 0o777, flag: 'wx' });
  try {
    chownSync(beside, uid, gid);
    readHallpassConfig(beside);
    renameSync(beside, place);
  } finally {
    rmSync(beside, { force: true });
  }
}

export const textOf = (file: string): string => readFileSync(file, 'utf8');
