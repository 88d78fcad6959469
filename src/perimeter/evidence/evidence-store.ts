import { AppError } from '../../access/core/app-error.ts';
import { digestOf, parseCanonical } from '../../access/core/canonical.ts';
import { requestIdSchema } from '../../access/core/perimeter-api.ts';
import { caseOf, type EvidenceRecord, evidenceRecordSchema } from './evidence-record.ts';

export interface StoredEvidence {
  /** base64url SHA-256 over the record's canonical form: what the journal holds of it. */
  readonly digest: string;
  readonly record: EvidenceRecord;
}

/** Keeps evidence apart from the journal, so that it has its own readers and its own end. No record is ever changed. */
export interface EvidenceStore {
  /**
   * Resolves when the record can no longer be lost: call before the event that names its digest. The same record again changes nothing.
   * @throws {AppError} `evidence.unstorable` (no record, or of another request), retryable `evidence.unavailable`
   */
  put(requestId: string, record: EvidenceRecord): Promise<{ readonly digest: string }>;
  /** All records of a request, by digest; none when there are none. @throws {AppError} `evidence.damaged`, retryable `evidence.unavailable` */
  list(requestId: string): Promise<readonly StoredEvidence[]>;
  /** How many records of a request there are, whatever is in them. @throws {AppError} retryable `evidence.unavailable` */
  count(requestId: string): Promise<number>;
  /** All of a request, when it has been kept long enough. @throws {AppError} retryable `evidence.unavailable` */
  erase(requestId: string): Promise<void>;
}

/** What every store writes: nothing that it could not read again. */
export function checkedForStore(
  requestId: string,
  record: EvidenceRecord,
): { readonly digest: string; readonly record: EvidenceRecord } {
  const parsed = evidenceRecordSchema.safeParse(record);
  if (!parsed.success) throw new AppError('evidence.unstorable', 'not an evidence record', { cause: parsed.error });
  if (!requestIdSchema.safeParse(requestId).success || caseOf(parsed.data) !== requestId)
    throw new AppError('evidence.unstorable', 'a record of another request');
  return { digest: digestOf(parsed.data), record: parsed.data };
}

/** What every store reads: bytes that are what their name says. @throws {AppError} `evidence.damaged` */
export function readStored(requestId: string, digest: string, bytes: Uint8Array): StoredEvidence {
  try {
    const record = evidenceRecordSchema.parse(parseCanonical(bytes));
    if (digestOf(record) === digest && caseOf(record) === requestId) return { digest, record };
  } catch (cause) {
    throw damaged(requestId, digest, cause);
  }
  throw damaged(requestId, digest);
}

function damaged(requestId: string, digest: string, cause?: unknown): AppError {
  return new AppError('evidence.damaged', `evidence ${digest} of ${requestId} is not what its name says`, {
    cause,
    hint: 'Somebody or something changed the stored evidence. Bring it back from a backup; the journal holds its digest.',
  });
}

export function unavailable(what: string, cause: unknown): AppError {
  return new AppError('evidence.unavailable', `${what}: the evidence store did not answer`, {
    cause,
    retryable: true,
    hint: 'Nothing was decided. An operator can look at the disk or the database of the perimeter.',
  });
}
