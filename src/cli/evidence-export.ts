import { writeFileSync } from 'node:fs';
import { AppError } from '../access/core/app-error.ts';
import { instantOf, transportClock } from '../access/core/clock.ts';
import { requestIdSchema } from '../access/core/perimeter-api.ts';
import { issuersOf, signingKeysUrl } from '../identity/cloud.ts';
import type { EvidenceFile } from '../perimeter/evidence/evidence-file.ts';
import { exportEvidence } from '../perimeter/evidence/export.ts';
import { verifyEvidence } from '../perimeter/evidence/verify.ts';
import type { Verification } from '../perimeter/evidence/verification.ts';
import { loadPerimeterConfig } from '../perimeter/load-perimeter-config.ts';
import type { PerimeterConfig } from '../perimeter/perimeter-config.ts';
import { readCase } from './evidence-sources.ts';

export interface Exported {
  readonly bytes: Buffer;
  /** Of the very file: what it would be told by whoever verifies it with nothing else. */
  readonly verification: Verification;
}

/**
 * The evidence of one request, from the perimeter's store; the process may run or not.
 * @throws {AppError} `config.*`, `usage.*`, `store.corrupt`, `evidence.*`
 */
export async function exportRequest(requestId: string, file: string): Promise<Exported> {
  if (!requestIdSchema.safeParse(requestId).success)
    throw new AppError('usage.request-id', 'that is no id of a request', { hint: 'It is lower-case letters and digits.' });
  const config = loadPerimeterConfig(file);
  const found = await readCase(config.store, requestId);
  const exportedAt = instantOf(transportClock.now());
  const bytes = exportEvidence({ ...found, requestId, exportedAt, perimeter: perimeterOf(config) });
  return { bytes, verification: await verifyEvidence(bytes) };
}

/** Never over something that is there: what was exported before may be all that is left. @throws {AppError} `usage.out` */
export function writeExport(path: string, bytes: Buffer): void {
  try {
    writeFileSync(path, bytes, { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    throw new AppError('usage.out', `${path} cannot be written`, {
      cause,
      hint: 'Name a file that is not there yet, in a folder that is.',
    });
  }
}

function perimeterOf({ tenant, approve }: PerimeterConfig): EvidenceFile['perimeter'] {
  const tenantId = tenant.tenantId.toLowerCase();
  return {
    tenantId,
    clientId: tenant.clientId,
    issuer: issuersOf(tenant.cloud, tenantId).v2,
    keysUrl: signingKeysUrl(tenant.cloud, tenantId),
    ...(approve === undefined ? {} : { approve: { origin: new URL(approve.publicUrl).origin, clientId: approve.clientId } }),
  };
}
