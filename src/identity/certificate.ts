import { createPrivateKey, type KeyObject, randomUUID, X509Certificate } from 'node:crypto';
import { SignJWT } from 'jose';
import { AppError } from '../access/core/app-error.ts';
import type { ClientAssertion } from './client-assertion.ts';
import { readSecret } from './secret-source.ts';

export interface Certificate {
  /** The whole file, key included: a secret. */
  readonly pem: string;
  readonly endsAt: Date;
  /** Signs that we are `clientId`, to whom `audience` names. */
  assertionFor(claims: { readonly clientId: string; readonly audience: string }): ClientAssertion;
}

const ASSERTION_LIFETIME = '5 minutes';

/**
 * A PEM file with a certificate and its private key; read by the rules for secrets.
 * @throws {AppError} `secret.*`, `certificate.unreadable` (no certificate, no key, or a key that is not its own)
 * @see https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 */
export function readCertificate(file: string): Certificate {
  const pem = readSecret({ file }).reveal();
  const { certificate, key } = parsed(file, pem);
  const thumbprint = Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
  return {
    pem,
    endsAt: certificate.validToDate,
    assertionFor:
      ({ clientId, audience }) =>
      () =>
        new SignJWT()
          .setProtectedHeader({ alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint })
          .setIssuer(clientId)
          .setSubject(clientId)
          .setAudience(audience)
          .setJti(randomUUID())
          .setIssuedAt()
          .setNotBefore('0 seconds')
          .setExpirationTime(ASSERTION_LIFETIME)
          .sign(key),
  };
}

function parsed(file: string, pem: string): { readonly certificate: X509Certificate; readonly key: KeyObject } {
  try {
    const certificate = new X509Certificate(pem);
    const key = createPrivateKey(pem);
    if (certificate.checkPrivateKey(key) && key.asymmetricKeyType === 'rsa') return { certificate, key };
  } catch {
    // Without the cause: it may quote the file.
  }
  throw new AppError('certificate.unreadable', `${file} holds no certificate with its own RSA key`, {
    hint: 'Put both into one PEM file: -----BEGIN CERTIFICATE----- and -----BEGIN PRIVATE KEY-----, without a password.',
  });
}
