import { randomUUID } from 'node:crypto';
import {
  createLocalJWKSet,
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';
import type { Clock } from '../../access/core/clock.ts';

/** Entra's signing keys: one signs, the one before it stays published for a while. RS256, and no `alg` in the published form. */
export interface SigningKeys {
  readonly jwks: { readonly keys: readonly JWK[] };
  /** @param header what stands in it besides `typ`, `alg` and `kid`; version 1 tokens carry `x5t` too */
  sign(claims: JWTPayload, header?: 'x5t'): Promise<string>;
  /** Signature by a published key, and times. Throws what jose throws. */
  verify(token: string, checks: { readonly issuer: string; readonly audience?: readonly string[] }): Promise<JWTPayload>;
  /** From now on a new key signs. Source: https://learn.microsoft.com/entra/identity-platform/signing-key-rollover */
  rotate(options?: { readonly oldStaysMs?: number }): Promise<void>;
}

/** Clients are told to look for new keys once a day. */
const OLD_STAYS_MS = 24 * 60 * 60_000;
const CLOCK_SKEW_SECONDS = 300;

interface Key {
  readonly jwk: JWK & { readonly kid: string };
  readonly privateKey: CryptoKey;
  /** Transport clock, milliseconds. */
  readonly publishedUntil: number;
}

export async function createSigningKeys(now: Clock): Promise<SigningKeys> {
  let current = await newKey();
  let older: readonly Key[] = [];
  const published = () => {
    older = older.filter(({ publishedUntil }) => publishedUntil > now.now());
    return { keys: [current, ...older].map(({ jwk }) => jwk) };
  };
  return {
    get jwks() {
      return published();
    },
    sign(claims, header) {
      const { jwk, privateKey } = current;
      const x5t = header === undefined ? {} : { x5t: jwk.kid };
      return new SignJWT(claims).setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: jwk.kid, ...x5t }).sign(privateKey);
    },
    async verify(token, { issuer, audience }) {
      const checks = { issuer, algorithms: ['RS256'], currentDate: new Date(now.now()), clockTolerance: CLOCK_SKEW_SECONDS };
      const wanted = audience === undefined ? {} : { audience: [...audience] };
      const { payload } = await jwtVerify(token, createLocalJWKSet(published()), { ...checks, ...wanted });
      return payload;
    },
    async rotate({ oldStaysMs = OLD_STAYS_MS } = {}) {
      older = [{ ...current, publishedUntil: now.now() + oldStaysMs }, ...older];
      current = await newKey();
    },
  };
}

async function newKey(): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const kid = randomUUID().replaceAll('-', '');
  const jwk = { ...(await exportJWK(publicKey)), kid, x5t: kid, use: 'sig' };
  return { jwk, privateKey, publishedUntil: Number.POSITIVE_INFINITY };
}
