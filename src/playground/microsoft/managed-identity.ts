import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../access/core/clock.ts';
import type { TenantModel } from './tenant/tenant-model.ts';
import type { Resource, Tokens } from './tokens.ts';

export interface ManagedIdentityEndpoint {
  /** `IDENTITY_ENDPOINT`: plain HTTP, as in App Service. */
  readonly endpoint: string;
  /** `IDENTITY_HEADER` of a process that works as this application. */
  readonly headerOf: (clientId: string) => string;
  close(): Promise<void>;
}

/**
 * App Service's local token endpoint. Which identity a caller has is told by its header, as there each site has its own.
 * Source: https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
export async function startManagedIdentity(
  tenant: TenantModel,
  tokens: Tokens,
  now: Clock,
  resourceOf: (name: string) => Resource | undefined,
): Promise<ManagedIdentityEndpoint> {
  const salt = randomBytes(16).toString('hex');
  const headerOf = (clientId: string) =>
    createHash('sha256').update(`${salt} ${clientId.toLowerCase()}`).digest('hex').toUpperCase();

  const answer = async (address: string, header: string): Promise<readonly [status: number, body: unknown]> => {
    const url = new URL(address, 'http://localhost');
    if (url.pathname !== '/msi/token') return [404, refusal(404, 'No such endpoint.')];
    if (url.searchParams.get('api-version') !== '2019-08-01') return [400, refusal(400, 'The api-version must be 2019-08-01.')];
    const app = tenant.applications.all().find(({ appId }) => headerOf(appId) === header);
    if (app === undefined) return [401, refusal(401, 'The X-IDENTITY-HEADER is missing or not right.')];
    const wanted = url.searchParams.get('client_id');
    // Without a name the caller means the system-assigned identity of where it runs.
    const isThere = wanted === null ? !app.isUserAssigned : wanted.toLowerCase() === app.appId;
    if (!isThere)
      return [
        400,
        refusal(400, 'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.'),
      ];
    const asked = url.searchParams.get('resource') ?? '';
    const resource = resourceOf(asked);
    if (resource === undefined) return [400, refusal(400, 'The resource is unknown in this tenant.')];
    const { token, expiresInSeconds } = await tokens.forApplication(app, resource);
    const expiresOn = String(Math.floor(now.now() / 1_000) + expiresInSeconds);
    const body = {
      access_token: token,
      expires_on: expiresOn,
      resource: asked,
      token_type: 'Bearer',
      client_id: app.appId,
    };
    return [200, body];
  };

  const server = createServer((request, response) => {
    const header = String(request.headers['x-identity-header'] ?? '');
    answer(request.url ?? '/', header).then(
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
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const refusal = (statusCode: number, message: string) => ({
  statusCode,
  message,
  correlationId: '00000000-0000-0000-0000-000000000000',
});
