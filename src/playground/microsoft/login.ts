import type { Answer, Call } from './far-end-server.ts';
import { createAuthorizationCodes } from './login/authorization-codes.ts';
import type { LoginOptions } from './login/login-options.ts';
import { errorPage } from './login/pages.ts';
import { failure, refused, unknownTenant } from './login/refusal.ts';
import { knownResource } from './login/resources.ts';
import { signInService } from './login/sign-in.ts';
import { token } from './login/token-endpoint.ts';
import type { Resource } from './tokens.ts';

export interface LoginService {
  readonly handle: (call: Call) => Promise<Answer>;
  /** The pages for people alone, as a listener without a certificate offers them. */
  readonly handleBrowser: (call: Call) => Promise<Answer>;
  readonly fail: (status: number) => Answer;
  /** The resource an application may name, by address; undefined for one that this tenant does not know. */
  readonly resource: (name: string) => Resource | undefined;
}

/** Entra's sign-in endpoints, version 2. Errors: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
export function loginService(options: LoginOptions): LoginService {
  const codes = createAuthorizationCodes(options.now);
  const signIn = signInService(options, codes);

  const browser = (call: Call): Answer | undefined => {
    const { tenantName, path, isOurs } = placeOf(options, call);
    if (isOurs) return signIn.handle(path, call);
    return path === 'oauth2/v2.0/authorize' ? errorPage(elsewhere(options, tenantName, call), options.now.now()) : undefined;
  };
  return {
    async handle(call) {
      const { tenantName, path, isOurs } = placeOf(options, call);
      if (path === 'v2.0/.well-known/openid-configuration' && call.method === 'GET')
        return isOurs ? { status: 200, body: metadata(options) } : failure(options, unknownTenant(tenantName));
      if (path === 'discovery/v2.0/keys' && call.method === 'GET') return { status: 200, body: keysOf(options) };
      if (path === 'oauth2/v2.0/token' && call.method === 'POST')
        return isOurs ? await token(options, codes, call) : failure(options, unknownTenant(tenantName));
      return browser(call) ?? NOT_FOUND;
    },
    handleBrowser: (call) => Promise.resolve(browser(call) ?? NOT_FOUND),
    fail: (status) =>
      failure(options, refused(status, 'temporarily_unavailable', 90_033, 'A transient error has occurred. Please try again.')),
    resource: (name) => knownResource(options, name),
  };
}

const NOT_FOUND: Answer = {
  status: 404,
  body: { error: 'not_found', error_description: 'No such endpoint of the sign-in service here.' },
};

function placeOf({ tenant }: LoginOptions, call: Call) {
  const [, tenantName = '', ...rest] = call.url.pathname.split('/');
  return { tenantName, path: rest.join('/'), isOurs: tenantName.toLowerCase() === tenant.tenantId };
}

/** The application is of one tenant; an address for every tenant is refused in words of its own. */
function elsewhere({ tenant }: LoginOptions, tenantName: string, call: Call) {
  const app = tenant.applications.byAppId(call.url.searchParams.get('client_id') ?? '');
  if (app === undefined || !['common', 'organizations'].includes(tenantName.toLowerCase())) return unknownTenant(tenantName);
  const text = `Application '${app.appId}'(${app.displayName}) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such applications created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.`;
  return refused(400, 'invalid_request', 50_194, text);
}

/** Whose keys they are stands beside each. */
const keysOf = ({ tokens }: LoginOptions) => ({
  keys: tokens.jwks.keys.map((key) => ({ ...key, issuer: tokens.issuerV2 })),
});

/** As Entra's own, which names neither PKCE nor `claims`. */
function metadata({ address, browserAddress, tenant }: LoginOptions): unknown {
  const base = `${address()}/${tenant.tenantId}`;
  const forPeople = `${browserAddress()}/${tenant.tenantId}`;
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
    request_uri_parameter_supported: false,
    userinfo_endpoint: 'https://graph.microsoft.com/oidc/userinfo',
    authorization_endpoint: `${forPeople}/oauth2/v2.0/authorize`,
    end_session_endpoint: `${forPeople}/oauth2/v2.0/logout`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    claims_supported: [
      ...['sub', 'iss', 'cloud_instance_name', 'cloud_instance_host_name', 'cloud_graph_host_name', 'msgraph_host', 'aud'],
      ...['exp', 'iat', 'auth_time', 'acr', 'nonce', 'preferred_username', 'name', 'tid', 'ver', 'at_hash', 'c_hash', 'email'],
    ],
    tenant_region_scope: 'EU',
    cloud_instance_name: 'microsoftonline.com',
    cloud_graph_host_name: 'graph.windows.net',
    msgraph_host: 'graph.microsoft.com',
    rbac_url: 'https://pas.windows.net',
  };
}
