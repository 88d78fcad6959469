import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { ABEL, GINA, NORA, RITA } from '../../src/playground/cast.ts';
import { ADMIN } from '../attacks/acts.ts';
import { directMessages, seen, wordsOf } from '../support/acting.ts';
import { button, codeOn, heading, wordsOn } from './approve/acts.ts';
import { faultsOn, ownFaultsOn } from './approve/readable.ts';
import { type Scene, shot, startScene } from './approve/scene.ts';
import { newWindowLink, SITES } from './approve/sites.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await startScene('link');
}, 180_000);
afterAll(() => scene?.close(), 30_000);

const LINK = `${SITES.console}/console/link`;
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
type Who = { readonly name: string; readonly userPrincipalName: string };

/** What Nora alone sees in Slack after this command, newest last. */
async function told(text = ''): Promise<readonly unknown[]> {
  const { slack } = scene.world;
  const before = ephemerals().length;
  await slack.people.slashCommand(NORA.slackUserId, '/access', text);
  return seen(scene.world, 'an answer for Nora alone', () => {
    const now = ephemerals();
    return now.length > before ? now : undefined;
  });
}
const ephemerals = () =>
  scene.world.slack.model
    .state()
    .channels.flatMap(({ ephemerals: all }) =>
      all.filter(({ userId }) => userId === NORA.slackUserId).map(({ message }) => message),
    );

/** The link's button pressed in Slack's client, up to the console's page. */
async function fromSlack(address: string, options?: BrowserContextOptions): Promise<Page> {
  const context = await scene.profile(options);
  const client = await context.newPage();
  await client.goto(scene.foreign.show('slack', `/link/${Math.random()}`, newWindowLink(address, 'Link my accounts')));
  return (await Promise.all([context.waitForEvent('page'), client.getByRole('link', { name: 'Link my accounts' }).click()]))[0];
}

async function signInToMicrosoft(page: Page, who: Who): Promise<Page> {
  await page.getByRole('link', { name: 'Sign in with Microsoft' }).click();
  await page.getByRole('button', { name: `${who.name} ${who.userPrincipalName}` }).click();
  return back(page);
}

async function signInToSlack(page: Page, who: Pick<Who, 'name'>): Promise<Page> {
  await page.getByRole('link', { name: 'Sign in with Slack' }).click();
  await page.getByRole('button', { name: who.name }).click();
  return back(page);
}

async function back(page: Page): Promise<Page> {
  await page.waitForURL(`${SITES.console}/**`);
  await heading(page).waitFor();
  return page;
}

const opened = async (who: Who, path = '/console/link', options?: BrowserContextOptions): Promise<Page> => {
  const page = await (await scene.profile(options)).newPage();
  await page.goto(`${SITES.console}${path}`);
  return signInToMicrosoft(page, who);
};

async function noraLinks(page: Page): Promise<void> {
  await button(page, 'Link these two accounts').click();
  await page.getByRole('heading', { name: 'My links' }).waitFor();
}

describe('a newcomer whom Slack alone knows', () => {
  it('types /access, follows the link, signs in to both, confirms, and may ask from then on', async () => {
    const answer = wordsOf(await told());
    expect(answer).toContain('does not know yet which Microsoft account is yours');
    const [address = ''] = /https:\/\/bot\.hallpass\.test[^"\\]*/.exec(answer) ?? [];
    expect(address).toBe(LINK);
    const page = await fromSlack(address);
    await heading(page).waitFor();
    expect(await heading(page).innerText()).toBe('Sign in to Hallpass');
    await signInToMicrosoft(page, NORA);
    expect(await heading(page).innerText()).toBe('Link your Slack account');
    expect(await faultsOn(page)).toEqual([]);
    await shot(page, '../link/1-begin');
    await signInToSlack(page, NORA);
    expect([page.url(), await heading(page).innerText()]).toEqual([LINK, 'Are both of these yours?']);
    for (const shown of [NORA.name, NORA.slackUserId, NORA.objectId]) expect(await wordsOn(page)).toContain(shown);
    expect(await faultsOn(page)).toEqual([]);
    await shot(page, '../link/2-confirm');
    await noraLinks(page);
    expect(await wordsOn(page)).toContain(NORA.slackUserId);
    expect(await faultsOn(page)).toEqual([]);
    await shot(page, '../link/3-linked');
    await seen(scene.world, 'word of it in Slack', () =>
      wordsOf(directMessages(scene.world, NORA)).includes('is now linked to Nora Newcomer') ? true : undefined,
    );
    await scene.world.slack.people.slashCommand(NORA.slackUserId, '/access', '');
    const modal = await seen(scene.world, 'the form', () => scene.world.slack.model.state().modals[NORA.slackUserId]?.at(-1));
    expect(wordsOf(modal)).toContain('Request access');
    await page.context().close();
  });

  it('unlinks in the console after a question, and Slack tells her so', async () => {
    const page = await opened(NORA, '/console/links');
    await page.getByRole('link', { name: `Unlink ${NORA.slackUserId}` }).click();
    await page.getByRole('heading', { name: 'Unlink your Slack account?' }).waitFor();
    expect(await faultsOn(page)).toEqual([]);
    await shot(page, '../link/4-unlink');
    await button(page, 'Unlink').click();
    await page.getByRole('heading', { name: 'My links' }).waitFor();
    expect(await wordsOn(page)).toContain('No Slack account is linked to yours.');
    expect(await faultsOn(page)).toEqual([]);
    await seen(scene.world, 'word of it in Slack', () =>
      wordsOf(directMessages(scene.world, NORA)).includes('is no longer linked to Nora Newcomer') ? true : undefined,
    );
    expect(wordsOf((await told()).at(-1))).toContain('Link my accounts');
    await page.context().close();
  });

  it('links again, unlinks in Slack, and links once more', async () => {
    const page = await signInToSlack(await opened(NORA), NORA);
    await noraLinks(page);
    const asked = (await told('unlink')).at(-1);
    expect(wordsOf(asked)).toContain('This Slack account is linked to Nora Newcomer');
    const { ts } = asked as { readonly ts: string };
    const channelId =
      scene.world.slack.model.state().channels.find(({ ephemerals: all }) => all.some(({ message }) => message.ts === ts))?.id ??
      '';
    await scene.world.slack.people.press(NORA.slackUserId, { channelId, ts }, 'unlink');
    await seen(scene.world, 'word of it', () => (wordsOf(ephemerals()).includes('Unlinked. Type /access') ? true : undefined));
    await page.reload();
    expect(await wordsOn(page)).toContain('No Slack account is linked to yours.');
    await page.goto(LINK);
    await noraLinks(await signInToSlack(page, NORA));
    await page.context().close();
  });

  it('is nobody in Slack at once when her Entra account is disabled', async () => {
    const { directory } = scene.world.microsoft.tenant;
    const page = await opened(NORA, '/console/links');
    directory.setEnabled(NORA.objectId, false, ADMIN);
    await page.reload();
    expect(await codeOn(page)).toBe('console.disabled');
    await seen(scene.world, 'word of it', () =>
      wordsOf(directMessages(scene.world, NORA)).includes('the Entra account is disabled') ? true : undefined,
    );
    expect(wordsOf((await told()).at(-1))).toContain('Link my accounts');
    directory.setEnabled(NORA.objectId, true, ADMIN);
    await page.context().close();
  });
});

describe('the pages', () => {
  it('keep the links of everybody for operators, who end one', async () => {
    const hers = await signInToSlack(await opened(NORA), NORA);
    await noraLinks(hers);
    const page = await opened(ABEL, '/console/links');
    const answer = await page.goto(`${SITES.console}/console/links/all`);
    expect([answer?.status(), await codeOn(page)]).toEqual([403, 'console.forbidden']);
    expect(await faultsOn(page)).toEqual([]);
    await shot(page, '../link/5-forbidden');
    const gina = await opened(GINA, '/console/links/all');
    expect(await wordsOn(gina)).toContain(NORA.name);
    expect(await faultsOn(gina)).toEqual([]);
    await shot(gina, '../link/6-everybody');
    await gina.getByRole('link', { name: `Unlink ${NORA.slackUserId}` }).click();
    await button(gina, 'Unlink').click();
    await gina.getByText('No Slack account is linked.').waitFor();
    for (const each of [hers, page, gina]) await each.context().close();
  });

  it('link nothing to who sent the address: a colleague who opens it finds only herself', async () => {
    const abel = await signInToSlack(await opened(ABEL), ABEL);
    const hers = await fromSlack(abel.url());
    await heading(hers).waitFor();
    await signInToMicrosoft(hers, RITA);
    expect(await wordsOn(hers)).not.toContain(ABEL.slackUserId);
    expect(await hers.getByRole('button', { name: 'Link these two accounts' }).count()).toBe(0);
    for (const each of [abel, hers]) await each.context().close();
  });

  it('refuse what another browser began at Slack', async () => {
    const abel = await opened(ABEL);
    await abel.getByRole('link', { name: 'Sign in with Slack' }).click();
    await abel.waitForURL(`${SITES.slackLogin}/**`);
    const hers = await opened(NORA);
    await hers.goto(abel.url());
    await hers.getByRole('button', { name: NORA.name }).click();
    await back(hers);
    expect(await codeOn(hers)).toBe('link.begin-again');
    expect(await faultsOn(hers)).toEqual([]);
    await shot(hers, '../link/7-refused');
    for (const each of [abel, hers]) await each.context().close();
  });

  it.each<readonly [how: string, options: BrowserContextOptions]>([
    ['without scripts', { javaScriptEnabled: false }],
    ['on a phone', PHONE],
    ['on a phone in the dark', { ...PHONE, colorScheme: 'dark' }],
  ])('work %s', async (how, options) => {
    const look = (page: Page) => (options.javaScriptEnabled === false ? ownFaultsOn(page) : faultsOn(page));
    const page = await opened(NORA, '/console/link', options);
    const faults = [...(await look(page))];
    await signInToSlack(page, NORA);
    faults.push(...(await look(page)));
    await shot(page, `../link/8-confirm-${how.replaceAll(' ', '-')}`);
    await button(page, 'They are not both mine').click();
    await page.getByRole('heading', { name: 'My links' }).waitFor();
    faults.push(...(await look(page)));
    await shot(page, `../link/9-links-${how.replaceAll(' ', '-')}`);
    expect(faults).toEqual([]);
    await page.context().close();
  });
});
