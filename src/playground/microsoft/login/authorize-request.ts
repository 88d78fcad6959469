import type { AppRegistration } from '../tenant/applications.ts';
import type { LoginOptions } from './login-options.ts';
import { missing, printable, type Refused, refused, unknownApplication } from './refusal.ts';

export const RESPONSE_MODES = ['query', 'fragment', 'form_post'] as const;
export type ResponseMode = (typeof RESPONSE_MODES)[number];
const PROMPTS = ['login', 'none', 'select_account', 'consent'] as const;
export type Prompt = (typeof PROMPTS)[number];

/** Where an answer goes. Known before the rest is looked at: what is wrong with the rest is told there. */
export interface ReplyTo {
  readonly redirectUri: string;
  readonly responseMode: ResponseMode;
  readonly state: string | undefined;
}

export interface Challenge {
  readonly value: string;
  readonly method: 'S256' | 'plain';
}

/** A request for a sign-in that nothing is wrong with. */
export interface AuthorizeRequest extends ReplyTo {
  readonly appId: string;
  readonly scopes: readonly string[];
  readonly nonce: string | undefined;
  readonly challenge: Challenge | undefined;
  readonly prompt: Prompt | undefined;
  readonly loginHint: string | undefined;
  /** The authentication context that the ID token has to carry (`claims`, `acrs`). */
  readonly context: string | undefined;
}

/** `page`: nobody is sent anywhere. `reply`: the application is told. */
export type Parsed =
  | { readonly kind: 'request'; readonly request: AuthorizeRequest }
  | { readonly kind: 'page'; readonly why: Refused }
  | { readonly kind: 'reply'; readonly to: ReplyTo; readonly why: Refused };

/** RFC 7636. */
const CHALLENGE = /^[A-Za-z0-9._~-]{43,128}$/;
const OPENID_SCOPES = ['openid', 'profile', 'email', 'offline_access'];
/** Ids of authentication contexts: https://learn.microsoft.com/graph/api/resources/authenticationcontextclassreference */
const CONTEXT = /^c[1-9]\d?$/;

/**
 * Parameters that Entra does not know are ignored, `max_age` among them: it stands in no table of Microsoft's.
 * Source: https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#send-the-sign-in-request
 */
export function parseAuthorize(options: LoginOptions, fields: URLSearchParams): Parsed {
  const names = [...fields.keys()];
  if (new Set(names).size !== names.length) return page(malformed);
  const clientId = fields.get('client_id');
  if (clientId === null || clientId === '') return page(missing('client_id'));
  const app = options.tenant.applications.byAppId(clientId);
  if (app === undefined || app.objectId === undefined) return page(unknownApplication(clientId));
  const uri = fields.get('redirect_uri');
  if (uri === null || uri === '') return page(refused(400, 'invalid_request', 900_971, 'No reply address provided.'));
  // Byte by byte. (Entra overlooks the port of http://localhost; nothing here relies on it.)
  if (!app.redirectUris.includes(uri)) return page(wrongRedirect(app, uri));
  const mode = fields.get('response_mode');
  const responseMode = RESPONSE_MODES.find((known) => known === mode) ?? 'query';
  const to = { redirectUri: uri, responseMode, state: fields.get('state') ?? undefined };
  const why = wrongMode(mode) ?? wrongKind(fields) ?? wrongScope(fields) ?? wrongChallenge(fields) ?? wrongPrompt(fields);
  if (why !== undefined) return { kind: 'reply', to, why };
  const context = contextOf(fields.get('claims'));
  if (typeof context === 'object') return { kind: 'reply', to, why: context };
  const challenge = fields.get('code_challenge');
  const request: AuthorizeRequest = {
    ...to,
    appId: app.appId,
    scopes: scopesOf(fields),
    nonce: fields.get('nonce') ?? undefined,
    challenge:
      challenge === null
        ? undefined
        : { value: challenge, method: fields.get('code_challenge_method') === 'S256' ? 'S256' : 'plain' },
    prompt: PROMPTS.find((known) => known === fields.get('prompt')),
    loginHint: fields.get('login_hint') ?? undefined,
    context,
  };
  return { kind: 'request', request };
}

const page = (why: Refused): Parsed => ({ kind: 'page', why });
const scopesOf = (fields: URLSearchParams): readonly string[] => (fields.get('scope') ?? '').split(/\s+/).filter(Boolean);
const malformed = refused(400, 'invalid_request', 9_002_313, 'Invalid request. Request is malformed or invalid.');

const wrongRedirect = (app: AppRegistration, uri: string): Refused =>
  refused(
    400,
    'invalid_request',
    50_011,
    `The redirect URI '${printable(uri)}' specified in the request does not match the redirect URIs configured for the application '${app.appId}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to fix this.`,
  );

function wrongMode(mode: string | null): Refused | undefined {
  if (mode === null || RESPONSE_MODES.some((known) => known === mode)) return undefined;
  return refused(
    400,
    'invalid_request',
    70_007,
    `'${printable(mode)}' is not a supported value of 'response_mode' when requesting a token.`,
  );
}

/** One kind of answer: a code. No application here has the implicit flow. */
function wrongKind(fields: URLSearchParams): Refused | undefined {
  const type = fields.get('response_type');
  if (type === 'code') return fields.has('resource') ? noResource : undefined;
  if (type === null || type === '') return missing('response_type');
  const parts = type.split(' ');
  if (parts.includes('id_token'))
    return refused(400, 'unsupported_response_type', 700_054, "response_type 'id_token' is not enabled for the application.");
  if (parts.includes('token'))
    return refused(400, 'unsupported_response_type', 700_051, "response_type 'token' is not enabled for the application.");
  return refused(400, 'unsupported_response_type', 70_005, `The app returned an unsupported response type '${printable(type)}'.`);
}
const noResource = refused(400, 'invalid_request', 901_002, "The 'resource' request parameter isn't supported.");

function wrongScope(fields: URLSearchParams): Refused | undefined {
  const scope = fields.get('scope');
  if (scope === null || scope.trim() === '') return missing('scope');
  const scopes = scopesOf(fields);
  // A sign-in without `openid` has no ID token, and delegated permissions are nobody's here: both have no use but a mistake.
  if (scopes.includes('openid') && scopes.every((one) => OPENID_SCOPES.includes(one))) return undefined;
  return refused(
    400,
    'invalid_scope',
    70_011,
    `The provided value for the input parameter 'scope' is not valid. The scope '${printable(scope)}' is not valid.`,
  );
}

function wrongChallenge(fields: URLSearchParams): Refused | undefined {
  const challenge = fields.get('code_challenge');
  const method = fields.get('code_challenge_method');
  if (challenge === null && method === null) return undefined;
  if (challenge === null) return refused(400, 'invalid_request', 50_147, 'Missing Code_Challenge parameter.');
  if (method !== null && method !== 'S256' && method !== 'plain')
    return refused(400, 'invalid_request', 50_149, 'Invalid Code_Challenge_method parameter.');
  if (!CHALLENGE.test(challenge)) return refused(400, 'invalid_request', 501_491, 'Invalid size of Code_Challenge parameter.');
  return undefined;
}

function wrongPrompt(fields: URLSearchParams): Refused | undefined {
  const prompt = fields.get('prompt');
  if (prompt === null || PROMPTS.some((known) => known === prompt)) return undefined;
  return refused(400, 'invalid_request', 90_023, `Unsupported 'prompt' value '${printable(prompt)}'.`);
}

/** The context that `claims` asks for; undefined for none, a refusal for what cannot be read. Anything else in it is ignored. */
function contextOf(claims: string | null): string | undefined | Refused {
  if (claims === null) return undefined;
  try {
    const parsed: unknown = JSON.parse(claims);
    if (!isObject(parsed)) return badClaims;
    const idToken = parsed['id_token'];
    const acrs = isObject(idToken) ? idToken['acrs'] : undefined;
    const value = isObject(acrs) ? acrs['value'] : undefined;
    return typeof value === 'string' && CONTEXT.test(value) ? value : undefined;
  } catch {
    return badClaims;
  }
}

const badClaims = refused(400, 'invalid_request', 90_100, "The 'claims' parameter is empty or not valid.");
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
