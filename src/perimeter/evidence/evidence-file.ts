import { z } from 'zod';
import { canonicalOf, digestOf, parseCanonical } from '../../access/core/canonical.ts';
import { requestIdSchema } from '../../access/core/perimeter-api.ts';
import { digestSchema, hexDigest, registeredRequestSchema } from '../../access/core/statement.ts';
import { evidenceRecordSchema } from './evidence-record.ts';

const instant = z.iso.datetime();

/** Everything that is known of one request, in one file that is its own canonical form. Described in docs/evidence-format.md. */
export const evidenceFileSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal('hallpass-evidence'),
  requestId: requestIdSchema,
  exportedAt: instant,
  /** Who says all this: the perimeter's application and the page on which people sign. */
  perimeter: z.strictObject({
    tenantId: z.guid(),
    clientId: z.guid(),
    issuer: z.string().min(1).max(300),
    keysUrl: z.string().min(1).max(300),
    approve: z.strictObject({ origin: z.string().min(1).max(300), clientId: z.guid() }).exactOptional(),
  }),
  /** What people signed by `requestDigest`; null when there was nothing to sign: refused at the door, never asked for, found again. */
  request: registeredRequestSchema.nullable(),
  /** What people wrote, with its salt; left out when it was erased. */
  texts: z.strictObject({
    justification: z.strictObject({ salt: z.string().regex(/^[0-9a-f]*$/), text: z.string() }).exactOptional(),
  }),
  /** Those that the ledger names, and a click in chat as a record of its own. */
  records: z.array(evidenceRecordSchema),
  /** How many more are kept that the ledger does not name: of acts that came too late, or whose counting was interrupted. */
  leftOut: z.int().nonnegative(),
  journal: z.strictObject({
    /** The lines of this request, byte for byte (UTF-8, without their newline). */
    lines: z.array(z.string()).min(1),
    /** Of the whole ledger, when this was exported. */
    head: z.strictObject({ seq: z.int().positive(), head: hexDigest }),
  }),
  /** What a reader must know before relying on it, in words. */
  remarks: z.array(z.string()),
  /** base64url(SHA-256(JCS(all the rest))): tells damage. Whoever changes the file on purpose can make a new one. */
  digest: digestSchema,
});
export type EvidenceFile = z.infer<typeof evidenceFileSchema>;

/** The bytes of the file. */
export function sealed(content: Omit<EvidenceFile, 'digest'>): Buffer {
  return Buffer.from(canonicalOf({ ...content, digest: digestOf(content) }), 'utf8');
}

export function isSealed(file: EvidenceFile): boolean {
  const { digest, ...rest } = file;
  return digestOf(rest) === digest;
}

/** @throws {AppError} `evidence.not-canonical`; a ZodError when it is something else */
export function readEvidenceFile(bytes: Uint8Array): EvidenceFile {
  return evidenceFileSchema.parse(parseCanonical(bytes));
}
