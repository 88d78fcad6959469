import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';
import type { Clock } from '../access/core/clock.ts';
import { type Person, samePerson } from '../access/core/person.ts';

/** How a sign-in has to be fresh: what the tenant demands for a context, or a sign-in after the click. */
export type StepUp = { readonly authenticationContext: string } | { readonly promptLogin: true };

export interface IdTokenSettings {
  /** Exactly, as Entra writes it: `{login}/{tenant}/v2.0`. */
  readonly issuer: string;
  readonly clientId: string;
  readonly tenantId: string;
  /** Guests whom our configuration names; every other guest is refused. */
  readonly isNamedGuest: (person: Person) => boolean;
}

export interface ExpectedSignIn {
  readonly nonce: string;
  /** When the person clicked, by the transport clock. */
  readonly begunAt: number;
  readonly stepUp?: StepUp;
  /** Who has to have signed in; absent where that is what is asked. */
  readonly person?: Person;
}

export interface VerifiedIdToken {
  readonly person: Person;
  /** The key that signed it, for whoever verifies it again later. */
  readonly key: PublicKey;
  /** For the `login_hint` of a later sign-in; nobody is known by it. */
  readonly loginHint?: string;
}

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

export type VerifyIdToken = (idToken: string, expected: ExpectedSignIn) => Promise<VerifiedIdToken>;

/** Machines disagree about the time by this much. */
export const SKEW_SECONDS = 30;
/**
 * Entra dates `iat` and `nbf` this far back, so that machines whose clock is behind accept a token at once. So `iat` alone cannot say that
 * somebody signed in after the click: the nonce can, since nobody knew its salt before.
 * @see https://github.com/openid/AppAuth-iOS/issues/264
 */
const BACKDATED_SECONDS = 300;
/** A sign-in takes no longer, from the click to the token. */
export const LONGEST_SIGN_IN_SECONDS = 600;

const claimsSchema = z.looseObject({
  aud: z.string(),
  tid: z.guid(),
  oid: z.guid(),
  ver: z.literal('2.0'),
  iat: z.int(),
  nonce: z.string(),
  acct: z.union([z.literal(0), z.literal(1)]),
  idtyp: z.string().optional(),
  acrs: z.union([z.string().transform((one) => [one]), z.array(z.string())]).optional(),
  auth_time: z.int().optional(),
  preferred_username: z.string().max(300).optional(),
});
type Claims = z.infer<typeof claimsSchema>;

/**
 * Verifies an ID token of one tenant, for one client and one begun sign-in: signature (RS256 by the tenant's keys), issuer, audience, tenant,
 * times, nonce, kind of account, step-up, person. Claims about groups are not looked at: who may what is asked of the directory.
 * @throws {AppError} `id-token.signature`, `.issuer`, `.audience`, `.expired`, `.claims`, `.tenant`, `.nonce`, `.stale`, `.app`, `.guest`,
 *   `.step-up`, `.person`; retryable `id-token.keys-unavailable`. None of them holds the token or a part of it.
 * @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
 */
export function createIdTokenVerifier(settings: IdTokenSettings, keys: SigningKeys, transportClock: Clock): VerifyIdToken {
  return async (idToken, expected) => {
    const { payload, key } = await signedBy(idToken, settings, keys, transportClock);
    const parsed = claimsSchema.safeParse(payload);
    if (!parsed.success) throw refused('claims', parsed.error.issues.map(({ path }) => path.join('.')).join(', '));
    const claims = parsed.data;
    const person = { tenantId: claims.tid.toLowerCase(), objectId: claims.oid.toLowerCase() };
    const nowSeconds = Math.floor(transportClock.now() / 1000);
    const broken = firstBroken(claims, person, settings, expected, nowSeconds);
    if (broken !== undefined) throw refused(broken, 'a claim is not as it has to be');
    const { preferred_username: loginHint } = claims;
    return { person, key, ...(loginHint === undefined ? {} : { loginHint }) };
  };
}

type Rule =
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'expired'
  | 'claims'
  | 'tenant'
  | 'nonce'
  | 'stale'
  | 'app'
  | 'guest'
  | 'step-up'
  | 'person';

function firstBroken(
  claims: Claims,
  person: Person,
  settings: IdTokenSettings,
  expected: ExpectedSignIn,
  nowSeconds: number,
): Rule | undefined {
  const begun = Math.floor(expected.begunAt / 1000);
  if (claims.aud !== settings.clientId) return 'audience'; // one audience, ours: no list
  if (person.tenantId !== settings.tenantId.toLowerCase()) return 'tenant';
  if (claims.nonce !== expected.nonce) return 'nonce';
  const { iat } = claims;
  if (iat < begun - BACKDATED_SECONDS - SKEW_SECONDS || iat > nowSeconds + SKEW_SECONDS) return 'stale';
  if (nowSeconds > begun + LONGEST_SIGN_IN_SECONDS) return 'stale';
  if (claims.idtyp !== undefined && claims.idtyp !== 'user') return 'app';
  if (claims.acct !== 0 && !settings.isNamedGuest(person)) return 'guest';
  if (expected.stepUp !== undefined && !isSteppedUp(claims, expected.stepUp, begun)) return 'step-up';
  if (expected.person !== undefined && !samePerson(person, expected.person)) return 'person';
  return undefined;
}

function isSteppedUp({ acrs, auth_time: authTime }: Claims, stepUp: StepUp, begun: number): boolean {
  if ('authenticationContext' in stepUp) return acrs?.includes(stepUp.authenticationContext) === true;
  return authTime !== undefined && authTime >= begun - SKEW_SECONDS;
}

async function signedBy(
  idToken: string,
  { issuer, clientId }: IdTokenSettings,
  keys: SigningKeys,
  transportClock: Clock,
): Promise<{ readonly payload: JWTPayload; readonly key: PublicKey }> {
  try {
    const { payload, protectedHeader } = await jwtVerify(idToken, keys, {
      algorithms: ['RS256'],
      issuer,
      audience: clientId,
      requiredClaims: ['exp', 'nbf'],
      clockTolerance: SKEW_SECONDS,
      currentDate: new Date(transportClock.now()),
    });
    const { kid } = protectedHeader;
    const key = (keys.jwks()?.keys ?? [])
      .map((each) => publicKeySchema.safeParse(each).data)
      .find((each) => each !== undefined && each.kid === kid);
    if (key === undefined) throw refused('signature', 'no kid');
    return { payload, key };
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw translated(error);
  }
}

const ABOUT_KEYS = ['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'];

/** Without the cause: jose's errors carry the payload. */
function translated(error: unknown): AppError {
  if (error instanceof errors.JWTExpired) return refused('expired', error.code);
  if (error instanceof errors.JWTClaimValidationFailed) return refused(RULE_OF_CLAIM[error.claim] ?? 'claims', error.claim);
  if (error instanceof errors.JOSEError && !ABOUT_KEYS.includes(error.code)) return refused('signature', error.code);
  return new AppError('id-token.keys-unavailable', "the tenant's signing keys cannot be had", {
    hint: 'Entra did not give its signing keys right now. Try again in a minute.',
    retryable: true,
  });
}

/** Which rule a wrong claim breaks; also for whoever looked at the claims before us (oidc-client.ts). */
export const RULE_OF_CLAIM: Readonly<Record<string, Rule>> = {
  iss: 'issuer',
  aud: 'audience',
  exp: 'expired',
  nbf: 'expired',
  nonce: 'nonce',
};

const HINTS: Partial<Readonly<Record<Rule, string>>> = {
  expired: 'The sign-in took too long, or the clock of this machine is wrong. Begin again.',
  stale: 'The sign-in took too long, or the clock of this machine is wrong. Begin again.',
  claims:
    'The app registration of the approval page does not send everything that is needed. An administrator can add the optional claims acct, auth_time and acrs.',
  guest: 'Only members of the tenant may sign here, and guests whom perimeter.yaml names. Sign in with a member account.',
  'step-up':
    'Entra did not say that the sign-in was as strong or as fresh as this needs. Begin again; if that does not help, an administrator can check the Conditional Access policy of the authentication context.',
  person: 'You signed in with another account than the one that looked at the request. Begin again with one account.',
};

export function refused(rule: Rule, detail: string): AppError {
  return new AppError(`id-token.${rule}`, `the ID token was not accepted: ${rule} (${detail})`, {
    hint: HINTS[rule] ?? 'What came back from the sign-in is not what was asked for. Begin again.',
  });
}
