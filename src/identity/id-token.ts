import { z } from 'zod';
import type { Clock } from '../access/core/clock.ts';
import { type Person, samePerson } from '../access/core/person.ts';
import { type IdTokenRule, tokenRefused } from './id-token-refusal.ts';
import { type PublicKey, signedBy, type SigningKeys, SKEW_SECONDS } from './id-token-signature.ts';

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
  /** All that it says, for whoever reads more of it (group-claim.ts). Personal data: not for logs. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/**
 * Verifies an ID token of one tenant, for one client and one begun sign-in: signature (RS256 by the tenant's keys), issuer, audience, tenant,
 * times, nonce, kind of account, step-up, person. Claims about groups are not looked at.
 * @throws {AppError} `id-token.` and the name of the broken rule (id-token-refusal.ts); retryable `id-token.keys-unavailable`. None of
 *   them holds the token or a part of it.
 * @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
 */
export type VerifyIdToken = (idToken: string, expected: ExpectedSignIn) => Promise<VerifiedIdToken>;

/**
 * Entra dates `iat` and `nbf` this far back, so that machines whose clock is behind accept a token at once. So `iat` alone cannot say that
 * somebody signed in after the click: the nonce can, since nobody knew its salt before.
 * @see https://github.com/openid/AppAuth-iOS/issues/264
 */
const BACKDATED_SECONDS = 300;
/** A sign-in takes no longer, from the click to the token. */
export const LONGEST_SIGN_IN_SECONDS = 600;

const claimsSchema = z.looseObject({
  /** One, ours: no list. */
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

export function createIdTokenVerifier(settings: IdTokenSettings, keys: SigningKeys, transportClock: Clock): VerifyIdToken {
  return async (idToken, expected) => {
    const nowMs = transportClock.now();
    const { payload, key } = await signedBy(idToken, settings, keys, nowMs);
    const parsed = claimsSchema.safeParse(payload);
    if (!parsed.success) throw tokenRefused('claims', parsed.error.issues.map(({ path }) => path.join('.')).join(', '));
    const claims = parsed.data;
    const person = { tenantId: claims.tid.toLowerCase(), objectId: claims.oid.toLowerCase() };
    const broken = firstBroken(claims, person, settings, expected, Math.floor(nowMs / 1000));
    if (broken !== undefined) throw tokenRefused(broken, 'a claim is not as it has to be');
    const { preferred_username: loginHint } = claims;
    return { person, key, claims, ...(loginHint === undefined ? {} : { loginHint }) };
  };
}

function firstBroken(
  claims: Claims,
  person: Person,
  settings: IdTokenSettings,
  expected: ExpectedSignIn,
  nowSeconds: number,
): IdTokenRule | undefined {
  const begun = Math.floor(expected.begunAt / 1000);
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
