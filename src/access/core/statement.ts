import { z } from 'zod';
import { digestOf } from './canonical.ts';
import { LONGEST_MINUTES, personSchema, requestIdSchema } from './perimeter-api.ts';
import type { Target } from './target.ts';

/** Lower case only: a digest knows no other way to compare them. */
const lowerGuid = z.guid().regex(/^[^A-Z]*$/, 'must be in lower case');
const instant = z.iso.datetime();
/** SHA-256 as base64url. The last character carries four bits only; others would be second spellings of the same digest. */
export const digestSchema = z.string().regex(/^[\w-]{42}[AEIMQUYcgkosw048]$/);
/** SHA-256 as hex, as the journal and the guardrails' digest have it. */
export const hexDigest = z.string().regex(/^[0-9a-f]{64}$/);

const common = {
  v: z.literal(1),
  /** Public origin of the approve page, e.g. `https://approve.contoso.com`: a statement made for one perimeter is none for another. */
  perimeter: z.string().refine(isOrigin, 'must be an origin: scheme, host, port and nothing else'),
  tenantId: lowerGuid,
  requestId: requestIdSchema,
  /** What `requestId` stood for when it was signed; see `requestDigestOf`. */
  requestDigest: digestSchema,
  /** Of the approval's stages, from 0; 0 where there are none. */
  stage: z.int().nonnegative().max(99),
  guardrailsDigest: hexDigest,
  /** From then on nothing may be given on the strength of it. */
  notAfter: instant,
  /** 128 random bits per attempt: nobody can know the nonce of a statement that was never shown. */
  salt: z.string().regex(/^[\w-]{21}[AQgw]$/),
};

/** What a person signs by a sign-in: its digest is the nonce that Entra puts into the ID token (design.md section 2). */
export const statementSchema = z.discriminatedUnion('purpose', [
  z.strictObject({ purpose: z.literal('decide'), decision: z.enum(['approve', 'deny']), ...common }),
  /** The requester stands by the request. */
  z.strictObject({ purpose: z.literal('request'), decision: z.literal('sign'), ...common }),
  /** `requestId` and `requestDigest` name the freeze that is to end. */
  z.strictObject({ purpose: z.literal('unfreeze'), decision: z.literal('sign'), ...common }),
]);
export type Statement = Readonly<z.infer<typeof statementSchema>>;

/** base64url(SHA-256(JCS(statement))): 43 characters, fit for OpenID Connect's `nonce`. @throws when it is not exactly a statement */
export function nonceOf(statement: Statement): string {
  return digestOf(statementSchema.parse(statement));
}

export const targetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('directoryRole'), roleDefinitionId: z.guid(), directoryScopeId: z.string().min(1) }),
  z.strictObject({ kind: z.literal('group'), groupId: z.guid() }),
  z.strictObject({
    kind: z.literal('azureRole'),
    scope: z.string().min(1),
    roleDefinitionId: z.string().min(1),
    condition: z.string().min(1).exactOptional(),
  }),
]) satisfies z.ZodType<Target>;

/** A request as the perimeter registered it: everything that whoever signs it signs. The texts lie beside, by their salted digest. */
export const registeredRequestSchema = z.strictObject({
  v: z.literal(1),
  requestId: requestIdSchema,
  requester: personSchema,
  principal: personSchema,
  entitlementId: z.string().min(1).max(80),
  target: targetSchema,
  durationMinutes: z.int().positive().max(LONGEST_MINUTES),
  justification: z.strictObject({ textDigest: hexDigest }),
  approvalWindowMinutes: z.int().positive().max(LONGEST_MINUTES),
  registeredAt: instant,
  breakGlass: z.boolean(),
  guardrailsDigest: hexDigest.exactOptional(),
});
export type RegisteredRequest = z.infer<typeof registeredRequestSchema>;

/** base64url(SHA-256(JCS(request))). Ids are taken as they were registered, in their case. @throws when it is not exactly a request */
export function requestDigestOf(request: RegisteredRequest): string {
  return digestOf(registeredRequestSchema.parse(request));
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}
