import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';
import { digestOf } from '../../../../src/access/core/canonical.ts';
import type { Person } from '../../../../src/access/core/person.ts';
import { nonceOf, type RegisteredRequest, requestDigestOf, type Statement } from '../../../../src/access/core/statement.ts';
import type { PublicKey, SignedAct } from '../../../../src/perimeter/evidence/evidence-record.ts';

export const TENANT = '1a1b1c1d-2222-4333-8444-555555555555';
export const CLIENT = '9a9b9c9d-2222-4333-8444-555555555555';
export const ORIGIN = 'https://approve.contoso.com';
export const ISSUER = `https://login.microsoftonline.com/${TENANT}/v2.0`;
export const KEYS_URL = `https://login.microsoftonline.com/${TENANT}/discovery/v2.0/keys`;
export const person = (number: number): Person => ({
  tenantId: TENANT,
  objectId: `aaaaaaaa-0000-4000-8000-00000000000${number}`,
});
export const rita = person(1);
export const adam = person(2);
export const bea = person(3);

export interface Signer {
  readonly key: PublicKey;
  readonly privateKey: KeyObject;
}

/** What Entra is in these tests: a key, and whoever holds it. */
export function newSigner(kid: string): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  return { privateKey, key: { kty: 'RSA', kid, n, e } };
}

export function idToken(signer: Signer, claims: JWTPayload): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: signer.key.kid }).sign(signer.privateKey);
}

export const request: RegisteredRequest = {
  v: 1,
  requestId: 'r0000000001',
  requester: rita,
  principal: rita,
  entitlementId: 'global-reader',
  target: { kind: 'directoryRole', roleDefinitionId: 'f2ef992c-3afb-46b9-b7cf-a126ee74c451', directoryScopeId: '/' },
  durationMinutes: 60,
  justification: { textDigest: 'ab'.repeat(32) },
  approvalWindowMinutes: 240,
  registeredAt: '2026-03-01T08:00:00.000Z',
  breakGlass: false,
};

export function statementOf(of: RegisteredRequest, changes: Partial<Extract<Statement, { purpose: 'decide' }>> = {}): Statement {
  return {
    v: 1,
    purpose: 'decide',
    decision: 'approve',
    perimeter: ORIGIN,
    tenantId: TENANT,
    requestId: of.requestId,
    requestDigest: requestDigestOf(of),
    stage: 0,
    guardrailsDigest: 'cd'.repeat(32),
    notAfter: '2026-03-01T12:00:00.000Z',
    salt: 'AAAAAAAAAAAAAAAAAAAAAA',
    ...changes,
  };
}

export const SIGNED_AT = '2026-03-01T08:10:00.000Z';

/** What Entra puts into an ID token of the approval application; `iat` lies five minutes back, as it does there. */
export function claimsOf(statement: Statement, signer: Person, changes: JWTPayload = {}): JWTPayload {
  const at = Date.parse(SIGNED_AT) / 1000;
  return {
    aud: CLIENT,
    iss: ISSUER,
    iat: at - 300,
    nbf: at - 300,
    exp: at + 3600,
    oid: signer.objectId,
    tid: TENANT,
    sub: 'pairwise',
    ver: '2.0',
    acrs: ['c1'],
    nonce: nonceOf(statement),
    ...changes,
  };
}

export async function signedAct(
  entra: Signer,
  statement: Statement,
  signer: Person,
  changes: { readonly claims?: JWTPayload; readonly record?: Partial<SignedAct> } = {},
): Promise<SignedAct> {
  return {
    v: 1,
    kind: 'signed',
    statement,
    idToken: await idToken(entra, claimsOf(statement, signer, changes.claims)),
    jwk: entra.key,
    issuer: ISSUER,
    keysUrl: KEYS_URL,
    verifiedAt: SIGNED_AT,
    stepUp: { authenticationContext: 'c1' },
    signer,
    names: { signer: 'Adam', requester: 'Rita', principal: 'Rita', target: 'Global Reader' },
    ...changes.record,
  };
}

export const digestOfRecord = (record: SignedAct): string => digestOf(record);
