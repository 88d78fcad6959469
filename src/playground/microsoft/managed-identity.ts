import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../access/core/clock.ts';
import { issued } from '../issued.ts';
import type { AppRegistration } from './tenant/applications.ts';
import type { TenantModel } from './tenant/tenant-model.ts';
import type { Resource, Tokens } from './tokens.ts';

/** A tenant whose identities are given out here. */
export interface IdentityTenant {
  readonly tenant: TenantModel;
  readonly tokens: Tokens;
  /** The resource of this name, as this tenant knows it. */
  readonly resource: (name: string) => Resource | undefined;
}

export interface ManagedIdentityEndpoint {
  /** `IDENTITY_ENDPOINT`: plain HTTP, as in App Service. */
  readonly endpoint: string;
  /** `AZURE_POD_IDENTITY_AUTHORITY_HOST` of a machine that has this identity: the metadata service, which libraries ask where there is no App Service. */
  readonly metadataHostOf: (clientId: string) => string;
  /** `IDENTITY_HEADER` of a process that works as this application. */
  readonly headerOf: (clientId: string) => string;
  /** Gives the site or machine of the first identity this one too. */
  readonly assign: (host: string, clientId: string) => void;
  close(): Promise<void>;
}

type Reply = readonly [status: number, body: unknown];

/**
 * App Service's local token endpoint, and a virtual machine's metadata service. Which identity a caller has is told by its header there, and by
 * the address here, as each site and machine has its own.
 * Sources: https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference,
 * https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
 */
export async function startManagedIdentity(tenants: readonly IdentityTenant[], now: Clock): Promise<ManagedIdentityEndpoint> {
  const salt = randomBytes(16).toString('hex');
  const headerOf = (clientId: string) =>
    issued('secret', createHash('sha256').update(`${salt} ${clientId.toLowerCase()}`).digest('hex').toUpperCase());
  const assigned = new Map<string, string[]>();
  /** Of those that live there: the one that is named, or without a name the system-assigned one. */
  const identityAt = (header: string, wanted: string | null) => {
    const isThere = ({ appId, isUserAssigned }: AppRegistration) =>
      (headerOf(appId) === header || assigned.get(header)?.includes(appId) === true) &&
      (wanted === null ? !isUserAssigned : wanted.toLowerCase() === appId);
    for (const each of tenants) {
      const app = each.tenant.applications.all().find(isThere);
      if (app !== undefined) return { ...each, app };
    }
    return undefined;
  };
  const isKnown = (header: string) =>
    assigned.has(header) ||
    tenants.some(({ tenant }) => tenant.applications.all().some(({ appId }) => headerOf(appId) === header));

  const appService = async ({ searchParams }: URL, headers: IncomingHttpHeaders): Promise<Reply> => {
    if (searchParams.get('api-version') !== '2019-08-01') return [400, refusal(400, 'The api-version must be 2019-08-01.')];
    const header = String(headers['x-identity-header'] ?? '');
    if (!isKnown(header)) return [401, refusal(401, 'The X-IDENTITY-HEADER is missing or not right.')];
    const found = identityAt(header, searchParams.get('client_id'));
    if (found === undefined) return [400, refusal(400, NO_IDENTITY)];
    const asked = searchParams.get('resource') ?? '';
    const resource = found.resource(asked);
    if (resource === undefined) return [400, refusal(400, noResource(asked))];
    const { token, expiresInSeconds } = await found.tokens.forApplication(found.app, resource);
    return [200, { ...given(asked, token, expiresInSeconds), client_id: found.app.appId }];
  };

  const metadata = async ({ searchParams }: URL, headers: IncomingHttpHeaders, header: string): Promise<Reply> => {
    if (searchParams.get('api-version') === null)
      return [400, { error: 'bad_request', error_description: 'Required query variable api-version is missing' }];
    const found = identityAt(header, searchParams.get('client_id'));
    if (headers['metadata'] !== 'true')
      return [400, { error: 'invalid_request', error_description: 'Required metadata header not specified' }];
    if (found === undefined) return [400, { error: 'invalid_request', error_description: 'Identity not found' }];
    const asked = searchParams.get('resource') ?? '';
    const resource = found.resource(asked);
    if (resource === undefined) return [400, { error: 'invalid_resource', error_description: noResource(asked) }];
    const { token, expiresInSeconds } = await found.tokens.forApplication(found.app, resource);
    const body = { ...given(asked, token, expiresInSeconds), client_id: found.app.appId };
    return [200, { ...body, expires_in: String(expiresInSeconds), ext_expires_in: String(expiresInSeconds) }];
  };

  const given = (resource: string, access_token: string, expiresInSeconds: number) => ({
    access_token,
    expires_on: String(Math.floor(now.now() / 1_000) + expiresInSeconds),
    resource,
    token_type: 'Bearer',
  });

  const answer = (address: string, headers: IncomingHttpHeaders): Promise<Reply> => {
    const url = new URL(address, 'http://localhost');
    if (url.pathname === '/msi/token') return appService(url, headers);
    const machine = /^\/machines\/([0-9a-f]+)\/metadata\/identity\/oauth2\/token\/?$/i.exec(url.pathname)?.[1]?.toUpperCase();
    return machine === undefined ? Promise.resolve([404, refusal(404, 'No such endpoint.')]) : metadata(url, headers, machine);
  };

  const server = createServer((request, response) => {
    answer(request.url ?? '/', request.headers).then(
      ([status, body]) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}/msi/token`,
    headerOf,
    assign(host, clientId) {
      const header = headerOf(host);
      assigned.set(header, [...(assigned.get(header) ?? []), clientId.toLowerCase()]);
    },
    metadataHostOf: (clientId) => `http://127.0.0.1:${port}/machines/${headerOf(clientId)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const NO_IDENTITY = 'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.';
const noResource = (name: string): string =>
  `AADSTS500011: The resource principal named ${name.slice(0, 120)} was not found in the tenant named Playground. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`;

const refusal = (statusCode: number, message: string) => ({
  statusCode,
  message,
  correlationId: '00000000-0000-0000-0000-000000000000',
});
