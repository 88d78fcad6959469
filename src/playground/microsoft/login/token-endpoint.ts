import { createHash } from 'node:crypto';
import type { Answer, Call } from '../far-end-server.ts';
import type { AppRegistration } from '../tenant/applications.ts';
import type { AuthorizationCodes, CodeGrant } from './authorization-codes.ts';
import type { Challenge } from './authorize-request.ts';
import { mayEnter } from './browser-sessions.ts';
import { authenticated } from './client-authentication.ts';
import { idTokenClaims } from './id-token.ts';
import type { LoginOptions } from './login-options.ts';
import { failure, missing, printable, type Refused, refused } from './refusal.ts';
import { resourceOf } from './resources.ts';

const GRANTS = ['client_credentials', 'authorization_code'] as const;
const NO_STORE = { 'cache-control': 'no-store, no-cache', pragma: 'no-cache' };
/** Where the access token of a plain sign-in leads: Graph's endpoint for what the person's own profile says. */
const USER_INFO = { audience: '00000003-0000-0000-c000-000000000000', name: 'https://graph.microsoft.com', version: 1 } as const;

/** `POST .../oauth2/v2.0/token`. No refresh tokens: nothing here asks for `offline_access`. */
export async function token(options: LoginOptions, codes: AuthorizationCodes, call: Call): Promise<Answer> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(call.headers['content-type'] ?? ''))
    return failure(options, missing('grant_type'));
  const fields = new URLSearchParams(call.text ?? '');
  const grantType = fields.get('grant_type');
  if (grantType === null) return failure(options, missing('grant_type'));
  const known = GRANTS.find((one) => one === grantType);
  if (known === undefined) {
    const text = `The app requested an unsupported grant type '${printable(grantType)}'.`;
    return failure(options, refused(400, 'unsupported_grant_type', 70_003, text));
  }
  const app = await authenticated(options, fields, call.headers['authorization']);
  if ('error' in app) return failure(options, app);
  return known === 'client_credentials' ? forApplication(options, app, fields) : forCode(options, codes, app, fields);
}

async function forApplication(options: LoginOptions, app: AppRegistration, fields: URLSearchParams): Promise<Answer> {
  const resource = resourceOf(options, fields.get('scope'));
  if ('error' in resource) return failure(options, resource);
  const issued = await options.tokens.forApplication(app, resource);
  return { status: 200, headers: NO_STORE, body: bearer(issued.token, issued.expiresInSeconds) };
}

async function forCode(
  options: LoginOptions,
  codes: AuthorizationCodes,
  app: AppRegistration,
  fields: URLSearchParams,
): Promise<Answer> {
  const grant = redeemed(codes, app, fields);
  if ('error' in grant) return failure(options, grant);
  const { tenant, tokens } = options;
  const user = tenant.directory.user(grant.objectId);
  if (!mayEnter(user)) return failure(options, refused(400, 'invalid_grant', 50_057, 'The user account is disabled.'));
  const { scopes } = grant.request;
  const client = { appId: app.appId, scopes: scopes.filter((scope) => scope !== 'offline_access').join(' ') };
  const accessToken = await tokens.forUser(user.id, USER_INFO, client);
  const idToken = await tokens.forSignIn(idTokenClaims(tenant, app, user, grant));
  return {
    status: 200,
    headers: NO_STORE,
    body: { ...bearer(accessToken, LIFETIME_SECONDS), scope: client.scopes, id_token: idToken },
  };
}

const LIFETIME_SECONDS = 3_599;
const bearer = (accessToken: string, seconds: number) => ({
  token_type: 'Bearer',
  expires_in: seconds,
  ext_expires_in: seconds,
  access_token: accessToken,
});

const invalidGrant = (number: number, text: string) => refused(400, 'invalid_grant', number, text);

/** The code is spent by the first redemption that nothing is wrong with; one that is refused leaves it open. */
function redeemed(codes: AuthorizationCodes, app: AppRegistration, fields: URLSearchParams): CodeGrant | Refused {
  const [code, redirectUri] = [fields.get('code'), fields.get('redirect_uri')];
  if (code === null) return missing('code');
  if (redirectUri === null) return missing('redirect_uri');
  const found = codes.find(code);
  if (found.status === 'unknown') return invalidGrant(9_002_313, 'Invalid request. Request is malformed or invalid.');
  const { request } = found.grant;
  if (request.appId !== app.appId) return invalidGrant(70_000, "The provided value for the 'code' parameter is not valid.");
  if (found.status === 'redeemed')
    return invalidGrant(
      54_005,
      'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
    );
  if (found.status === 'expired')
    return invalidGrant(
      70_008,
      'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
    );
  if (request.redirectUri !== redirectUri)
    return refused(
      401,
      'invalid_client',
      500_112,
      `The reply address '${printable(redirectUri)}' does not match the reply address '${request.redirectUri}' provided when requesting Authorization code.`,
    );
  const wrong = wrongVerifier(request.challenge, fields.get('code_verifier'));
  if (wrong !== undefined) return wrong;
  found.redeem();
  return found.grant;
}

function wrongVerifier(challenge: Challenge | undefined, verifier: string | null): Refused | undefined {
  if (challenge === undefined && verifier === null) return undefined;
  if (challenge === undefined || verifier === null)
    return invalidGrant(
      50_148,
      'The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.',
    );
  const made = challenge.method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier;
  if (made === challenge.value) return undefined;
  return invalidGrant(501_481, 'The Code_Verifier does not match the code_challenge supplied in the authorization request.');
}
