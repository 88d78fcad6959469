import { readFileSync, statSync } from 'node:fs';
import { AppError } from '../access/core/app-error.ts';
import { Secret } from '../access/core/secret.ts';
import type { SecretSource } from '../config/parts.ts';

/** Read and write for others. Group read is left alone: container platforms mount secrets as 0640 of a shared group. */
const OPEN_TO_OTHERS = 0o006;

/**
 * Reads a secret from where the configuration says it lies; a trailing line break is not part of it.
 * @throws {AppError} `secret.missing`, `secret.empty`, `secret.exposed` (the file can be read by everybody on the machine)
 */
export function readSecret(source: SecretSource): Secret {
  const value = ('env' in source ? fromEnvironment(source.env) : fromFile(source.file)).replace(/\r?\n$/, '');
  // Blanks as a key would be known to everybody.
  if (value.trim() === '') throw new AppError('secret.empty', `${nameOf(source)} is empty`, { hint: 'Put the secret there.' });
  return new Secret(value);
}

function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (value !== undefined) return value;
  throw new AppError('secret.missing', `the environment variable ${name} is not set`, {
    hint: `Set ${name}, or name a file instead: { file: /path }.`,
  });
}

function fromFile(file: string): string {
  try {
    // Windows has no such bits; its files report 0666 whatever their access list says.
    if (process.platform !== 'win32' && (statSync(file).mode & OPEN_TO_OTHERS) !== 0) {
      throw new AppError('secret.exposed', `${file} can be read or written by everybody on this machine`, {
        hint: `Run: chmod 600 ${file}`,
      });
    }
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('secret.missing', `${file} cannot be read`, {
      cause,
      hint: 'Create the file, and give it to the user that runs Hallpass.',
    });
  }
}

function nameOf(source: SecretSource): string {
  return 'env' in source ? source.env : source.file;
}
