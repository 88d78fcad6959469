import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { ABEL, ANNA, RITA, ROLES } from '../../src/playground/cast.ts';
import { holds, seen } from '../support/acting.ts';
import { SIGN_IN_WORDS } from '../support/browserless.ts';
import { back, button, codeOn, heading, sign, signIn, wordsOn } from './approve/acts.ts';
import { caughtCallback } from './approve/caught.ts';
import { type Scene, shot, startScene } from './approve/scene.ts';
import { SITES } from './approve/sites.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await startScene('attacks');
}, 120_000);
afterAll(() => scene?.close(), 30_000);
afterEach(() => scene.settle());

let count = 400;
/** A request for Global Reader, and Anna in front of it, signed in. */
async function annaLooks(): Promise<{ url: string; annas: BrowserContext; page: Page }> {
  const url = await scene.ask({ entitlementId: 'global-reader', why: `INC-${count++}: to be attacked` });
  const annas = await scene.profile();
  return { url, annas, page: await signIn(await scene.fromSlack(annas, url), ANNA) };
}

async function open(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

const confirm = (page: Page) => button(page, SIGN_IN_WORDS.confirm).click();
const given = () => seen(scene.world, 'the role in the tenant', () => holds(scene.world, RITA, ROLES.globalReader));
const isHeld = () => holds(scene.world, RITA, ROLES.globalReader);

/** The attack left the request as it was; what is honest works still. */
async function stillWorks(page: Page, url: string): Promise<void> {
  await page.goto(url);
  expect(await wordsOn(page)).toContain('It waits for 1 approval');
  expect(isHeld()).toBe(false);
  await sign(page, 'Approve');
  expect(await wordsOn(page)).toContain('You approved this');
  await given();
}

describe('a page of somebody else', () => {
  it('cannot press a button by a form, even with all that was on the page', async () => {
    const { url, annas, page } = await annaLooks();
    const stolen = String(
      await page.evaluate(`[...document.forms[0].querySelectorAll('input')].map((one) => one.outerHTML).join('')`),
    );
    expect(stolen).toMatch(/name="csrf".*name="shown"/s);
    const form = `<form method="post" action="${url}">${stolen}<button name="act" value="approve">Win a prize</button></form>`;
    const foreign = await open(annas, scene.foreign.show('foreign', '/form', form));
    const [posted] = await Promise.all([
      foreign.waitForRequest((request) => request.method() === 'POST'),
      button(foreign, 'Win a prize').click(),
    ]);
    await back(foreign);
    expect((await posted.allHeaders())['cookie']).toBeUndefined();
    expect(await codeOn(foreign)).toBe('sign-in.begin-again');
    await shot(foreign, '11-forged');
    await stillWorks(page, url);
    await annas.close();
  });

  it('cannot frame it', async () => {
    const { url, annas, page } = await annaLooks();
    const harmless = scene.foreign.show('teams', '/harmless', '<button>Harmless</button>');
    const framing = (name: string, address: string) =>
      scene.foreign.show('foreign', `/${name}`, `<iframe title="Bait" src="${address}"></iframe>`);
    const foreign = await open(annas, framing('frame-of-cards', harmless));
    await button(foreign.frameLocator('iframe'), 'Harmless').waitFor();
    const [refused] = await Promise.all([foreign.waitForEvent('requestfailed'), foreign.goto(framing('frame-of-ours', url))]);
    expect([refused.url(), refused.failure()?.errorText]).toEqual([url, 'net::ERR_BLOCKED_BY_RESPONSE']);
    expect(await foreign.frameLocator('iframe').getByRole('button').count()).toBe(0);
    await stillWorks(page, url);
    await annas.close();
  });

  it('keeps no hold of the window that it opened', async () => {
    const { url, annas, page } = await annaLooks();
    const opener = `<button onclick="opened = window.open('${url}')">Open</button>`;
    const foreign = await open(annas, scene.foreign.show('foreign', '/opener', opener));
    const [popup] = await Promise.all([annas.waitForEvent('page'), button(foreign, 'Open').click()]);
    await heading(popup).waitFor();
    expect(await popup.evaluate('window.opener')).toBeNull();
    expect(await foreign.evaluate('opened.closed')).toBe(true);
    await stillWorks(page, url);
    await annas.close();
  });

  it('changes nothing by looking, in whatever way, with the cookies of whoever visits it', async () => {
    const { url, annas, page } = await annaLooks();
    await button(page, 'Approve').click();
    const callback = await caughtCallback(page, () => confirm(page));
    const foreign = await open(annas, scene.foreign.show('foreign', '/scan', ''));
    for (const address of [url, callback])
      for (const method of ['GET', 'HEAD', 'POST'])
        await foreign.evaluate(
          `fetch('${address}', { method: '${method}', mode: 'no-cors', credentials: 'include' }).catch(() => 0)`,
        );
    expect(isHeld()).toBe(false);
    // Nobody used up the code, nor ended the sign-in.
    await page.goto(callback);
    expect(await wordsOn(page)).toContain('You approved this');
    await given();
    await annas.close();
  });
});

describe('the answer of a sign-in', () => {
  it('is good in the browser that began, and in no other', async () => {
    const { annas, page } = await annaLooks();
    await button(page, 'Approve').click();
    const callback = await caughtCallback(page, () => confirm(page));
    const others = await scene.profile();
    const link = `<a href="${callback.replaceAll('&', '&amp;')}">Look at this</a>`;
    const other = await open(others, scene.foreign.show('foreign', '/callback', link));
    await other.getByRole('link').click();
    await back(other);
    expect(await codeOn(other)).toBe('sign-in.begin-again');
    await shot(other, '12-begin-again');
    expect(isHeld()).toBe(false);
    await page.goto(callback);
    expect(await wordsOn(page)).toContain('You approved this');
    await given();
    await Promise.all([others.close(), annas.close()]);
  });

  it('of somebody else does not count for who is in the middle of a sign-in, nor ends it', async () => {
    const { url, annas, page } = await annaLooks();
    const abels = await scene.profile();
    const his = await signIn(await scene.fromSlack(abels, url), ABEL);
    await button(his, 'Deny').click();
    const callback = await caughtCallback(his, () => confirm(his));
    await button(page, 'Approve').click();
    await page.waitForURL(`${SITES.login}/**`);
    const second = await open(annas, callback);
    expect(await codeOn(second)).toBe('sign-in.crossed');
    await shot(second, '13-crossed');
    await confirm(page);
    expect(await wordsOn(await back(page))).toContain('You approved this');
    await given();
    await Promise.all([abels.close(), annas.close()]);
  });

  it('of an earlier click does not count after a later one', async () => {
    const { url, annas, page } = await annaLooks();
    await button(page, 'Approve').click();
    const first = await caughtCallback(page, () => confirm(page));
    await page.goto(url);
    await button(page, 'Approve').click();
    // Confirmed a moment ago, so Entra lets it through without a page.
    await page.getByText('You approved this').waitFor();
    expect(await wordsOn(page)).toContain('You approved this');
    const late = await open(annas, first);
    expect(await codeOn(late)).toBe('sign-in.begin-again');
    await given();
    await annas.close();
  });

  it('to one request, begun in another window, does not sign the other', async () => {
    const { url, annas, page } = await annaLooks();
    const otherUrl = await scene.ask({ entitlementId: 'helpdesk-administrator', why: `INC-${count++}: another request` });
    const other = await open(annas, otherUrl);
    await button(page, 'Approve').click();
    await page.waitForURL(`${SITES.login}/**`);
    await button(other, 'Deny').click();
    await other.waitForURL(`${SITES.login}/**`);
    await confirm(page);
    await back(page);
    expect(await codeOn(page)).toBe('sign-in.crossed');
    expect(isHeld()).toBe(false);
    await confirm(other);
    expect(await wordsOn(await back(other))).toContain('You denied this');
    await page.goto(url);
    await button(page, 'Approve').click();
    expect(await wordsOn(await back(page))).toContain('You approved this');
    await given();
    await annas.close();
  });
});

describe('somebody who', () => {
  it('goes back and reloads after signing signs nothing again', async () => {
    const { url, annas, page } = await annaLooks();
    await sign(page, 'Approve');
    await given();
    for (let steps = 0; steps < 6; steps++) {
      await page.goBack({ waitUntil: 'domcontentloaded' }).catch(() => undefined);
      if (!page.url().startsWith(SITES.approve)) continue;
      expect(await button(page, 'Approve').count()).toBe(0);
      await page.reload();
    }
    await page.goto(url);
    expect((await wordsOn(page)).match(/Anna Approver \(signed/g)).toHaveLength(1);
    expect(await button(page, 'Approve').count()).toBe(0);
    await annas.close();
  });

  it.each<[string, (page: Page, forget: () => Promise<void>) => Promise<unknown>]>([
    [
      'before pressing Approve',
      async (page, forget) => {
        await forget();
        await button(page, 'Approve').click();
      },
    ],
    [
      'at the authenticator',
      async (page, forget) => {
        await button(page, 'Approve').click();
        await page.waitForURL(`${SITES.login}/**`);
        await forget();
        await confirm(page);
        await page.waitForURL(`${SITES.approve}/approve/callback**`);
      },
    ],
  ])('lost the cookies %s is told to begin again, and can', async (_when, walk) => {
    const { url, annas, page } = await annaLooks();
    await walk(page, () => annas.clearCookies({ domain: new URL(SITES.approve).hostname }));
    await page.getByText('Code: sign-in.begin-again').waitFor();
    expect(isHeld()).toBe(false);
    await page.goto(url);
    await button(page, 'Sign in').click();
    await back(page);
    await button(page, 'Approve').click();
    await Promise.race([confirm(page), page.getByText('You approved this').waitFor()]);
    await page.getByText('You approved this').waitFor();
    await given();
    await annas.close();
  });
});
