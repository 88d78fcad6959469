import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { ABEL, ANNA, GINA, GUS, RITA, ROLES, SAM } from '../../src/playground/cast.ts';
import { ADMIN } from '../attacks/acts.ts';
import { holds, seen } from '../support/acting.ts';
import { button, codeOn, heading, sign, signIn as signInToApprove, wordsOn } from './approve/acts.ts';
import { faultsOn, ownFaultsOn, tabAndPress } from './approve/readable.ts';
import { type Scene, shot, startScene } from './approve/scene.ts';
import { sameWindowLink, SITES } from './approve/sites.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await startScene('signin');
  const why = 'INC-400: look after the outage';
  const url = await scene.ask({ entitlementId: 'global-reader', why });
  const context = await scene.profile();
  await sign(await signInToApprove(await scene.fromSlack(context, url), ANNA), 'Approve');
  await seen(scene.world, 'the role in the tenant', () => holds(scene.world, RITA, ROLES.globalReader));
  await context.close();
}, 180_000);
afterAll(() => scene?.close(), 30_000);

type Who = { readonly name: string; readonly userPrincipalName: string };
const CONSOLE = `${SITES.console}/console`;
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

async function opened(path = '', options?: BrowserContextOptions): Promise<Page> {
  const page = await (await scene.profile(options)).newPage();
  await page.goto(`${CONSOLE}${path}`);
  return page;
}

async function chosen(page: Page, who: Who): Promise<Page> {
  await page.getByRole('link', { name: 'Sign in with Microsoft' }).click();
  await page.getByRole('button', { name: `${who.name} ${who.userPrincipalName}` }).click();
  await page.waitForURL(`${SITES.console}/**`);
  await heading(page).waitFor();
  return page;
}

const signedIn = async (who: Who, path?: string, options?: BrowserContextOptions) => chosen(await opened(path, options), who);
const all = (page: Page) => page.locator('body').innerText();

describe('somebody who opens the console', () => {
  it('signs in with Entra, comes back to the page they wanted, and sees who holds what and for how long', async () => {
    const page = await opened('?of=everybody');
    expect(await heading(page).innerText()).toBe('Sign in to Hallpass');
    expect(await faultsOn(page)).toEqual([]);
    await shot(page, '../signin/1-sign-in');
    await chosen(page, ANNA);
    expect(page.url()).toBe(`${CONSOLE}?of=everybody`);
    const words = await all(page);
    expect(words).toMatch(/Rita Requester[\s\S]*Global Reader · whole tenant/);
    expect(words).toMatch(/Until \w+ \d+ \w+ \d{4}, \d\d:\d\d UTC · \d+ minutes left/);
    expect(words).toContain('Approved by Anna Approver (signed)');
    expect(words).toContain('viewer');
    expect(await page.getByRole('meter').getAttribute('aria-label')).toMatch(/^Time left: \d+ minutes of 30 minutes/);
    expect(await faultsOn(page)).toEqual([]);
    await shot(page, '../signin/2-everybody');
    await page.context().close();
  });

  it('and follows a link to it from a chat is led through the sign-in without being asked anything else', async () => {
    const context = await scene.profile();
    const page = await context.newPage();
    await page.goto(scene.foreign.show('slack', '/signin/1', sameWindowLink(`${CONSOLE}?of=me`)));
    await page.getByRole('link', { name: 'Review and sign' }).click();
    await chosen(page, RITA);
    expect(page.url()).toBe(`${CONSOLE}?of=me`);
    expect(await all(page)).toContain('Global Reader');
    await context.close();
  });

  it('without a role sees what they hold, and is told who sees everybody', async () => {
    const page = await signedIn(ABEL);
    expect(await all(page)).toContain('viewer');
    await page.context().close();
    const own = await signedIn(RITA);
    expect(await all(own)).toMatch(/no role here[\s\S]*You see what you hold yourself\.[\s\S]*Global Reader/);
    expect(await faultsOn(own)).toEqual([]);
    await shot(own, '../signin/3-own');
    const answer = await own.goto(`${CONSOLE}?of=everybody`);
    expect(answer?.status()).toBe(403);
    expect(await codeOn(own)).toBe('console.forbidden');
    expect(await wordsOn(own)).toMatch(/members of Access approvers[\s\S]*1 named person[\s\S]*ask Gina Global/);
    expect(await wordsOn(own)).not.toContain('Rita Requester\n');
    expect(await faultsOn(own)).toEqual([]);
    await shot(own, '../signin/4-forbidden');
    await own.context().close();
  });

  it('as a guest is refused', async () => {
    const page = await signedIn(GUS);
    expect(await codeOn(page)).toBe('id-token.guest');
    expect(await faultsOn(page)).toEqual([]);
    await shot(page, '../signin/5-guest');
    await page.context().close();
  });

  it('holding nothing is told how to ask', async () => {
    const page = await signedIn(SAM, '?of=me');
    expect(await wordsOn(page)).toContain('You hold nothing through Hallpass now.');
    expect(await faultsOn(page)).toEqual([]);
    await shot(page, '../signin/6-nothing');
    await page.context().close();
  });

  it('signs out, and neither going back nor the address shows anything any more', async () => {
    const page = await signedIn(GINA);
    await button(page, 'Sign out').click();
    await page.getByRole('heading', { name: 'Signed out' }).waitFor();
    expect(await faultsOn(page)).toEqual([]);
    await shot(page, '../signin/7-signed-out');
    expect((await page.context().cookies(SITES.console)).map(({ name }) => name)).not.toContain('__Host-hallpass-console');
    await page.goBack();
    expect(await heading(page).innerText()).toBe('Sign in to Hallpass');
    expect((await page.goto(CONSOLE))?.status()).toBe(401);
    await page.context().close();
  });

  it('is out at the next click once the account is disabled', async () => {
    const page = await signedIn(SAM);
    const { directory } = scene.world.microsoft.tenant;
    directory.setEnabled(SAM.objectId, false, ADMIN);
    await page.reload();
    expect(await codeOn(page)).toBe('console.disabled');
    directory.setEnabled(SAM.objectId, true, ADMIN);
    await page.reload();
    expect(await heading(page).innerText()).toBe('Sign in to Hallpass');
    await page.context().close();
  });
});

describe('the console', () => {
  it.each<readonly [how: string, options: BrowserContextOptions]>([
    ['without scripts', { javaScriptEnabled: false }],
    ['on a phone', PHONE],
    ['on a phone in the dark', { ...PHONE, colorScheme: 'dark' }],
    ['in the dark', { colorScheme: 'dark' }],
  ])('works %s', async (how, options) => {
    const look = (page: Page) => (options.javaScriptEnabled === false ? ownFaultsOn(page) : faultsOn(page));
    const page = await opened('', options);
    const faults = [...(await look(page))];
    await chosen(page, ANNA);
    faults.push(...(await look(page)));
    await shot(page, `../signin/8-everybody-${how.replaceAll(' ', '-')}`);
    await button(page, 'Sign out').click();
    await page.getByRole('heading', { name: 'Signed out' }).waitFor();
    faults.push(...(await look(page)));
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('works without a mouse', async () => {
    const page = await opened();
    await tabAndPress(page, 'Sign in with Microsoft');
    await page.waitForURL(`${SITES.login}/**`);
    await tabAndPress(page, ANNA.name);
    await page.waitForURL(`${SITES.console}/**`);
    await tabAndPress(page, 'Me');
    await page.waitForURL('**/console?of=me');
    await tabAndPress(page, 'Sign out');
    await page.getByRole('heading', { name: 'Signed out' }).waitFor();
    await page.context().close();
  });

  it('lets no page of somebody else sign anybody out, or show it in a frame', async () => {
    const page = await signedIn(ANNA);
    const evil = scene.foreign.show(
      'foreign',
      '/out',
      `<form method="post" action="${SITES.console}/signout"><input name="csrf" value="x"><button>Win a prize</button></form>
       <iframe title="f" src="${CONSOLE}"></iframe>`,
    );
    await page.goto(evil);
    expect(page.frames()[1]?.url()).not.toContain('/console');
    await button(page, 'Win a prize').click();
    await page.goto(CONSOLE);
    expect(await all(page)).toContain('Anna Approver');
    await page.context().close();
  });
});
