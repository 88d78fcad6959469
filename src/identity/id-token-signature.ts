import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';
import { RULE_OF_CLAIM, tokenRefused } from './id-token-refusal.ts';

const publicKeySchema = z.object({ kty: z.literal('RSA'), kid: z.string(), n: z.string(), e: z.string() });
export type PublicKey = Readonly<z.infer<typeof publicKeySchema>>;

/** The tenant's keys, found by a token's `kid`. */
export interface SigningKeys extends JWTVerifyGetKey {
  /** As last fetched. */
  jwks(): { readonly keys: readonly unknown[] } | undefined;
}

/** Fetched when first needed, kept for a day, and fetched again when a token names an unknown one (at most every 30 s). */
export function signingKeysAt(url: string): SigningKeys {
  return createRemoteJWKSet(new URL(url), { timeoutDuration: 5_000, cooldownDuration: 30_000, cacheMaxAge: 24 * 3_600_000 });
}

/** Machines disagree about the time by this much. */
export const SKEW_SECONDS = 30;

/** What a token says that the tenant signed for this client and that is valid now, and the key. @throws as `VerifyIdToken` (id-token.ts) */
export async function signedBy(
  idToken: string,
  { issuer, clientId }: { readonly issuer: string; readonly clientId: string },
  keys: SigningKeys,
  nowMs: number,
): Promise<{ readonly payload: JWTPayload; readonly key: PublicKey }> {
  try {
    const { payload, protectedHeader } = await jwtVerify(idToken, keys, {
      algorithms: ['RS256'],
      issuer,
      audience: clientId,
      requiredClaims: ['exp', 'nbf'],
      clockTolerance: SKEW_SECONDS,
      currentDate: new Date(nowMs),
    });
    const key = (keys.jwks()?.keys ?? [])
      .map((each) => publicKeySchema.safeParse(each).data)
      .find((each) => each !== undefined && each.kid === protectedHeader.kid);
    if (key === undefined) throw tokenRefused('signature', 'no kid');
    return { payload, key };
  } catch (error) {
    throw error instanceof AppError ? error : translated(error);
  }
}

const ABOUT_KEYS = ['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'];

function translated(error: unknown): AppError {
  if (error instanceof errors.JWTExpired) return tokenRefused('expired', error.code);
  if (error instanceof errors.JWTClaimValidationFailed) {
    const rule = RULE_OF_CLAIM[error.claim] ?? 'claims';
    // What says nothing of its life has not run out.
    return tokenRefused(rule === 'expired' && error.reason === 'missing' ? 'claims' : rule, error.claim);
  }
  if (error instanceof errors.JOSEError && !ABOUT_KEYS.includes(error.code)) return tokenRefused('signature', error.code);
  return new AppError('id-token.keys-unavailable', "the tenant's signing keys cannot be had", {
    hint: 'Entra did not give its signing keys right now. Try again in a minute.',
    retryable: true,
  });
}
