import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { ABEL, ANNA, RITA } from '../../src/playground/cast.ts';
import { back, button, codeOn, heading, sign, signIn, wordsOn } from './approve/acts.ts';
import { caughtCallback } from './approve/caught.ts';
import { type CertifiedScene, startCertifiedScene } from './approve/certified-scene.ts';
import { newWindowLink, SITES } from './approve/sites.ts';

let scene: CertifiedScene;
beforeAll(async () => {
  scene = await startCertifiedScene();
}, 120_000);
afterAll(() => scene?.close(), 30_000);

const addressOf = (id: string) => `${SITES.approve}/approve/${id}`;

/** Presses the link in Slack, in a profile of its own. */
async function arrived(id: string): Promise<{ context: BrowserContext; page: Page }> {
  const context = await scene.chromium.newContext();
  context.setDefaultTimeout(20_000);
  const client = await context.newPage();
  await client.goto(scene.foreign.show('slack', `/${id}`, newWindowLink(addressOf(id))));
  const [page] = await Promise.all([context.waitForEvent('page'), client.getByRole('link').click()]);
  await heading(page).waitFor();
  return { context, page };
}

describe('with a certified OpenID provider in place of Entra', () => {
  it('an approver signs, and the access is given', async () => {
    await scene.world.register('certified001');
    const { context, page } = await arrived('certified001');
    await signIn(page, ANNA);
    expect(await heading(page).innerText()).toBe('Give Global Reader to Rita Requester?');
    await sign(page, 'Approve');
    expect(await wordsOn(page)).toContain('You approved this');
    await scene.world.factsUntil('certified001', 'given');
    expect(scene.world.holders()).toContain(RITA.objectId);
    scene.world.advance(31);
    await scene.world.factsUntil('certified001', 'ended');
    await context.close();
  });

  it('an approver turns back first, then denies, and nothing is given', async () => {
    await scene.world.register('certified002');
    const { context, page } = await arrived('certified002');
    await signIn(page, ABEL);
    await button(page, 'Approve').click();
    await button(page, 'Cancel').click();
    expect(await codeOn(await back(page))).toBe('sign-in.declined');
    await page.getByRole('link', { name: 'Back to the request' }).click();
    await button(page, 'Deny').waitFor();
    await sign(page, 'Deny');
    expect(await wordsOn(page)).toContain('You denied this');
    expect((await scene.world.factsUntil('certified002', 'ended')).at(-1)).toMatchObject({ how: 'denied' });
    await context.close();
  });

  it('an answer carried into another browser counts for nothing, and in its own it does', async () => {
    await scene.world.register('certified003');
    const { context, page } = await arrived('certified003');
    await signIn(page, ANNA);
    await button(page, 'Approve').click();
    await page.waitForURL(`${SITES.login}/**`);
    const callback = await caughtCallback(page, () => button(page, 'Confirm').click());
    const other = await arrived('certified003');
    await other.page.goto(callback);
    expect(await codeOn(other.page)).toBe('sign-in.begin-again');
    await page.goto(callback);
    expect(await wordsOn(page)).toContain('You approved this');
    await scene.world.factsUntil('certified003', 'given');
    await Promise.all([context.close(), other.context.close()]);
  });
});
