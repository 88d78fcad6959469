import type { ClientCredentialSetting, CredentialSetting } from '../config/parts.ts';
import { readCertificate } from './certificate.ts';

const DAY_MS = 24 * 60 * 60_000;
/** Time for a person to make a new one and to put it there. */
const SOON_DAYS = 30;

/**
 * What an operator should know of a credential at start, in sentences; none of one that never ends and cannot be copied. The end of a client
 * secret stands in the directory alone: the watch over registrations and `hallpass doctor` tell it.
 * @throws {AppError} `secret.*`, `certificate.*`
 */
export function credentialNotes(credential: CredentialSetting | ClientCredentialSetting, now: number): readonly string[] {
  if ('clientSecret' in credential)
    return [
      'a client secret is in use: whoever copies it is Hallpass; a managed identity, a federated credential or a certificate is better (docs/credentials.md)',
    ];
  if (!('certificate' in credential)) return [];
  const { file } = credential.certificate;
  const endsAt = readCertificate(file).endsAt;
  const days = Math.floor((endsAt.getTime() - now) / DAY_MS);
  if (days >= SOON_DAYS) return [];
  const day = endsAt.toISOString().slice(0, 10);
  return [days < 0 ? `the certificate in ${file} ended on ${day}` : `the certificate in ${file} ends on ${day}, in ${days} days`];
}
