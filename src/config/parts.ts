import { z } from 'zod';

/** Parts that both configuration files share. Keys are checked strictly: an unknown key is an error, not a wish. */
export const guid = z.guid();
export const personSchema = z.strictObject({ tenantId: guid, objectId: guid });

/** People by their two ids, groups by object id. */
export const audienceSchema = z.strictObject({
  people: z.array(personSchema).default([]),
  groups: z.array(guid).default([]),
});
export type Audience = z.infer<typeof audienceSchema>;

/** Where a secret lies; never the secret itself. */
export const secretSourceSchema = z.union([
  z.strictObject({ env: z.string().regex(/^[A-Z][A-Z0-9_]*$/) }),
  z.strictObject({ file: z.string().min(1) }),
]);
export type SecretSource = z.infer<typeof secretSourceSchema>;

const httpsUrl = z.url({ protocol: /^https$/ });
const publishedCloud = z.enum(['AzureCloud', 'AzureUSGovernment', 'AzureChina']);
export type PublishedCloud = z.infer<typeof publishedCloud>;
export const cloudSchema = z.union([
  publishedCloud,
  /** `like`: whose forms of issuers and of the exchange's audience hold there. */
  z.strictObject({ login: httpsUrl, graph: httpsUrl, arm: httpsUrl, like: publishedCloud.optional() }),
]);
export type CloudSetting = z.infer<typeof cloudSchema>;

const file = z.string().min(1);
const keptByPlatform = [
  /** A token that the platform keeps fresh in a file, such as Kubernetes'. Default: what `AZURE_FEDERATED_TOKEN_FILE` names. */
  z.strictObject({ workloadIdentity: z.strictObject({ tokenFile: file.optional() }) }),
  /** PEM: the certificate, and its private key. */
  z.strictObject({ certificate: z.strictObject({ file }) }),
] as const;
/** Neither a secret nor a managed identity of Azure. */
export const keptByPlatformSchema = z.union(keptByPlatform);
/** How an app registration shows that it is the one. All but the last do without a secret. */
const clientCredentials = [
  /** A user-assigned managed identity that the registration trusts by a federated credential; both are of one tenant. */
  z.strictObject({ federated: z.strictObject({ managedIdentity: z.strictObject({ clientId: guid }) }) }),
  ...keptByPlatform,
  z.strictObject({ clientSecret: secretSourceSchema }),
] as const;
export const clientCredentialSchema = z.union(clientCredentials);
export type ClientCredentialSetting = z.infer<typeof clientCredentialSchema>;

export const credentialSchema = z.union([
  z.strictObject({ managedIdentity: z.strictObject({ clientId: guid.optional() }) }),
  ...clientCredentials,
]);
export type CredentialSetting = z.infer<typeof credentialSchema>;

/** The Entra identity a process works as. */
export const tenantSchema = z.strictObject({
  tenantId: guid,
  cloud: cloudSchema.default('AzureCloud'),
  clientId: guid,
  credential: credentialSchema,
});
export type TenantSetting = z.infer<typeof tenantSchema>;

/** `port: 0` takes a free one. Without `tls` only a loopback host is accepted, or one behind a proxy that ends TLS (`behindProxy`). */
export const listenSchema = z.strictObject({
  host: z.string().default('127.0.0.1'),
  port: z.int().min(0).max(65_535),
  tls: z.strictObject({ certFile: z.string().min(1), keyFile: z.string().min(1) }).optional(),
  behindProxy: z.boolean().default(false),
});

/**
 * The listener of operators, `/readyz` and `/metrics`: never the public one, since they name channels, requests and object ids. Each
 * process has a default port of its own, so that both can run on one machine.
 */
const opsSchema = (defaultPort: number) =>
  listenSchema.extend({ port: listenSchema.shape.port.default(defaultPort) }).prefault({});
export const botOpsSchema = opsSchema(9464);
export const perimeterOpsSchema = opsSchema(9465);

const postgresSchema = z.strictObject({
  /** Where the address lies: `postgresql://user:password@host:5432/database`. It holds a password, so it is a secret. */
  connection: secretSourceSchema,
  /** Bot and perimeter need one each. Made at the first start when it is not there. */
  schema: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/, 'must be lower-case letters, digits and underscores')
    .default('hallpass'),
  /** TLS with a verified certificate, or with one of an authority of your own; without TLS only on this machine. */
  ssl: z
    .union([z.enum(['verify', 'off-on-loopback']), z.strictObject({ caFile: z.string().min(1) })], {
      error: 'must be verify, off-on-loopback or { caFile: /path }',
    })
    .default('verify'),
});
export type PostgresSetting = z.infer<typeof postgresSchema>;

export type StoreSetting =
  | { readonly folder: string; readonly checkpointEveryLines: number }
  | { readonly postgres: PostgresSetting };

const DEFAULT_CHECKPOINT_LINES = 5_000;

/** Where a process keeps its journal: in a folder of its machine, or in a database, for more than one machine. */
export const storeSchema = z
  .strictObject({
    folder: z.string().min(1).optional(),
    /** Of a folder. Journal lines between checkpoints: fewer make a start faster and writing dearer. */
    checkpointEveryLines: z.int().min(10).max(1_000_000).optional(),
    postgres: postgresSchema.optional(),
  })
  .transform(({ folder, checkpointEveryLines, postgres }, context): StoreSetting => {
    const refuse = (message: string, path: string[] = []): never => {
      context.addIssue({ code: 'custom', message, path });
      return z.NEVER;
    };
    if (folder !== undefined && postgres !== undefined)
      return refuse('name a folder (one machine) or postgres (several machines), not both');
    if (folder !== undefined) return { folder, checkpointEveryLines: checkpointEveryLines ?? DEFAULT_CHECKPOINT_LINES };
    if (postgres === undefined) return refuse('name a folder (one machine) or postgres (several machines)');
    if (checkpointEveryLines !== undefined)
      return refuse('belongs to a folder; postgres has no checkpoints', ['checkpointEveryLines']);
    return { postgres };
  });

/** At least a month: whoever asks after an outage or a holiday finds it. */
const keepDays = z.int().min(30).max(36_600);

/** How long what is kept beside the journal stays after a case is over. The journal itself holds ids, and stays. docs/privacy.md */
const retentionShape = {
  /** Justifications, notes, details of findings. */
  textsDays: keepDays.default(730),
};
export const botRetentionSchema = z.strictObject(retentionShape).prefault({});
export const perimeterRetentionSchema = z
  .strictObject({ ...retentionShape, /** Signatures, chat decisions and read-backs. */ evidenceDays: keepDays.default(3_650) })
  .prefault({});

/** An offset of the domain clock, read from a file; accepted only when every outside address is loopback. For trying out. */
export const domainClockSchema = z.strictObject({ offsetFile: z.string().min(1) });
