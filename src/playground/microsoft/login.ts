import { randomUUID, timingSafeEqual } from 'node:crypto';
import { type Clock, instantOf } from '../../access/core/clock.ts';
import type { Answer, Call } from './far-end-server.ts';
import { GRAPH_RESOURCE } from './tenant/app-permissions.ts';
import type { AppRegistration } from './tenant/applications.ts';
import type { TenantModel } from './tenant/tenant-model.ts';
import { ARM_RESOURCE, BOT_CONNECTOR_RESOURCE, type Resource, type Tokens } from './tokens.ts';

/** Clients name a resource by address; the audience in the token is not always the same text. */
const MICROSOFT_RESOURCES: Readonly<Record<string, string>> = {
  [GRAPH_RESOURCE]: GRAPH_RESOURCE,
  'https://graph.microsoft.com/': GRAPH_RESOURCE,
  '00000003-0000-0000-c000-000000000000': GRAPH_RESOURCE,
  [ARM_RESOURCE]: ARM_RESOURCE,
  'https://management.azure.com/': ARM_RESOURCE,
  'https://management.core.windows.net': ARM_RESOURCE,
  'https://management.core.windows.net/': ARM_RESOURCE,
  [BOT_CONNECTOR_RESOURCE]: BOT_CONNECTOR_RESOURCE,
};

export interface LoginOptions {
  readonly tenant: TenantModel;
  readonly tokens: Tokens;
  readonly now: Clock;
  /** Its own address; known once it listens. */
  readonly address: () => string;
  /** Addresses that stand for Microsoft's: a client may ask for `{graphUrl}/.default` as for the real one. */
  readonly standIns: () => Readonly<Record<string, string>>;
}

export interface LoginService {
  readonly handle: (call: Call) => Promise<Answer>;
  readonly fail: (status: number) => Answer;
  /** The resource an application may name, by address; undefined for one that this tenant does not know. */
  readonly resource: (name: string) => Resource | undefined;
}

/** Entra's sign-in endpoints, as far as applications use them. Errors: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
export function loginService(options: LoginOptions): LoginService {
  const handle = async (call: Call): Promise<Answer> => {
    const [, tenantName = '', ...rest] = call.url.pathname.split('/');
    const known = tenantName.toLowerCase() === options.tenant.tenantId;
    const path = rest.join('/');
    if (path === 'v2.0/.well-known/openid-configuration' && call.method === 'GET')
      return known ? { status: 200, body: metadata(options) } : failure(options, unknownTenant(tenantName));
    if (path === 'discovery/v2.0/keys' && call.method === 'GET') return { status: 200, body: options.tokens.jwks };
    if (path === 'oauth2/v2.0/token' && call.method === 'POST')
      return known ? await token(options, call) : failure(options, unknownTenant(tenantName));
    return { status: 404, body: { error: 'not_found', error_description: 'No such endpoint of the sign-in service here.' } };
  };
  return {
    handle,
    fail: (status) =>
      failure(options, refused(status, 'temporarily_unavailable', 90_033, 'A transient error has occurred. Please try again.')),
    resource: (name) => knownResource(options, name),
  };
}

function metadata({ address, tenant }: LoginOptions): unknown {
  const base = `${address()}/${tenant.tenantId}`;
  return {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: `${base}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    tenant_region_scope: 'EU',
  };
}

interface Refused {
  readonly status: number;
  readonly error: string;
  readonly number: number;
  readonly text: string;
}

const refused = (status: number, error: string, number: number, text: string): Refused => ({ status, error, number, text });
const unknownTenant = (name: string) =>
  refused(
    400,
    'invalid_request',
    90_002,
    `Tenant '${printable(name)}' not found. Check to make sure you have the correct tenant ID.`,
  );

async function token(options: LoginOptions, call: Call): Promise<Answer> {
  const { tenant, tokens } = options;
  if (!/^application\/x-www-form-urlencoded\b/i.test(call.headers['content-type'] ?? ''))
    return failure(options, missing('grant_type'));
  const form = new URLSearchParams(call.text ?? '');
  const asked = client(options, form, call.headers['authorization']);
  if ('error' in asked) return failure(options, asked);
  const resource = resourceOf(options, form.get('scope'));
  if ('error' in resource) return failure(options, resource);
  const issued = await tokens.forApplication(asked, resource);
  return {
    status: 200,
    headers: { 'cache-control': 'no-store, no-cache' },
    body: {
      token_type: 'Bearer',
      expires_in: issued.expiresInSeconds,
      ext_expires_in: issued.expiresInSeconds,
      access_token: issued.token,
    },
  };

  function client(login: LoginOptions, fields: URLSearchParams, authorization: string | undefined): AppRegistration | Refused {
    const grantType = fields.get('grant_type');
    if (grantType === null) return missing('grant_type');
    if (grantType !== 'client_credentials')
      return refused(
        400,
        'unsupported_grant_type',
        70_003,
        `The app requested an unsupported grant type '${printable(grantType)}'.`,
      );
    const basic = basicOf(authorization);
    const clientId = fields.get('client_id') ?? basic?.id ?? null;
    if (clientId === null) return missing('client_id');
    const app = tenant.applications.byAppId(clientId);
    if (app === undefined)
      return refused(
        400,
        'unauthorized_client',
        700_016,
        `Application with identifier '${printable(clientId)}' was not found in the directory 'Playground'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.`,
      );
    if (fields.get('client_assertion') !== null)
      return refused(
        401,
        'invalid_client',
        700_027,
        'Client assertion failed signature validation. The playground knows no certificates and no federated identities: use a client secret or the managed identity endpoint.',
      );
    const secret = fields.get('client_secret') ?? basic?.secret ?? null;
    if (secret === null)
      return refused(
        401,
        'invalid_client',
        7_000_218,
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
      );
    return rightSecret(app, secret, login.now.now());
  }
}

function rightSecret(app: AppRegistration, secret: string, at: number): AppRegistration | Refused {
  const match = app.credentials.find(({ secretText }) => secretText !== undefined && sameText(secretText, secret));
  if (match === undefined)
    return refused(
      401,
      'invalid_client',
      7_000_215,
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${app.appId}'.`,
    );
  if (Date.parse(match.endDateTime) <= at)
    return refused(
      401,
      'invalid_client',
      7_000_222,
      `The provided client secret keys for app '${app.appId}' are expired. Visit the Azure portal to create new keys for your app.`,
    );
  if (!app.accountEnabled)
    return refused(401, 'unauthorized_client', 7_000_112, `Application '${app.appId}'(${app.displayName}) is disabled.`);
  return app;
}

function resourceOf(options: LoginOptions, scope: string | null): Resource | Refused {
  if (scope === null || scope.trim() === '') return missing('scope');
  // MSAL adds the OpenID scopes to whatever it asks; they mean nothing for an application.
  const scopes = scope.split(/\s+/).filter((one) => !['openid', 'profile', 'offline_access', ''].includes(one));
  const [only, ...others] = scopes;
  if (only === undefined || others.length > 0 || !only.endsWith('/.default'))
    return refused(
      400,
      'invalid_scope',
      1_002_012,
      `The provided value for scope ${printable(scope)} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    );
  const name = only.slice(0, -'/.default'.length);
  return (
    knownResource(options, name) ??
    refused(
      400,
      'invalid_resource',
      500_011,
      `The resource principal named ${printable(name)} was not found in the tenant named Playground. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
    )
  );
}

function knownResource(options: LoginOptions, name: string): Resource | undefined {
  const microsofts = MICROSOFT_RESOURCES[name] ?? options.standIns()[name];
  if (microsofts !== undefined) return { audience: microsofts, name: microsofts, version: 1 };
  const app = options.tenant.applications.byAudience(name);
  const uri = app?.identifierUris[0];
  if (app === undefined || uri === undefined) return undefined;
  // A version 2 token names the API by its client id, a version 1 token by the address that was asked for.
  const version = app.accessTokenVersion;
  return { audience: version === 2 ? app.appId : name, name: uri, version };
}

const missing = (name: string): Refused =>
  refused(400, 'invalid_request', 900_144, `The request body must contain the following parameter: '${name}'.`);

function failure({ now, address }: LoginOptions, { status, error, number, text }: Refused): Answer {
  const traceId = randomUUID();
  const correlationId = randomUUID();
  const timestamp = `${instantOf(now.now()).slice(0, 19).replace('T', ' ')}Z`;
  return {
    status,
    headers: { 'cache-control': 'no-store, no-cache', 'x-ms-request-id': traceId },
    body: {
      error,
      error_description: `AADSTS${number}: ${text} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
      error_codes: [number],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      error_uri: `${address()}/error?code=${number}`,
    },
  };
}

/** What came from outside stands in an error text cut short and without control characters. */
const printable = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 120);

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function basicOf(authorization: string | undefined): { readonly id: string; readonly secret: string } | undefined {
  const encoded = /^Basic (\S+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [id, ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return { id: decodeURIComponent(id ?? ''), secret: decodeURIComponent(secret.join(':')) };
}
