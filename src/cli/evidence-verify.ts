import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';
import { type PublicKey, publicKeySchema } from '../perimeter/evidence/evidence-record.ts';
import type { Verification } from '../perimeter/evidence/verification.ts';
import { type Expected, verifyEvidence } from '../perimeter/evidence/verify.ts';
import { loadPerimeterConfig } from '../perimeter/load-perimeter-config.ts';

export interface VerifyOptions {
  readonly keys?: string;
  readonly anchor?: string;
  readonly tenant?: boolean;
  readonly config?: string;
  readonly tenantId?: string;
  readonly approvalClient?: string;
}

/**
 * Verifies a file beside what the verifier brings.
 * @throws {AppError} `usage.*`, `config.*`; with `tenant` also `directory.*`, `azure.*`, `identity.*`
 */
export async function verifyFile(path: string, options: VerifyOptions): Promise<Verification> {
  const bytes = bytesOf(path);
  const expected = expectedOf(options);
  const keys = options.keys === undefined ? {} : { keys: keysOf(options.keys) };
  const outside = await outsideOf(bytes, options);
  try {
    return await verifyEvidence(bytes, { ...keys, ...(expected === undefined ? {} : { expected }), ...outside });
  } catch (cause) {
    // Only what the verifier brought is read by a schema that throws.
    if (!(cause instanceof z.ZodError)) throw cause;
    throw new AppError('usage.anchor', "these are not Microsoft's records", {
      cause,
      hint: 'Give the JSON that Graph, Azure Resource Manager or az answered, unchanged.',
    });
  }
}

function expectedOf({ config, tenantId, approvalClient }: VerifyOptions): Expected | undefined {
  if (config !== undefined) {
    const { tenant, approve } = loadPerimeterConfig(config);
    return { tenantId: tenant.tenantId, approvalClientId: approve?.clientId };
  }
  if (tenantId === undefined && approvalClient === undefined) return undefined;
  if (tenantId === undefined || approvalClient === undefined)
    throw new AppError('usage.whose', '--tenant-id and --approval-client belong together', { hint: 'Name both, or --config.' });
  return { tenantId, approvalClientId: approvalClient };
}

/** Other kinds of keys may stand beside; Entra publishes more about each than we read. */
const jwksSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });
const rsaSchema = z.object(publicKeySchema.shape);

function keysOf(path: string): readonly PublicKey[] {
  const keys = jwksSchema.safeParse(jsonOf(path)).data?.keys.filter(({ kty }) => kty === 'RSA');
  const parsed = z.array(rsaSchema).min(1).safeParse(keys);
  if (parsed.success) return parsed.data;
  throw new AppError('usage.keys', `${path} holds no signing keys`, {
    cause: parsed.error,
    hint: 'It is the JSON that Entra publishes at …/discovery/v2.0/keys, unchanged.',
  });
}

async function outsideOf(bytes: Uint8Array, { anchor, tenant, config }: VerifyOptions): Promise<{ readonly outside?: unknown }> {
  if (anchor !== undefined && tenant === true)
    throw new AppError('usage.anchor', 'name either --anchor or --tenant', { hint: 'One of the two, and not both.' });
  if (anchor !== undefined) return { outside: jsonOf(anchor) };
  if (tenant !== true) return {};
  if (config === undefined)
    throw new AppError('usage.anchor', '--tenant needs --config', {
      hint: 'Name perimeter.yaml: it says which tenant and cloud to ask. The file of evidence is not believed in this.',
    });
  const { readTenantRecords } = await import('./evidence-tenant.ts');
  return { outside: await readTenantRecords(bytes, loadPerimeterConfig(config)) };
}

function jsonOf(path: string): unknown {
  try {
    return JSON.parse(bytesOf(path).toString('utf8'));
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('usage.file', `${path} is not JSON`, { cause, hint: 'Give the answer as it came.' });
  }
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new AppError('usage.file', `${path} cannot be read`, { cause, hint: 'Check its name.' });
  }
}
