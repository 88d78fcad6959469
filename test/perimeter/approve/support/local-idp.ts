import { createHash, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import type { Person } from '../../../../src/access/core/person.ts';
import { type Asked, type Answer, startHttps } from '../../../support/https-server.ts';

export const APPROVE_CLIENT_ID = 'a9920000-0000-4000-8000-000000000004';
/** What the managed identity's endpoint would give. */
export const ASSERTION = 'an.assertion.of-the-identity';

type Claims = Readonly<Record<string, unknown>>;

/** Entra's sign-in as far as the approve page needs it: no pages, whoever is signed in is sent back at once. What it says, a test decides. */
export interface LocalIdp {
  readonly url: string;
  readonly keysUrl: string;
  readonly issuer: string;
  /** Whose browser it is, where the page does not say whom it expects. */
  signedIn: Person;
  /** Instead of a code. */
  declines: { readonly error: string; readonly error_description?: string } | undefined;
  /** Shows where it would send the browser, in place of sending it. */
  stops: boolean;
  /** What the token says, besides what is true. */
  lie: (claims: JWTPayload) => Claims;
  /** How it is signed; undefined: as Entra does. */
  sign: ((claims: Claims) => Promise<string>) | undefined;
  /** Instead of an answer of the token endpoint. */
  tokenAnswer: Answer | undefined;
  /** Parameters of every sign-in that was begun. */
  readonly begun: readonly Readonly<Record<string, string>>[];
  /** How often a code was redeemed. */
  readonly redeemed: () => number;
  readonly keys: { publish(jwk: JWK): void; rotate(): Promise<void>; fetched(): number };
  close(): Promise<void>;
}

export async function startLocalIdp(tenantId: string, signedIn: Person): Promise<LocalIdp> {
  const begun: Record<string, string>[] = [];
  const codes = new Map<string, Readonly<Record<string, string>>>();
  const hintOf = ({ objectId }: Pick<Person, 'objectId'>) => `${objectId}@playground.example`;
  const published: JWK[] = [];
  let [redeemed, fetched] = [0, 0];
  let key = await newKey();
  published.push(key.jwk);

  const server = await startHttps((asked) => answer(asked));
  const base = `${server.url}/${tenantId}`;
  const idp: LocalIdp = {
    url: server.url,
    keysUrl: `${base}/discovery/v2.0/keys`,
    issuer: `${base}/v2.0`,
    signedIn,
    declines: undefined,
    stops: false,
    lie: (claims) => claims,
    sign: undefined,
    tokenAnswer: undefined,
    begun,
    redeemed: () => redeemed,
    keys: {
      publish: (jwk) => published.push(jwk),
      fetched: () => fetched,
      async rotate() {
        key = await newKey();
        published.splice(0, published.length, key.jwk);
      },
    },
    close: () => server.close(),
  };

  function answer({ path, query, body }: Asked): Answer | Promise<Answer> {
    if (path === `/${tenantId}/discovery/v2.0/keys`) {
      fetched += 1;
      return { status: 200, body: { keys: published } };
    }
    if (path === `/${tenantId}/v2.0/.well-known/openid-configuration`)
      return {
        status: 200,
        body: {
          issuer: `${base}/v2.0`,
          authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
          token_endpoint: `${base}/oauth2/v2.0/token`,
          jwks_uri: `${base}/discovery/v2.0/keys`,
        },
      };
    if (path === `/${tenantId}/oauth2/v2.0/authorize`) return authorize(Object.fromEntries(query));
    if (path === `/${tenantId}/oauth2/v2.0/token`) return token(new URLSearchParams(String(body)));
    return { status: 404, body: {} };
  }

  function authorize(asked: Readonly<Record<string, string>>): Answer {
    begun.push(asked);
    const back = new URL(asked['redirect_uri'] ?? '');
    const code = randomUUID();
    codes.set(code, { ...asked, login_hint: asked['login_hint'] ?? hintOf(idp.signedIn) });
    const said = idp.declines ?? { code };
    back.search = new URLSearchParams({ ...said, state: asked['state'] ?? '' }).toString();
    const link = `<a href="${back.href.replaceAll('&', '&amp;')}">Back</a>`;
    return idp.stops ? { status: 200, body: link } : { status: 302, headers: { location: back.href } };
  }

  async function token(form: URLSearchParams): Promise<Answer> {
    redeemed += 1;
    if (idp.tokenAnswer !== undefined) return idp.tokenAnswer;
    const asked = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (form.get('client_assertion') !== ASSERTION || form.has('client_secret'))
      return {
        status: 401,
        body: { error: 'invalid_client', error_description: 'AADSTS700211: No matching federated identity.' },
      };
    if (asked !== undefined && asked['client_id'] !== form.get('client_id'))
      return { status: 400, body: { error: 'invalid_grant', error_description: 'AADSTS70000: The code is of another client.' } };
    if (asked === undefined || asked['code_challenge'] !== challenge || asked['redirect_uri'] !== form.get('redirect_uri'))
      return { status: 400, body: { error: 'invalid_grant', error_description: 'AADSTS54005: The code was already redeemed.' } };
    const hint = asked['login_hint'] ?? '';
    const [objectId = ''] = hint.split('@');
    const claims = idp.lie({ ...claimsFor(asked, idp.issuer, objectId, tenantId), preferred_username: hint });
    const idToken = await (idp.sign ?? signed)(claims);
    return { status: 200, body: { token_type: 'Bearer', expires_in: 3599, access_token: 'opaque', id_token: idToken } };
  }

  function signed(claims: Claims): Promise<string> {
    return new SignJWT(claims).setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: key.jwk.kid ?? '' }).sign(key.privateKey);
  }
  return idp;
}

/** As Entra writes them: dated five minutes back, with what was asked for in `claims` granted. */
export function claimsFor(
  asked: Readonly<Record<string, string>>,
  issuer: string,
  objectId: string,
  tenantId: string,
): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  const wanted: unknown = JSON.parse(asked['claims'] ?? '{}');
  const acrs: unknown = Reflect.get(Object(Reflect.get(Object(Reflect.get(Object(wanted), 'id_token')), 'acrs')), 'value');
  return {
    aud: asked['client_id'] ?? APPROVE_CLIENT_ID,
    iss: issuer,
    iat: now - 300,
    nbf: now - 300,
    exp: now + 3600,
    tid: tenantId,
    oid: objectId,
    sub: `pairwise-${objectId}`,
    nonce: asked['nonce'] ?? '',
    acct: 0,
    auth_time: now - (asked['prompt'] === 'login' ? 0 : 3600),
    ver: '2.0',
    ...(typeof acrs === 'string' ? { acrs: [acrs] } : {}),
  };
}

/** As Entra publishes them: without `alg`. */
export async function newKey() {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: randomUUID(), use: 'sig' };
  return { privateKey, jwk };
}
