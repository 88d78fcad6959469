import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '../../src/access/core/app-error.ts';
import { byAssertion } from '../../src/identity/client-proof.ts';
import { beginSignIn, createOidcClient } from '../../src/identity/oidc-client.ts';
import { type Answer, type HttpsServer, startHttps } from '../support/https-server.ts';

const CLIENT = 'a9920000-0000-4000-8000-000000000004';
const REDIRECT = 'https://approve.contoso.com/approve/callback';
let server: HttpsServer;
let issuer: string;
let discovery: () => Answer;
let token: Answer;

beforeAll(async () => {
  server = await startHttps(({ path }) => (path.endsWith('/openid-configuration') ? discovery() : token));
  issuer = `${server.url}/tenant/v2.0`;
});
beforeEach(() => {
  discovery = () => ({ status: 200, body: metadata() });
  token = { status: 200, body: { token_type: 'Bearer', access_token: 'x', id_token: jwt({}) } };
});
afterAll(() => server.close());

const metadata = (different: Readonly<Record<string, string>> = {}) => ({
  issuer,
  authorization_endpoint: `${server.url}/authorize?hd=contoso`,
  token_endpoint: `${server.url}/token`,
  ...different,
});
const begun = beginSignIn('the-nonce');
const client = (assertion = () => Promise.resolve('the.client.assertion')) =>
  createOidcClient({ issuer, clientId: CLIENT, redirectUri: REDIRECT, proof: byAssertion(assertion) });
const search = `?code=the-code&state=${begun.state}&session_state=ignored`;

/** Unsigned: what is looked at here is what comes before the signature. */
function jwt(lie: Readonly<Record<string, unknown>>, header: object = { alg: 'RS256', kid: 'k' }): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: issuer,
    aud: CLIENT,
    sub: 's',
    iat: now - 300,
    nbf: now - 300,
    exp: now + 3600,
    nonce: 'the-nonce',
    ...lie,
  };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(claims)}.c2lnbmF0dXJl`;
}
async function refusal(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => new Error('it was accepted'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error;
  throw error;
}

describe('where a browser is sent', () => {
  it('is what the tenant says, with everything that the sign-in needs', async () => {
    const url = new URL(await client().authorizeUrl(begun, { stepUp: { authenticationContext: 'c3' }, loginHint: 'abel@x' }));
    expect(`${url.origin}${url.pathname}`).toBe(`${server.url}/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      hd: 'contoso',
      client_id: CLIENT,
      redirect_uri: REDIRECT,
      response_type: 'code',
      response_mode: 'query',
      scope: 'openid profile',
      state: begun.state,
      nonce: 'the-nonce',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      login_hint: 'abel@x',
      claims: '{"id_token":{"acrs":{"essential":true,"value":"c3"}}}',
    });
    const other = await client().authorizeUrl(begun, { stepUp: { promptLogin: true } });
    expect(new URL(other).searchParams.get('prompt')).toBe('login');
  });

  it('is asked for once, and again after a failure', async () => {
    const one = client();
    discovery = () => 'reset';
    expect(await refusal(one.authorizeUrl(begun, {}))).toMatchObject({ code: 'identity.unavailable', retryable: true });
    discovery = () => ({ status: 200, body: metadata() });
    const asked = server.asked.length;
    await one.authorizeUrl(begun, {});
    await one.authorizeUrl(begun, {});
    expect(server.asked.length).toBe(asked + 1);
  });

  it.each([
    ['of another issuer', { issuer: 'https://login.microsoftonline.com/other/v2.0' }],
    ['for which anybody can listen', { authorization_endpoint: 'http://login.example/authorize' }],
    ['to which the assertion would go in the clear', { token_endpoint: 'http://login.example/token' }],
  ])('is nowhere %s', async (_name, lie) => {
    discovery = () => ({ status: 200, body: metadata(lie) });
    expect((await refusal(client().authorizeUrl(begun, {}))).code).toBe('identity.unavailable');
  });

  it('differs each time in what nobody may guess', () => {
    const [a, b] = [beginSignIn('n'), beginSignIn('n')];
    expect([a.state, a.codeVerifier, b.state, b.codeVerifier].filter((one) => /^[\w-]{43}$/.test(one))).toHaveLength(4);
    expect(new Set([a.state, a.codeVerifier, b.state, b.codeVerifier]).size).toBe(4);
  });
});

describe('a code', () => {
  it('is redeemed by an assertion, never by a secret, for the ID token', async () => {
    expect(await client().redeem(search, begun)).toBe(jwt({}));
    const { body, headers } = server.asked.at(-1) ?? {};
    expect(Object.fromEntries(new URLSearchParams(String(body)))).toEqual({
      grant_type: 'authorization_code',
      code: 'the-code',
      redirect_uri: REDIRECT,
      code_verifier: begun.codeVerifier,
      client_id: CLIENT,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'the.client.assertion',
    });
    expect(headers).not.toHaveProperty('authorization');
  });

  it('is not even sent without the assertion', async () => {
    await client().authorizeUrl(begun, {});
    const asked = server.asked.length;
    const failing = client(() => Promise.reject(new AppError('identity.unavailable', 'no token', { retryable: true })));
    expect((await refusal(failing.redeem(search, begun))).code).toBe('identity.unavailable');
    expect(server.asked.slice(asked).filter(({ path }) => path === '/token')).toEqual([]);
  });

  it.each<[string, Answer, string]>([
    [
      'that was used',
      { status: 400, body: { error: 'invalid_grant', error_description: 'AADSTS54005: used' } },
      'sign-in.code-refused',
    ],
    [
      'of a page that Entra does not trust',
      { status: 401, body: { error: 'invalid_client', error_description: 'AADSTS700211: no' } },
      'sign-in.client-refused',
    ],
    ['while Entra is down', { status: 503, body: { error: 'temporarily_unavailable' } }, 'identity.unavailable'],
    ['while something stands between', { status: 200, body: '<html></html>' }, 'identity.unavailable'],
    ['while nobody answers', 'reset', 'identity.unavailable'],
    ['without an ID token', { status: 200, body: { token_type: 'Bearer', access_token: 'x' } }, 'id-token.claims'],
  ])('%s is refused as what it is', async (_name, answer, code) => {
    token = answer;
    expect((await refusal(client().redeem(search, begun))).code).toBe(code);
  });

  it.each([
    [{ iss: 'https://elsewhere' }, 'id-token.issuer'],
    [{ aud: 'another' }, 'id-token.audience'],
    [{ nonce: 'another' }, 'id-token.nonce'],
    [{ exp: 1 }, 'id-token.expired'],
  ])('whose token says %j is refused before its signature is looked at, without a word of it', async (lie, code) => {
    token = {
      status: 200,
      body: { token_type: 'Bearer', access_token: 'x', id_token: jwt({ ...lie, sub: 'somebody-private' }) },
    };
    const error = await refusal(client().redeem(search, begun));
    expect(error.code).toBe(code);
    expect(JSON.stringify([error.message, error.cause, error.hint])).not.toMatch(/somebody-private|eyJ/);
  });

  it.each([
    ['by nobody', { alg: 'none' }],
    ['by nobody, in odd letters', { alg: 'nOnE' }],
    ['with a shared secret', { alg: 'HS256' }],
    ['with another kind of key', { alg: 'ES256' }],
    ['in a way that has to be understood', { alg: 'RS256', crit: ['exp'], exp: 1 }],
    ['in no way that it names', {}],
  ])('whose token is signed %s is refused for its signature, without a word of it', async (_name, header) => {
    const id_token = jwt({ sub: 'somebody-private' }, header);
    token = { status: 200, body: { token_type: 'Bearer', access_token: 'x', id_token } };
    const error = await refusal(client().redeem(search, begun));
    expect(error.code).toBe('id-token.signature');
    expect(JSON.stringify([error.message, error.cause, error.hint])).not.toMatch(/somebody-private|eyJ/);
  });

  it('whose token is encrypted is refused for its signature', async () => {
    token = { status: 200, body: { token_type: 'Bearer', access_token: 'x', id_token: `${jwt({})}.AA.AA` } };
    expect((await refusal(client().redeem(search, begun))).code).toBe('id-token.signature');
  });

  it('whose token lacks its end is refused for what it says', async () => {
    const id_token = jwt({ exp: undefined });
    token = { status: 200, body: { token_type: 'Bearer', access_token: 'x', id_token } };
    expect((await refusal(client().redeem(search, begun))).code).toBe('id-token.claims');
  });

  it('that came with another state is not redeemed', async () => {
    await client().authorizeUrl(begun, {});
    const asked = server.asked.filter(({ path }) => path === '/token').length;
    await expect(client().redeem(search.replace(begun.state, 'x'), begun)).rejects.toThrow();
    expect(server.asked.filter(({ path }) => path === '/token').length).toBe(asked);
  });
});
