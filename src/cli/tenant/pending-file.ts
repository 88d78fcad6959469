import { readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { AppError } from '../../access/core/app-error.ts';
import { type PendingConsent } from './consent-request.ts';

const schema = z.strictObject({
  stateDigest: z.hex().length(64),
  asked: z.string(),
  clientId: z.guid(),
  redirectUri: z.url(),
  begunAt: z.iso.datetime(),
});

const fileOf = (configFile: string) => `${configFile}.enroll.json`;

/** Remembers it beside the configuration, in place of one that was asked for before. */
export function rememberConsent(configFile: string, pending: PendingConsent): void {
  rmSync(fileOf(configFile), { force: true });
  writeFileSync(fileOf(configFile), JSON.stringify(pending), { mode: 0o600, flag: 'wx' });
}

/** @throws {AppError} `consent.none` */
export function pendingConsent(configFile: string): PendingConsent {
  try {
    return schema.parse(JSON.parse(readFileSync(fileOf(configFile), 'utf8')));
  } catch {
    throw none;
  }
}

/** Uses it up: of two who answer at once, one is too late. @throws {AppError} `consent.none` */
export function useUpConsent(configFile: string): void {
  try {
    unlinkSync(fileOf(configFile));
  } catch {
    throw none;
  }
}

const none = new AppError('consent.none', 'no consent is waited for: none was begun, or it was answered already', {
  hint: 'Begin again without --answer.',
});
