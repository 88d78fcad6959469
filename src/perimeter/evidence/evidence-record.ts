import { z } from 'zod';
import { personSchema, requestIdSchema } from '../../access/core/perimeter-api.ts';
import { digestSchema, statementSchema } from '../../access/core/statement.ts';

/**
 * What is kept of one act, for a reader who has nothing but this a year later (docs/evidence-format.md). A record is named by the digest of
 * its canonical form; the journal holds that digest and nothing of the content.
 */
const instant = z.iso.datetime();
const base64url = z.string().regex(/^[\w-]+$/);

/** The public part of the key that the token was verified with, as first seen. Nothing else of Entra's entry is needed to verify again. */
export const publicKeySchema = z.strictObject({
  kty: z.literal('RSA'),
  kid: z.string().min(1).max(200),
  n: base64url,
  e: base64url,
});
export type PublicKey = z.infer<typeof publicKeySchema>;

/** How the sign-in was made fresh: by what the tenant demands for a context, or by signing in after the click. */
const stepUpSchema = z.union([
  z.strictObject({ authenticationContext: z.string().min(1).max(20) }),
  z.strictObject({ promptLogin: z.literal(true), clickedAt: instant }),
]);

/** As the page showed them, looked up by the perimeter. For people to read: nothing is concluded from a name. */
const shownNamesSchema = z.strictObject({
  signer: z.string().max(300),
  requester: z.string().max(300),
  principal: z.string().max(300),
  target: z.string().max(1_000),
});

/** A statement that somebody signed on the perimeter's page, by a sign-in whose nonce is its digest. */
export const signedActSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal('signed'),
  statement: statementSchema,
  /** Compact JWS, as it came from Entra. The one token that is ever stored. */
  idToken: z
    .string()
    .max(20_000)
    .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/),
  jwk: publicKeySchema,
  issuer: z.string().min(1).max(300),
  /** Where the key was found. */
  keysUrl: z.string().min(1).max(300),
  /** By the machine's own clock. */
  verifiedAt: instant,
  stepUp: stepUpSchema,
  signer: personSchema,
  names: shownNamesSchema,
});
export type SignedAct = z.infer<typeof signedActSchema>;

/** A click in chat, as the bot told it. Nothing but the bot's word stands behind it. */
export const chatDecisionSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal('chat'),
  assurance: z.literal('chat'),
  requestId: requestIdSchema,
  requestDigest: digestSchema,
  decisionId: z.string().min(1).max(120),
  decision: z.enum(['approve', 'deny']),
  stage: z.int().nonnegative(),
  approver: personSchema,
  /** As the bot said. */
  decidedAt: instant,
});
export type ChatDecision = z.infer<typeof chatDecisionSchema>;

/** What was written into a field of Microsoft's, so that its records name ours. `none`: the way of giving has no such field. */
export const anchorSchema = z.discriminatedUnion('place', [
  z.strictObject({ place: z.literal('pim'), ticketNumber: z.string(), ticketSystem: z.string() }),
  z.strictObject({ place: z.literal('arm'), description: z.string() }),
  z.strictObject({ place: z.literal('none') }),
]);
export type Anchor = z.infer<typeof anchorSchema>;

/** What the directory answered when it was read after giving, and what was written beside. */
export const givenRecordSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal('given'),
  requestId: requestIdSchema,
  /** Over the request and the decisions that it was given on; see evidence-digest.ts. */
  evidenceDigest: digestSchema,
  anchor: anchorSchema,
  assignment: z.looseObject({ kind: z.enum(['pim', 'plain']), id: z.string().min(1) }),
  /** Entra or Azure itself ends it. */
  nativeEnd: z.boolean(),
  givenAt: instant,
  endsAt: instant,
});
export type GivenRecord = z.infer<typeof givenRecordSchema>;

/** What the directory answered when it was read after taking. */
export const takenRecordSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal('taken'),
  requestId: requestIdSchema,
  /** When reading said that it is gone. */
  confirmedAt: instant,
});
export type TakenRecord = z.infer<typeof takenRecordSchema>;

export const evidenceRecordSchema = z.discriminatedUnion('kind', [
  signedActSchema,
  chatDecisionSchema,
  givenRecordSchema,
  takenRecordSchema,
]);
export type EvidenceRecord = z.infer<typeof evidenceRecordSchema>;

/** Which request a record belongs to; for the signing of an unfreezing, the freeze. */
export function caseOf(record: EvidenceRecord): string {
  return record.kind === 'signed' ? record.statement.requestId : record.requestId;
}
