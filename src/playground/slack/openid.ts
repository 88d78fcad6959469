import { createHash, randomBytes } from 'node:crypto';
import { type Context, Hono } from 'hono';
import type { JWTPayload } from 'jose';
import { transportClock } from '../../access/core/clock.ts';
import { createSigningKeys } from '../microsoft/signing-keys.ts';
import { arrived, issued } from '../issued.ts';
import { choosePage, errorPage } from './openid-pages.ts';
import type { SlackUser } from './slack-objects.ts';
import type { Workspace } from './workspace.ts';

export interface OpenIdApp {
  readonly clientId: string;
  readonly clientSecret: string;
  /** As registered with the app: `OAuth & Permissions`, Redirect URLs. Compared exactly. */
  readonly redirectUris: readonly string[];
  /** Where people's browsers sign in, when that is another origin than the API's. */
  readonly browserOrigin?: string;
}

export interface SlackOpenId {
  readonly app: Hono;
  /** Changes what a token says before it is signed: for tests of whoever believes it. */
  lie: (claims: JWTPayload) => JWTPayload;
  /** From now on another key signs, and the ones before are published no longer. */
  rotateKeys(): Promise<void>;
}

/** "The code expires in ten minutes": https://docs.slack.dev/authentication/installing-with-oauth */
const CODE_LIVES_MS = 10 * 60_000;
const PAGE_LIVES_MS = 10 * 60_000;
/** As in the published example of a token: `exp` is five minutes after `iat`. */
const TOKEN_LIVES_SECONDS = 300;
const SCOPES = ['openid', 'email', 'profile'];

interface Asked {
  readonly redirectUri: string;
  readonly state: string | undefined;
  readonly nonce: string | undefined;
  readonly scopes: readonly string[];
  readonly at: number;
}
interface Code extends Asked {
  readonly userId: string;
  used: boolean;
}

/**
 * Sign in with Slack: discovery, keys, the page in the browser, and the exchange of codes. Strict where Slack's rules are published.
 * @see https://docs.slack.dev/authentication/sign-in-with-slack
 */
export async function createOpenId(workspace: Workspace, registered: OpenIdApp, issuer: () => string): Promise<SlackOpenId> {
  const keys = await createSigningKeys(transportClock);
  const pages = new Map<string, Asked>();
  const codes = new Map<string, Code>();
  const app = new Hono();
  const openId: SlackOpenId = { app, lie: (claims) => claims, rotateKeys: () => keys.rotate({ oldStaysMs: 0 }) };
  const random = () => randomBytes(24).toString('hex');
  const now = () => transportClock.now();

  app.get('/.well-known/openid-configuration', (c) => {
    const browser = registered.browserOrigin ?? issuer();
    return c.json({
      issuer: issuer(),
      authorization_endpoint: `${browser}/openid/connect/authorize`,
      token_endpoint: `${issuer()}/api/openid.connect.token`,
      userinfo_endpoint: `${issuer()}/api/openid.connect.userInfo`,
      jwks_uri: `${issuer()}/openid/connect/keys`,
      scopes_supported: SCOPES,
      response_types_supported: ['code'],
      response_modes_supported: ['form_post'],
      grant_types_supported: ['authorization_code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      claims_supported: ['sub', 'auth_time', 'iss'],
      claims_parameter_supported: false,
      request_parameter_supported: false,
      request_uri_parameter_supported: true,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    });
  });
  app.get('/openid/connect/keys', (c) => c.json(keys.jwks));

  app.get('/openid/connect/authorize', (c) => {
    const {
      client_id: clientId,
      redirect_uri: redirectUri = '',
      response_type: type,
      scope = '',
      state,
      nonce,
      team,
    } = c.req.query();
    const scopes = scope.split(/[\s,]+/).filter((one) => one !== '');
    if (clientId !== registered.clientId) return errorPage(c, 'invalid_client_id');
    if (!registered.redirectUris.includes(redirectUri) || !isPrivate(redirectUri)) return errorPage(c, 'bad_redirect_uri');
    if (type !== 'code') return errorPage(c, 'unsupported_response_type');
    if (!scopes.includes('openid') || !scopes.every((one) => SCOPES.includes(one))) return errorPage(c, 'invalid_scope');
    // The app of the manifest has not switched PKCE on: Slack knows no challenge then.
    if (c.req.query('code_challenge') !== undefined) return errorPage(c, 'pkce_not_allowed');
    const page = random();
    pages.set(page, { redirectUri, state, nonce, scopes, at: now() });
    return choosePage(c, page, workspace.seed, [...workspace.users.values()], team);
  });

  app.post('/openid/connect/continue', async (c) => {
    const fields = new URLSearchParams(await c.req.text());
    const page = fields.get('page') ?? '';
    const asked = pages.get(page);
    pages.delete(page);
    if (asked === undefined || asked.at + PAGE_LIVES_MS < now()) return errorPage(c, 'expired_page');
    const back = new URL(asked.redirectUri);
    if (asked.state !== undefined) back.searchParams.set('state', asked.state);
    const user = workspace.users.get(fields.get('person') ?? '');
    if (fields.has('cancel') || user === undefined || user.isBot) back.searchParams.set('error', 'access_denied');
    else if (user.deactivated === true) return errorPage(c, 'account_inactive');
    else {
      const code = issued('code', `${random()}.${random()}`);
      codes.set(code, { ...asked, at: now(), userId: user.id, used: false });
      back.searchParams.set('code', code);
    }
    return c.redirect(back.href, 302);
  });

  app.post('/api/openid.connect.token', async (c) => {
    const fields = await argumentsOf(c);
    arrived({ authorization: c.req.header('authorization') }, fields.toString());
    const answer = await exchange(fields, c.req.header('authorization'));
    return c.json(typeof answer === 'string' ? { ok: false, error: answer } : { ok: true, ...answer });
  });

  /** What Slack answers besides `ok`, or its error. Errors: https://docs.slack.dev/reference/methods/openid.connect.token#errors */
  async function exchange(fields: URLSearchParams, authorization: string | undefined) {
    const [basicId, basicSecret] = basicOf(authorization);
    const code = codes.get(fields.get('code') ?? '');
    if ((fields.get('client_id') ?? basicId) !== registered.clientId) return 'invalid_client_id';
    if ((fields.get('client_secret') ?? basicSecret) !== registered.clientSecret) return 'bad_client_secret';
    if (!['authorization_code', null].includes(fields.get('grant_type'))) return 'invalid_grant_type';
    // Measured by others: github.com/paradigmxyz/centaur/pull/1101.
    if (fields.has('code_verifier')) return 'internal_error';
    if (code === undefined || code.at + CODE_LIVES_MS < now()) return 'invalid_code';
    if (code.used) return 'code_already_used';
    if (fields.get('redirect_uri') !== code.redirectUri) return 'bad_redirect_uri';
    const user = workspace.users.get(code.userId);
    if (user === undefined || user.deactivated === true) return 'account_inactive';
    code.used = true;
    const accessToken = issued('token', `xoxp-${random()}`);
    return { access_token: accessToken, token_type: 'Bearer', id_token: await idToken(user, code, accessToken) };
  }

  async function idToken(user: SlackUser, { nonce, scopes }: Asked, accessToken: string): Promise<string> {
    const iat = Math.floor(now() / 1000);
    const half = createHash('sha256').update(accessToken).digest().subarray(0, 16);
    const token = await keys.sign(
      openId.lie({
        iss: issuer(),
        sub: user.id,
        aud: registered.clientId,
        exp: iat + TOKEN_LIVES_SECONDS,
        iat,
        auth_time: iat,
        ...(nonce === undefined ? {} : { nonce }),
        at_hash: half.toString('base64url'),
        'https://slack.com/team_id': user.foreignTeamId ?? workspace.seed.teamId,
        'https://slack.com/user_id': user.id,
        ...(scopes.includes('profile') ? { name: user.realName } : {}),
      }),
    );
    // No evidence holds one of Slack's.
    return issued('token', token);
  }
  return openId;
}

/** Slack takes no redirect address that others can listen to; loopback is for trying out. */
function isPrivate(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || ['localhost', '127.0.0.1'].includes(hostname);
}

async function argumentsOf(c: Context): Promise<URLSearchParams> {
  const text = await c.req.text();
  if (c.req.header('content-type')?.startsWith('application/json') !== true) return new URLSearchParams(text);
  return new URLSearchParams(JSON.parse(text) as Record<string, string>);
}

function basicOf(authorization: string | undefined): readonly (string | undefined)[] {
  const encoded = /^Basic (\S+)$/i.exec(authorization ?? '')?.[1];
  return encoded === undefined ? [] : Buffer.from(encoded, 'base64').toString('utf8').split(':');
}
