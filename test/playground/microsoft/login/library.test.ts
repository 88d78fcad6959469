import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as oidc from 'openid-client';
import { ABEL, ANNA, APPROVAL_APP, RITA, TENANT_ID } from '../../../../src/playground/cast.ts';
import { startCertifiedProvider } from '../../../support/certified-provider.ts';
import { type Browser, createBrowser, type Page, signIn } from '../../../support/browserless.ts';
import { trust } from '../far-end.ts';
import { C1, type Scene, startScene } from './relying-party.ts';

interface Provided {
  readonly issuer: string;
  /** How the application shows who it is. */
  readonly authenticate: () => Promise<oidc.ClientAuth>;
}

let scene: Scene;
let certified: Awaited<ReturnType<typeof startCertifiedProvider>>;
beforeAll(async () => {
  scene = await startScene({ browserLogin: 'https' });
  trust(scene.far);
  const { certFile, keyFile } = scene.far;
  certified = await startCertifiedProvider({
    tls: { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') },
    tenantId: TENANT_ID,
    clientId: APPROVAL_APP.clientId,
    redirectUri: scene.callback.uri,
    accounts: [RITA, ANNA, ABEL],
  });
});
afterAll(async () => {
  await certified.close();
  await scene.close();
});

const byAssertion =
  (assertion: string): oidc.ClientAuth =>
  (_, client, body) => {
    body.set('client_id', client.client_id);
    body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    body.set('client_assertion', assertion);
  };
const PROVIDERS: readonly (readonly [name: string, provided: () => Provided])[] = [
  [
    'the stand-in for Entra',
    () => ({ issuer: scene.far.issuer, authenticate: async () => byAssertion(await scene.assertion()) }),
  ],
  ['a certified provider', () => ({ issuer: certified.issuer, authenticate: async () => byAssertion(await scene.assertion()) })],
];

/** One walk, the same for both: discovery by the library, pages by the browser, redemption and all checks by the library. */
async function started(provided: Provided, browser: Browser, parameters: Readonly<Record<string, string>> = {}) {
  const config = await oidc.discovery(new URL(provided.issuer), APPROVAL_APP.clientId, undefined, await provided.authenticate());
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier, expectedNonce: oidc.randomNonce(), expectedState: oidc.randomState() };
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: scene.callback.uri,
    scope: 'openid profile',
    nonce: checks.expectedNonce,
    state: checks.expectedState,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...parameters,
  });
  const redeem = (page: Page, changes: Partial<oidc.AuthorizationCodeGrantChecks> = {}) =>
    oidc.authorizationCodeGrant(config, new URL(page.url), { ...checks, ...changes, idTokenExpected: true });
  return { page: await browser.open(url.href), redeem };
}

const fresh = () => createBrowser({ ca: readFileSync(scene.far.caFile, 'utf8') });

describe.each(PROVIDERS)('%s', (_, provided) => {
  it('signs somebody in by code, PKCE and nonce, to the satisfaction of a certified library', async () => {
    const { page, redeem } = await started(provided(), fresh());
    const tokens = await redeem(await signIn(page, RITA));
    expect(tokens.claims()).toMatchObject({
      iss: provided().issuer,
      aud: APPROVAL_APP.clientId,
      oid: RITA.objectId,
      tid: TENANT_ID,
      ver: '2.0',
      auth_time: expect.any(Number),
    });
    expect(tokens.claims()).not.toHaveProperty('acrs');
  });

  it.each([
    ['another nonce', { expectedNonce: 'another' }, 'OAUTH_JWT_CLAIM_COMPARISON_FAILED'],
    ['another state', { expectedState: 'another' }, 'OAUTH_INVALID_RESPONSE'],
  ])('is refused by the library where the answer is to %s', async (__, changes, code) => {
    const { page, redeem } = await started(provided(), fresh());
    const back = await signIn(page, RITA);
    await expect(redeem(back, changes)).rejects.toMatchObject({ code });
  });

  it('refuses another verifier', async () => {
    const { page, redeem } = await started(provided(), fresh());
    const back = await signIn(page, RITA);
    await expect(redeem(back, { pkceCodeVerifier: oidc.randomPKCECodeVerifier() })).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('takes a code once', async () => {
    const { page, redeem } = await started(provided(), fresh());
    const back = await signIn(page, RITA);
    await redeem(back);
    await expect(redeem(back)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('lets somebody who is signed in through without a page, with the same subject and time', async () => {
    const browser = fresh();
    const first = await started(provided(), browser);
    const one = await first.redeem(await signIn(first.page, ABEL));
    const second = await started(provided(), browser);
    expect(second.page.url).toContain(scene.callback.uri);
    const two = await second.redeem(second.page);
    expect([two.claims()?.sub, two.claims()?.['auth_time']]).toEqual([one.claims()?.sub, one.claims()?.['auth_time']]);
  });

  it('asks again when prompt=login is said', async () => {
    const browser = fresh();
    const first = await started(provided(), browser);
    await first.redeem(await signIn(first.page, ABEL));
    const second = await started(provided(), browser, { prompt: 'login' });
    expect(second.page.has(ABEL.name)).toBe(true);
    expect((await second.redeem(await signIn(second.page, ABEL))).claims()).toMatchObject({ oid: ABEL.objectId });
  });

  it('tells the application when nobody is signed in and no page may be shown', async () => {
    const { page, redeem } = await started(provided(), fresh(), { prompt: 'none' });
    await expect(redeem(page)).rejects.toMatchObject({ error: 'login_required' });
  });

  it('tells the application when somebody turns back', async () => {
    const { page, redeem } = await started(provided(), fresh());
    await expect(redeem(await page.click('Cancel'))).rejects.toMatchObject({ error: 'access_denied' });
  });

  it('asks for the authenticator where an authentication context is asked for, also of somebody who is signed in', async () => {
    const browser = fresh();
    const plain = await started(provided(), browser);
    await plain.redeem(await signIn(plain.page, ANNA));
    const { page, redeem } = await started(provided(), browser, { claims: C1 });
    expect(page.title).toBe('Confirm with your authenticator');
    const tokens = await redeem(await signIn(page, ANNA));
    expect(tokens.claims()).toMatchObject({ oid: ANNA.objectId, acrs: ['c1'] });
  });

  it('sends nobody to an address that is not registered', async () => {
    const { page } = await started(provided(), fresh(), { redirect_uri: 'https://evil.test/approve/callback' });
    expect(new URL(page.url).origin).toBe(new URL(provided().issuer).origin);
    expect(page.forms).toEqual([]);
  });
});

it('names a plain address for browsers by default, which the library takes only when it is told to', async () => {
  const plain = await startScene();
  trust(plain.far);
  const config = await oidc.discovery(
    new URL(plain.far.issuer),
    APPROVAL_APP.clientId,
    undefined,
    byAssertion(await plain.assertion()),
  );
  expect(() => oidc.buildAuthorizationUrl(config, {})).toThrow(expect.objectContaining({ code: 'OAUTH_HTTP_REQUEST_FORBIDDEN' }));
  await plain.close();
});
