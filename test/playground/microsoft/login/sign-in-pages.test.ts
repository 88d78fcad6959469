import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ABEL, ANNA, ANNA_ADMIN, APPROVAL_APP, DORA, GINA, GUS, RITA, TENANT_ID } from '../../../../src/playground/cast.ts';
import type { Clock } from '../../../../src/access/core/clock.ts';
import { type Browser, createBrowser, signIn } from '../../../support/browserless.ts';
import { C1, type Changes, type Scene, startScene } from './relying-party.ts';

/** The transport clock of the tests: the machine's, ahead by as much as is said. */
let aheadMs = 0;
const now: Clock = { now: () => Date.now() + aheadMs, onMoved: () => () => undefined };

let scene: Scene;
let browser: Browser;
beforeAll(async () => {
  scene = await startScene({ now });
});
afterAll(() => scene.close());
beforeEach(() => {
  aheadMs = 0;
  scene.far.tenant.reset();
  browser = scene.browser();
});

const open = (changes: Changes = {}) => browser.open(scene.authorizeUrl(changes));
const MINUTES = 60_000;
const BY_HAND = { kind: 'user', id: GINA.objectId, objectId: GINA.objectId, name: GINA.name } as const;

describe('somebody who is signed in nowhere', () => {
  it('chooses from a list, by a button that says who, and is back with a code', async () => {
    const page = await open();
    expect([page.title, page.status]).toEqual(['Sign in to your account', 200]);
    const names = page.forms.flatMap(({ buttons }) => buttons.map(({ text }) => text));
    expect(names).toEqual(expect.arrayContaining([`${RITA.name} ${RITA.userPrincipalName}`, 'Cancel']));
    expect(page.text).toContain(APPROVAL_APP.name);
    expect(await scene.claims(await signIn(page, RITA))).toMatchObject({ oid: RITA.objectId });
  });

  it('finds the hinted account first, and may choose another', async () => {
    const page = await open({ login_hint: ABEL.userPrincipalName.toUpperCase() });
    expect(page.forms[0]?.buttons[0]?.text).toContain(ABEL.name);
    expect(await scene.claims(await signIn(page, ANNA))).toMatchObject({ oid: ANNA.objectId });
  });

  it('may be a guest or have a second account, but not one that is disabled', async () => {
    expect(await scene.claims(await signIn(await open(), GUS))).toMatchObject({ oid: GUS.objectId });
    browser = scene.browser();
    expect(await scene.claims(await signIn(await open(), ANNA_ADMIN))).toMatchObject({ oid: ANNA_ADMIN.objectId });
    browser = scene.browser();
    const refused = await (await open()).click(DORA.name);
    expect([refused.text.includes('AADSTS50057'), refused.has(RITA.name)]).toEqual([true, true]);
  });

  it('may turn back, and the application hears of it', async () => {
    const back = await (await open()).click('Cancel');
    expect(scene.parameters(back)).toMatchObject({ error: 'access_denied', error_subcode: 'cancel', state: 'state-1' });
  });

  it('gets the same page whatever they say they are', async () => {
    const plain = await open();
    const bots = ['Slackbot-LinkExpanding 1.0', 'curl/8', 'Mozilla/5.0 AppleWebKit/537.36 SkypeUriPreview'];
    for (const agent of bots) {
      const answer = await fetch(scene.authorizeUrl(), { headers: { 'user-agent': agent } });
      const html = (await answer.text()).replaceAll(/name="ctx" value="[^"]*"/g, '');
      expect(html).toBe(plain.html.replaceAll(/name="ctx" value="[^"]*"/g, ''));
    }
  });

  it('is kept from frames, scripts and caches', async () => {
    const { headers, html } = await open();
    expect(headers).toMatchObject({
      'x-frame-options': 'DENY',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'cache-control': 'no-store, no-cache',
    });
    expect(html).not.toMatch(/<script|https?:\/\/(?!127)/);
  });
});

describe('single sign-on', () => {
  it('shows no page a second time, and says when the person really signed in', async () => {
    const first = await scene.claims(await signIn(await open(), RITA));
    aheadMs = 20 * MINUTES;
    const again = await open();
    expect(again.url).toContain(scene.callback.uri);
    const second = await scene.claims(again);
    expect([second['auth_time'], second['sid']]).toEqual([first['auth_time'], first['sid']]);
    expect(Number(second.iat) - Number(first.iat)).toBeGreaterThanOrEqual(20 * 60 - 1);
    expect(second['uti']).not.toBe(first['uti']);
  });

  it('asks for credentials when prompt=login is said, and renews auth_time', async () => {
    const first = await scene.claims(await signIn(await open(), RITA));
    aheadMs = 20 * MINUTES;
    const page = await open({ prompt: 'login' });
    expect(page.has(RITA.name)).toBe(true);
    const second = await scene.claims(await signIn(page, RITA));
    expect(Number(second['auth_time']) - Number(first['auth_time'])).toBeGreaterThanOrEqual(20 * 60 - 1);
  });

  it('asks whose when two accounts are signed in, but not when one of them is hinted at', async () => {
    await signIn(await open(), RITA);
    await signIn(await open({ prompt: 'select_account' }), ANNA);
    expect((await open()).has(RITA.name)).toBe(true);
    expect(await scene.claims(await open({ login_hint: ANNA.userPrincipalName }))).toMatchObject({ oid: ANNA.objectId });
    expect((await open({ login_hint: ABEL.userPrincipalName })).has(ABEL.name)).toBe(true);
  });

  it('lets a signed-in account be chosen without credentials', async () => {
    const first = await scene.claims(await signIn(await open(), RITA));
    aheadMs = 20 * MINUTES;
    const chosen = await scene.claims(await signIn(await open({ prompt: 'select_account' }), RITA));
    expect(chosen['auth_time']).toBe(first['auth_time']);
  });

  it('ends with the account', async () => {
    await signIn(await open(), RITA);
    scene.far.tenant.disableUser(RITA.objectId);
    expect((await open()).has(ANNA.name)).toBe(true);
  });

  it('ends by signing out, which leads only to addresses that are registered', async () => {
    const logout = `${scene.far.browserLoginUrl}/${TENANT_ID}/oauth2/v2.0/logout`;
    await signIn(await open(), RITA);
    const away = await browser.open(`${logout}?post_logout_redirect_uri=https%3A%2F%2Fevil.test%2F`);
    expect(away.text).toContain('You signed out of your account');
    expect((await open()).has(RITA.name)).toBe(true);
    const back = await browser.open(`${logout}?post_logout_redirect_uri=${encodeURIComponent(scene.callback.uri)}&state=s`);
    expect(scene.parameters(back)).toEqual({ state: 's' });
  });
});

describe('without a page (prompt=none)', () => {
  it.each<[what: string, changes: Changes, error: string, number: number]>([
    ['nobody is signed in', {}, 'login_required', 50_058],
    ['another is signed in than is hinted at', { login_hint: ABEL.userPrincipalName }, 'login_required', 50_058],
    ['more is asked than was shown', { claims: C1 }, 'interaction_required', 50_076],
  ])('the application is told that %s', async (what, changes, error, number) => {
    if (what !== 'nobody is signed in') await signIn(await open(), RITA);
    const back = await open({ prompt: 'none', ...changes });
    expect(scene.parameters(back)).toMatchObject({ error, error_description: expect.stringContaining(`AADSTS${number}`) });
  });

  it('who is signed in comes through, even where they showed a second factor before', async () => {
    await signIn(await open({ claims: C1 }), RITA);
    expect(scene.parameters(await open({ prompt: 'none', claims: C1 }))).toMatchObject({ code: expect.any(String) });
  });

  it('two who are signed in are one too many', async () => {
    await signIn(await open(), RITA);
    await signIn(await open({ prompt: 'select_account' }), ANNA);
    expect(scene.parameters(await open({ prompt: 'none' }))).toMatchObject({ error: 'login_required' });
  });
});

describe('step-up', () => {
  it('asks on a page of its own, and the token says that it was done', async () => {
    const page = await signIn(await open({ claims: C1 }), ANNA, { confirm: false });
    expect([page.title, page.text]).toEqual([
      'Confirm with your authenticator',
      expect.stringContaining('Sign for privileged access (c1)'),
    ]);
    expect(await scene.claims(await page.click('Confirm'))).toMatchObject({ acrs: ['c1'], oid: ANNA.objectId });
  });

  it('is no way in for one who turns back there', async () => {
    const page = await signIn(await open({ claims: C1 }), ANNA, { confirm: false });
    expect(scene.parameters(await page.click('Cancel'))).toMatchObject({ error: 'access_denied' });
  });

  it('is not asked for again in the same session, and the token says it all the same, asked or not', async () => {
    await signIn(await open({ claims: C1 }), ANNA);
    aheadMs = 60 * MINUTES;
    expect(await scene.claims(await open({ claims: C1 }))).toMatchObject({ acrs: ['c1'] });
    expect(await scene.claims(await open())).toMatchObject({ acrs: ['c1'] });
  });

  it('is asked for again after credentials were', async () => {
    await signIn(await open({ claims: C1 }), ANNA);
    const page = await signIn(await open({ claims: C1, prompt: 'login' }), ANNA, { confirm: false });
    expect(page.has('Confirm')).toBe(true);
  });

  it('stands in no token of a session without it, and in none of somebody else', async () => {
    expect(await scene.claims(await signIn(await open(), ANNA))).not.toHaveProperty('acrs');
    await signIn(await open({ claims: C1 }), ANNA);
    expect(await scene.claims(await signIn(await open({ prompt: 'select_account' }), RITA))).not.toHaveProperty('acrs');
  });

  it('is given for nothing where no policy is bound to the context', async () => {
    scene.far.tenant.contexts.bind('c1', 'none');
    expect(await scene.claims(await signIn(await open({ claims: C1 }), ANNA, { confirm: false }))).toMatchObject({
      acrs: ['c1'],
    });
    expect(await scene.claims(await open())).not.toHaveProperty('acrs');
  });

  it('is given for nothing where the tenant has no licence for policies', async () => {
    scene.far.tenant.setLicence('free');
    expect(await scene.claims(await signIn(await open({ claims: C1 }), ANNA, { confirm: false }))).toMatchObject({
      acrs: ['c1'],
    });
  });

  it('"every time" asks for everything again, but not twice within five minutes', async () => {
    scene.far.tenant.contexts.bind('c1', 'everyTime');
    const first = await scene.claims(await signIn(await open({ claims: C1 }), ANNA));
    aheadMs = 4 * MINUTES;
    expect((await open({ claims: C1 })).url).toContain(scene.callback.uri);
    aheadMs = 6 * MINUTES;
    expect(await scene.claims(await open())).not.toHaveProperty('acrs');
    const page = await open({ claims: C1 });
    expect(page.has(ANNA.name)).toBe(true);
    const confirming = await signIn(page, ANNA, { confirm: false });
    const second = await scene.claims(await confirming.click('Confirm'));
    expect(second).toMatchObject({ acrs: ['c1'] });
    expect(Number(second['auth_time'])).toBeGreaterThan(Number(first['auth_time']));
  });

  it('says nothing of contexts that the registration did not ask for, except the one requested', async () => {
    scene.far.tenant.contexts.set({ id: 'c2', displayName: 'Other', description: '', isAvailable: true, policy: 'mfa' });
    expect(await scene.claims(await signIn(await open({ claims: C1 }), ANNA))).toMatchObject({ acrs: ['c1', 'c2'] });
    const app = scene.far.tenant.applications;
    app.change(APPROVAL_APP.clientId, { optionalClaims: { idToken: [], accessToken: [] } });
    expect(await scene.claims(await open({ claims: C1 }))).toMatchObject({ acrs: ['c1'] });
    expect(await scene.claims(await open())).not.toHaveProperty('acrs');
  });
});

describe('consent', () => {
  it('is asked for when prompt=consent is said', async () => {
    const page = await (await open({ prompt: 'consent' })).click(RITA.name);
    expect([page.title, page.has('Accept')]).toEqual(['Permissions requested', true]);
    expect(scene.parameters(await page.click('Accept'))).toMatchObject({ code: expect.any(String) });
  });
});

describe('a page answers only to the browser that got it', () => {
  it('and not to another', async () => {
    const page = await open();
    const context = page.forms[0]?.fields.find(({ name }) => name === 'ctx')?.value ?? '';
    const other = scene.browser();
    await other.open(scene.authorizeUrl());
    const answer = await other.postFrom(scene.far.browserLoginUrl, `${scene.far.browserLoginUrl}/${TENANT_ID}/login`, {
      ctx: context,
      person: RITA.objectId,
    });
    expect(answer.text).toContain('AADSTS165000');
  });

  it('nor a second time, nor after half an hour', async () => {
    const page = await open();
    await page.click(RITA.name);
    expect((await page.click(RITA.name)).text).toContain('AADSTS165000');
    const slow = await open({ prompt: 'login' });
    aheadMs = 31 * MINUTES;
    expect((await slow.click(RITA.name)).text).toContain('AADSTS165000');
  });

  it('nor to a form on somebody else’s page', async () => {
    const page = await open();
    const context = page.forms[0]?.fields.find(({ name }) => name === 'ctx')?.value ?? '';
    const url = `${scene.far.browserLoginUrl}/${TENANT_ID}/login`;
    const answer = await browser.postFrom('https://evil.test', url, { ctx: context, person: RITA.objectId });
    expect(answer.text).toContain('AADSTS165000');
  });
});

it('serves the same pages over TLS, with a cookie that goes everywhere, as Entra’s does', async () => {
  const secure = await startScene({ browserLogin: { origin: 'https://login.entra.test' }, hostNames: ['login.entra.test'] });
  const hosts = { 'login.entra.test': new URL(secure.far.loginUrl).host };
  const outside = createBrowser({ ca: readFileSync(secure.far.caFile, 'utf8'), hosts });
  const page = await outside.open(secure.authorizeUrl());
  expect(new URL(page.url).host).toBe('login.entra.test');
  expect(outside.cookies.all).toMatchObject([{ name: 'ESTSAUTH', sameSite: 'None', secure: true, httpOnly: true }]);
  expect(await secure.claims(await signIn(page, RITA))).toMatchObject({ oid: RITA.objectId, iss: secure.far.issuer });
  await secure.close();
});

it('keeps nobody signed in for whom the directory has no account any more', async () => {
  await signIn(await open(), RITA);
  scene.far.tenant.directory.removeUser(RITA.objectId, BY_HAND);
  expect((await open()).has(RITA.name)).toBe(false);
});
