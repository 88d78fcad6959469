import { X509Certificate } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { instantOf } from '../../../access/core/clock.ts';
import type { AppRegistration } from '../tenant/applications.ts';
import type { LoginOptions } from './login-options.ts';
import { type Refused, refused } from './refusal.ts';

/** As for every token: clients round, and clocks differ. */
const CLOCK_SKEW_SECONDS = 300;
const ALGORITHMS = ['PS256', 'RS256'];
const invalid = (number: number, text: string) => refused(401, 'invalid_client', number, text);

/**
 * Did the application sign this itself, with the key of a certificate on its registration? The thumbprint in the header names which one.
 * Source: https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 */
export async function certified(
  options: LoginOptions,
  app: AppRegistration,
  assertion: string,
): Promise<AppRegistration | Refused> {
  const held = app.credentials.find(
    ({ certificatePem: pem }) => pem !== undefined && isNamed(assertion, new X509Certificate(pem)),
  );
  if (held?.certificatePem === undefined)
    return invalid(
      700_027,
      `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '${app.appId}'.]`,
    );
  const now = options.now.now();
  if (Date.parse(held.endDateTime) <= now)
    return invalid(700_027, `The certificate used to sign the client assertion is expired. [Reason - The key used is expired.]`);
  try {
    await jwtVerify(assertion, new X509Certificate(held.certificatePem).publicKey, {
      algorithms: ALGORITHMS,
      issuer: app.appId,
      subject: app.appId,
      audience: [`${options.address()}/${options.tenant.tenantId}/oauth2/v2.0/token`, options.tokens.issuerV2],
      requiredClaims: ['exp', 'jti'],
      clockTolerance: CLOCK_SKEW_SECONDS,
      currentDate: new Date(now),
    });
    return app;
  } catch (error) {
    const [code, claim]: unknown[] = error instanceof Error ? [Reflect.get(error, 'code'), Reflect.get(error, 'claim')] : [];
    if (code === 'ERR_JWT_EXPIRED' || claim === 'nbf')
      return invalid(700_024, `Client assertion is not within its valid time range. Current time: ${instantOf(now)}.`);
    if (code === 'ERR_JWT_CLAIM_VALIDATION_FAILED')
      return invalid(700_023, 'Client assertion audience claim does not match Realm issuer. Review the documentation.');
    return invalid(700_027, 'Client assertion failed signature validation.');
  }
}

/** By either thumbprint: SHA-256 (`x5t#S256`), or SHA-1 (`x5t`). */
function isNamed(assertion: string, { fingerprint, fingerprint256 }: X509Certificate): boolean {
  const header = headerOf(assertion);
  const thumbprint = (hex: string) => Buffer.from(hex.replaceAll(':', ''), 'hex').toString('base64url');
  return header['x5t#S256'] === thumbprint(fingerprint256) || header['x5t'] === thumbprint(fingerprint);
}

function headerOf(assertion: string): Readonly<Record<string, unknown>> {
  try {
    return decodeProtectedHeader(assertion);
  } catch {
    return {};
  }
}
