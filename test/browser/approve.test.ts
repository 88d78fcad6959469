import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContextOptions, Request } from 'playwright-core';
import { ANNA, GINA, RITA, ROLES } from '../../src/playground/cast.ts';
import { holds, seen } from '../support/acting.ts';
import { back, button, codeOn, heading, sign, signIn, untilSaid, wordsOn } from './approve/acts.ts';
import { faultsOn, ownFaultsOn, tabAndPress } from './approve/readable.ts';
import { type Scene, shot, startScene } from './approve/scene.ts';
import { SITES } from './approve/sites.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await startScene('walks');
}, 120_000);
afterAll(() => scene?.close(), 30_000);
afterEach(() => scene.settle());

const given = (roleId: string) => seen(scene.world, 'the role in the tenant', () => holds(scene.world, RITA, roleId));
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

describe('an approver who presses the link', () => {
  it('in Slack signs in, reads, approves, confirms, and the access is given', async () => {
    const why = 'INC-300: is <b>audit</b> on? <script>document.title = "signed"</script>';
    const url = await scene.ask({ entitlementId: 'global-reader', why });
    const context = await scene.profile();
    const asked: Request[] = [];
    context.on('request', (request) => request.isNavigationRequest() && asked.push(request));
    const page = await scene.fromSlack(context, url);
    await heading(page).waitFor();
    expect(await wordsOn(page)).toMatch(
      /^Sign in to see a request\s+Somebody may have asked you to look at a request\. It is shown to you once you have signed in\.\s+Sign in\s+Hallpass perimeter$/,
    );
    expect(await faultsOn(page)).toEqual([]);
    await shot(page, '1-sign-in');
    await signIn(page, ANNA);
    expect(await wordsOn(page)).toContain(why);
    expect(await page.title()).toBe('Give Global Reader to Rita Requester? · Hallpass');
    expect(await faultsOn(page)).toEqual([]);
    await shot(page, '2-request');
    await sign(page, 'Approve');
    expect(await wordsOn(page)).toMatch(/You approved this \d+ seconds? ago/);
    expect(page.url()).toBe(url);
    await given(ROLES.globalReader);
    await untilSaid(page, 'It is given until');
    expect(await page.getByRole('button').count()).toBe(0);
    expect(await faultsOn(page)).toEqual([]);
    await shot(page, '3-given');

    // The walk went between sites, and told none of them where it came from.
    const hops = await Promise.all(
      asked
        .filter((request) => request.url().startsWith(SITES.approve))
        .map(async (request) => ({ path: new URL(request.url()).pathname, sent: await request.allHeaders() })),
    );
    const [first, callback] = [hops[0]?.sent, hops.find(({ path }) => path === '/approve/callback')?.sent];
    expect([first?.['sec-fetch-site'], callback?.['sec-fetch-site']]).toEqual(['cross-site', 'cross-site']);
    expect([first?.['referer'], callback?.['cookie']]).toEqual([undefined, expect.stringContaining('__Host-hallpass-attempt=')]);
    const toLogin = await Promise.all(asked.filter((one) => one.url().startsWith(SITES.login)).map((one) => one.allHeaders()));
    expect(toLogin.filter(({ referer = '' }) => referer.startsWith(SITES.approve))).toEqual([]);
    await context.close();
  });

  it('in Teams, from within its frames, after the requester signed from a link in the same window', async () => {
    const why = 'INC-301: reset the locked accounts of the night shift';
    const url = await scene.ask({ entitlementId: 'helpdesk-administrator', why });
    const hers = await scene.profile();
    const own = await signIn(await scene.fromSlack(hers, url, 'same'), RITA);
    expect(await heading(own).innerText()).toBe('Did you ask for Helpdesk Administrator?');
    expect(await faultsOn(own)).toEqual([]);
    await shot(own, '4-requester');
    await sign(own, 'Sign this request');
    expect(await wordsOn(own)).toContain('signed by the requester');
    expect(holds(scene.world, RITA, ROLES.helpdeskAdministrator)).toBe(false);

    const annas = await scene.profile();
    const page = await signIn(await scene.fromTeams(annas, await scene.inTeams(why)), ANNA);
    expect(await wordsOn(page)).toContain('signed by the requester');
    await shot(page, '5-signed-by-requester');
    await sign(page, 'Approve');
    await given(ROLES.helpdeskAdministrator);
    await untilSaid(page, 'It is given until');
    expect(await wordsOn(page)).not.toContain('beginning when');
    await own.reload();
    expect(await wordsOn(own)).toContain('Anna Approver approved this');
    await Promise.all([hers.close(), annas.close()]);
  });

  it('denies, and nothing is given', async () => {
    const url = await scene.ask({ entitlementId: 'global-reader', why: 'INC-302: have a look around' });
    const context = await scene.profile();
    const page = await sign(await signIn(await scene.fromTeams(context, url), ANNA), 'Deny');
    expect(await wordsOn(page)).toMatch(/You denied this .* Nothing was given/);
    await page.reload();
    expect(await page.getByRole('button').count()).toBe(0);
    expect(holds(scene.world, RITA, ROLES.globalReader)).toBe(false);
    await shot(page, '6-denied');
    await context.close();
  });
});

describe('the same page', () => {
  it.each<readonly [how: string, options: BrowserContextOptions]>([
    ['without scripts', { javaScriptEnabled: false }],
    ['on a phone', PHONE],
    ['on a phone in the dark', { ...PHONE, colorScheme: 'dark' }],
    ['in the dark', { colorScheme: 'dark' }],
  ])('works %s', async (how, options) => {
    const url = await scene.ask({ entitlementId: 'global-reader', why: `INC-303: ${'conditionalaccesspolicies'.repeat(6)}` });
    const context = await scene.profile(options);
    const page = await scene.fromSlack(context, url);
    await heading(page).waitFor();
    // axe is a script too.
    const look = () => (options.javaScriptEnabled === false ? ownFaultsOn(page) : faultsOn(page));
    const faults = [...(await look())];
    await signIn(page, ANNA);
    faults.push(...(await look()));
    await shot(page, `7-request-${how.replaceAll(' ', '-')}`);
    await sign(page, 'Deny');
    faults.push(...(await look()));
    expect(faults).toEqual([]);
    expect(await wordsOn(page)).toContain('You denied this');
    await context.close();
  });

  it('works without a mouse, and always shows where one is', async () => {
    const url = await scene.ask({ entitlementId: 'global-reader', why: 'INC-304: by keyboard alone' });
    const context = await scene.profile();
    const page = await scene.fromSlack(context, url);
    await heading(page).waitFor();
    await tabAndPress(page, 'Sign in');
    await page.waitForURL(`${SITES.login}/**`);
    await tabAndPress(page, ANNA.name);
    await back(page);
    await page.keyboard.press('Tab');
    await shot(page, '8-focus');
    await page.keyboard.press('Shift+Tab');
    await tabAndPress(page, 'Approve');
    await page.waitForURL(`${SITES.login}/**`);
    await tabAndPress(page, 'Confirm');
    expect(await wordsOn(await back(page))).toContain('You approved this');
    await given(ROLES.globalReader);
    await context.close();
  });

  it('says nothing to somebody whom it does not concern, and lets them change the account', async () => {
    const why = 'INC-305: not for everybody';
    const url = await scene.ask({ entitlementId: 'global-reader', why });
    const context = await scene.profile();
    const page = await signIn(await scene.fromSlack(context, url), GINA);
    expect(await wordsOn(page)).not.toContain(why);
    expect(await faultsOn(page)).toEqual([]);
    await shot(page, '9-nothing-for-you');
    await button(page, 'Sign in with another account').click();
    await page.getByRole('button', { name: `${ANNA.name} ${ANNA.userPrincipalName}` }).click();
    expect(await wordsOn(await back(page))).toContain(why);
    await context.close();
  });

  it('says what happened to somebody who turns back at the sign-in, and the way back leads to the request', async () => {
    const url = await scene.ask({ entitlementId: 'global-reader', why: 'INC-306: changed my mind' });
    const context = await scene.profile();
    const page = await signIn(await scene.fromSlack(context, url), ANNA);
    await button(page, 'Approve').click();
    await button(page, 'Cancel').click();
    await back(page);
    expect(await codeOn(page)).toBe('sign-in.declined');
    expect(await wordsOn(page)).toContain('You turned back at the sign-in. Nothing was signed.');
    expect(await faultsOn(page)).toEqual([]);
    await shot(page, '10-turned-back');
    await page.getByRole('link', { name: 'Back to the request' }).click();
    await button(page, 'Approve').waitFor();
    await sign(page, 'Approve');
    expect(await wordsOn(page)).toContain('You approved this');
    await context.close();
  });
});
