import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  APPROVAL_APP,
  BOT_APP,
  FOREIGN_TENANT_ID,
  PERIMETER_IDENTITY,
  RITA,
  TENANT_ID,
} from '../../../../src/playground/cast.ts';
import { signIn } from '../../../support/browserless.ts';
import { type Changes, type Scene, startScene } from './relying-party.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.close());
beforeEach(() => scene.far.tenant.reset());

describe('a request whose sender is not known is answered by a page, and nobody is sent anywhere', () => {
  it.each<[what: string, changes: Changes, number: number]>([
    ['no application', { client_id: undefined }, 900_144],
    ['an unknown application', { client_id: FOREIGN_TENANT_ID }, 700_016],
    ['a managed identity in place of an application', { client_id: PERIMETER_IDENTITY.clientId }, 700_016],
    ['no redirect address', { redirect_uri: undefined }, 900_971],
    ['another path', { redirect_uri: 'CALLBACK/more' }, 50_011],
    ['a query behind the address', { redirect_uri: 'CALLBACK?next=1' }, 50_011],
    ['a slash behind the address', { redirect_uri: 'CALLBACK/' }, 50_011],
    ['other letters', { redirect_uri: 'UPPER' }, 50_011],
    ['another host', { redirect_uri: 'https://evil.test/approve/callback' }, 50_011],
    ['a host before the address', { redirect_uri: 'http://localhost@evil.test/approve/callback' }, 50_011],
    ['an application without redirect addresses', { client_id: BOT_APP.clientId }, 50_011],
  ])('%s', async (_, changes, number) => {
    const uri = changes['redirect_uri']
      ?.replace('CALLBACK', scene.callback.uri)
      .replace('UPPER', scene.callback.uri.replace('approve', 'APPROVE'));
    const before = scene.callback.arrived.length;
    const browser = scene.browser();
    const page = await browser.open(scene.authorizeUrl({ ...changes, ...(uri === undefined ? {} : { redirect_uri: uri }) }));
    expect([page.title, page.text]).toEqual(['Sign in to your account', expect.stringContaining(`AADSTS${number}: `)]);
    expect([browser.visits.length, page.forms.length, scene.callback.arrived.length]).toEqual([1, 0, before]);
  });

  it('a parameter that comes twice', async () => {
    const page = await scene.browser().open(`${scene.authorizeUrl()}&redirect_uri=https%3A%2F%2Fevil.test%2F`);
    expect(page.text).toContain('AADSTS9002313: ');
  });

  it.each([
    ['common', 50_194],
    ['organizations', 50_194],
    [FOREIGN_TENANT_ID, 90_002],
  ])('the tenant %s', async (name, number) => {
    const page = await scene.browser().open(scene.authorizeUrl().replace(TENANT_ID, name));
    expect(page.text).toContain(`AADSTS${number}: `);
  });

  it('says what it was sent without letting it become a part of the page', async () => {
    const page = await scene.browser().open(scene.authorizeUrl({ redirect_uri: '<script>alert(1)</script>' }));
    expect(page.html).not.toContain('<script>alert');
    expect(page.text).toContain('<script>alert(1)</script>');
  });
});

describe('what else is wrong with a request is told to the application', () => {
  it.each<[what: string, changes: Changes, error: string, number: number]>([
    ['no response type', { response_type: undefined }, 'invalid_request', 900_144],
    ['the implicit flow', { response_type: 'id_token' }, 'unsupported_response_type', 700_054],
    ['the hybrid flow', { response_type: 'code id_token' }, 'unsupported_response_type', 700_054],
    ['a token from the address bar', { response_type: 'token' }, 'unsupported_response_type', 700_051],
    ['a kind that there is not', { response_type: 'none' }, 'unsupported_response_type', 70_005],
    ['no scope', { scope: undefined }, 'invalid_request', 900_144],
    ['no openid', { scope: 'profile' }, 'invalid_scope', 70_011],
    ['a delegated permission', { scope: 'openid https://graph.microsoft.com/User.Read' }, 'invalid_scope', 70_011],
    ['an unknown response mode', { response_mode: 'web_message' }, 'invalid_request', 70_007],
    ['a resource', { resource: 'https://graph.microsoft.com' }, 'invalid_request', 901_002],
    ['a method without a challenge', { code_challenge: undefined }, 'invalid_request', 50_147],
    ['a challenge of 42 characters', { code_challenge: 'a'.repeat(42) }, 'invalid_request', 501_491],
    ['a challenge of 129 characters', { code_challenge: 'a'.repeat(129) }, 'invalid_request', 501_491],
    ['another method', { code_challenge_method: 's256' }, 'invalid_request', 50_149],
    ['an unknown prompt', { prompt: 'create' }, 'invalid_request', 90_023],
    ['two prompts', { prompt: 'login consent' }, 'invalid_request', 90_023],
    ['claims that are no JSON', { claims: '{' }, 'invalid_request', 90_100],
    ['claims that are no object', { claims: '[]' }, 'invalid_request', 90_100],
  ])('%s', async (_, changes, error, number) => {
    const back = await scene.browser().open(scene.authorizeUrl(changes));
    expect(scene.parameters(back)).toEqual({
      error,
      error_description: expect.stringMatching(new RegExp(`^AADSTS${number}: .*Trace ID: .*Correlation ID: .*Timestamp: `)),
      state: 'state-1',
    });
  });
});

describe('what Entra does not know, it overlooks', () => {
  it.each<[Changes]>([
    [{ max_age: '0' }],
    [{ acr_values: 'c1' }],
    [{ request_uri: 'https://evil.test/' }],
    [{ claims: JSON.stringify({ id_token: { acrs: { essential: true, value: 'c0' } } }) }],
    [{ claims: JSON.stringify({ access_token: { acrs: { essential: true, value: 'c1' } } }) }],
    [{ state: undefined }],
    [{ nonce: undefined }],
    [{ code_challenge: undefined, code_challenge_method: undefined }],
    [{ code_challenge: 'a'.repeat(43), code_challenge_method: undefined }],
  ])('%j', async (changes) => {
    const back = await signIn(await scene.browser().open(scene.authorizeUrl(changes)), RITA);
    expect(scene.parameters(back)).toMatchObject({ code: expect.any(String) });
  });
});

describe('the way back', () => {
  it('by query carries code, state and session_state, and nothing else', async () => {
    const back = await signIn(await scene.browser().open(scene.authorizeUrl()), RITA);
    const { code, state, ...rest } = scene.parameters(back);
    expect([scene.callback.arrived.at(-1)?.method, state, Object.keys(rest)]).toEqual(['GET', 'state-1', ['session_state']]);
    expect(code?.length).toBeGreaterThan(700);
  });

  it('by form is a POST across sites', async () => {
    const browser = scene.browser();
    const back = await signIn(await browser.open(scene.authorizeUrl({ response_mode: 'form_post' })), RITA);
    expect(scene.parameters(back)).toMatchObject({ code: expect.any(String), state: 'state-1' });
    expect([scene.callback.arrived.at(-1)?.method, browser.visits.at(-1)?.headers['sec-fetch-site']]).toEqual([
      'POST',
      'cross-site',
    ]);
  });

  it('by fragment shows the server nothing', async () => {
    const back = await signIn(await scene.browser().open(scene.authorizeUrl({ response_mode: 'fragment' })), RITA);
    expect([scene.parameters(back), new URL(back.url).hash]).toEqual([{}, expect.stringContaining('code=')]);
  });

  it('keeps a query that belongs to the registered address', async () => {
    scene.far.setRedirectUris(APPROVAL_APP.clientId, [scene.callback.uri, `${scene.callback.uri}?tenant=1`]);
    const back = await signIn(
      await scene.browser().open(scene.authorizeUrl({ redirect_uri: `${scene.callback.uri}?tenant=1` })),
      RITA,
    );
    expect(scene.parameters(back)).toMatchObject({ tenant: '1', code: expect.any(String) });
    scene.far.setRedirectUris(APPROVAL_APP.clientId, [scene.callback.uri]);
  });
});

describe('discovery', () => {
  const metadata = async () =>
    (await scene.bench.raw('GET', `${scene.far.loginUrl}/${TENANT_ID}/v2.0/.well-known/openid-configuration`, {})).body;

  it('sends browsers to where no certificate is asked about, and programs to the sign-in server', async () => {
    expect(await metadata()).toMatchObject({
      authorization_endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/[^/]+\/oauth2\/v2\.0\/authorize$/),
      token_endpoint: `${scene.far.loginUrl}/${TENANT_ID}/oauth2/v2.0/token`,
      issuer: scene.far.issuer,
    });
  });

  it('offers browsers no tokens, no keys and no metadata there', async () => {
    for (const path of ['v2.0/.well-known/openid-configuration', 'discovery/v2.0/keys'])
      expect((await scene.browser().open(`${scene.far.browserLoginUrl}/${TENANT_ID}/${path}`)).status).toBe(404);
    const answer = await fetch(`${scene.far.browserLoginUrl}/${TENANT_ID}/oauth2/v2.0/token`, { method: 'POST' });
    expect(answer.status).toBe(404);
  });
});
