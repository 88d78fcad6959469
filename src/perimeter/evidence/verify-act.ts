import { compactVerify, importJWK } from 'jose';
import { z } from 'zod';
import { samePerson } from '../../access/core/person.ts';
import { nonceOf, requestDigestOf } from '../../access/core/statement.ts';
import type { EvidenceFile } from './evidence-file.ts';
import type { PublicKey, SignedAct } from './evidence-record.ts';
import type { Contradiction } from './verification.ts';

/** Machines disagree about the time by this much. */
const TOLERANCE_MS = 60_000;

const headerSchema = z.looseObject({ alg: z.string(), kid: z.string() });
/** Of an ID token of version 2. @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference */
const claimsSchema = z.looseObject({
  aud: z.string(),
  iss: z.string(),
  iat: z.int(),
  exp: z.int(),
  oid: z.guid(),
  tid: z.guid(),
  nonce: z.string(),
  ver: z.literal('2.0'),
  acrs: z.union([z.string(), z.array(z.string())]).optional(),
  auth_time: z.int().optional(),
});
type Claims = z.infer<typeof claimsSchema>;

/** What cannot be true of one signed act, as far as the file alone says: its token, its statement, and the request it is about. */
export async function actContradictions(act: SignedAct, file: EvidenceFile): Promise<readonly Contradiction[]> {
  const claims = await claimsOf(act);
  return [...(isClaims(claims) ? tokenContradictions(act, claims, file) : [claims]), ...statementContradictions(act, file)];
}

async function claimsOf({ idToken, jwk }: SignedAct): Promise<Claims | Contradiction> {
  const parts = idToken.split('.');
  // Node decodes base64url generously: the same bytes would have many spellings.
  if (parts.some((part) => Buffer.from(part, 'base64url').toString('base64url') !== part))
    return wrong('token.encoding', 'is not spelt as a token has to be');
  const header = headerSchema.safeParse(jsonOf(parts[0]));
  if (!header.success || header.data.alg !== 'RS256') return wrong('token.algorithm', 'is not signed by RS256');
  if (header.data.kid !== jwk.kid) return wrong('token.key', 'names another key');
  try {
    await compactVerify(idToken, await importJWK(jwk, 'RS256'), { algorithms: ['RS256'] });
  } catch {
    return wrong('token.signature', 'is not signed by the key that stands beside it');
  }
  const claims = claimsSchema.safeParse(jsonOf(parts[1]));
  return claims.success ? claims.data : wrong('token.claims', 'is no ID token of version 2.0 with a nonce');
}

function tokenContradictions(act: SignedAct, claims: Claims, { perimeter }: EvidenceFile): readonly Contradiction[] {
  const { signer, statement, stepUp } = act;
  const verifiedAtMs = Date.parse(act.verifiedAt);
  const rules: readonly (readonly [boolean, string, string])[] = [
    [claims.nonce === nonceOf(statement), 'token.nonce', 'signs another statement'],
    [same(claims.oid, signer.objectId), 'token.signer', 'is of somebody else'],
    [same(claims.tid, signer.tenantId) && same(claims.tid, perimeter.tenantId), 'token.tenant', 'is of another tenant'],
    [
      perimeter.approve !== undefined && same(claims.aud, perimeter.approve.clientId),
      'token.audience',
      'was made for another application',
    ],
    [claims.iss === act.issuer && claims.iss === perimeter.issuer, 'token.issuer', 'was issued by somebody else'],
    [act.keysUrl === perimeter.keysUrl, 'token.keys', "is verified by a key from elsewhere than the tenant's"],
    [claims.iat * 1_000 <= verifiedAtMs + TOLERANCE_MS, 'token.time', 'was issued after it was verified'],
    [claims.exp * 1_000 >= verifiedAtMs - TOLERANCE_MS, 'token.time', 'had ended when it was verified'],
    [verifiedAtMs <= Date.parse(statement.notAfter), 'token.time', 'came after the statement had ended'],
    [
      'authenticationContext' in stepUp
        ? [claims.acrs].flat().includes(stepUp.authenticationContext)
        : (claims.auth_time ?? 0) * 1_000 >= Date.parse(stepUp.clickedAt) - TOLERANCE_MS,
      'token.step-up',
      'does not show the sign-in that was demanded',
    ],
  ];
  return rules.flatMap(([holds, code, what]) => (holds ? [] : [wrong(code, what)]));
}

function statementContradictions({ statement, signer }: SignedAct, file: EvidenceFile): readonly Contradiction[] {
  const { request, perimeter, requestId } = file;
  const isAboutIt = request !== null && statement.requestId === requestId && statement.requestDigest === requestDigestOf(request);
  const isOurs = same(statement.tenantId, perimeter.tenantId) && statement.perimeter === perimeter.approve?.origin;
  const isOwn = request !== null && [request.requester, request.principal].some((person) => samePerson(person, signer));
  const rules: readonly (readonly [boolean, string, string])[] = [
    [isAboutIt, 'statement.request', 'A statement is about another request.'],
    [isOurs, 'statement.perimeter', 'A statement was made for another perimeter.'],
    [statement.purpose !== 'unfreeze', 'statement.purpose', 'A statement is about something else than a request.'],
    [statement.purpose !== 'decide' || !isOwn, 'statement.self-approval', 'Somebody approved for themselves.'],
    [
      statement.purpose !== 'request' || (request !== null && samePerson(request.requester, signer)),
      'statement.requester',
      'The request was signed by somebody who did not make it.',
    ],
  ];
  return rules.flatMap(([holds, code, sentence]) => (holds ? [] : [{ code, sentence }]));
}

/** The key of the token as the verifier has it. `absent`: the verifier's keys do not name it. */
export function pinnedBy(keys: readonly PublicKey[], { jwk }: SignedAct): 'same' | 'another' | 'absent' {
  const named = keys.filter(({ kid }) => kid === jwk.kid);
  if (named.length === 0) return 'absent';
  return named.some(({ n, e }) => n === jwk.n && e === jwk.e) ? 'same' : 'another';
}

function jsonOf(part: string | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function isClaims(value: Claims | Contradiction): value is Claims {
  return 'nonce' in value;
}

function wrong(code: string, what: string): Contradiction {
  return { code, sentence: `A token ${what}.` };
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
