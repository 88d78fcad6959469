import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { type StartedPlayground, startedPlayground } from './started-playground.ts';

const ARTIFACTS = resolve(import.meta.dirname, '../../artifacts/browser');
/** How long a person would wait before thinking that it hangs. */
const PATIENCE_MS = 20_000;
const WIDE = { width: 1440, height: 1000 };
const PHONE = { width: 390, height: 844 };
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let playground: StartedPlayground;
let browser: Browser;
let page: Page;
const troubles: string[] = [];

beforeAll(async () => {
  rmSync(ARTIFACTS, { recursive: true, force: true });
  mkdirSync(ARTIFACTS, { recursive: true });
  playground = await startedPlayground(join(ARTIFACTS, 'playground'));
  browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: FLAGS });
  page = await opened(WIDE, 'light');
}, 120_000);

afterAll(async () => {
  await browser?.close();
  expect(await playground?.stop()).toBe(0);
}, 30_000);

async function opened(
  viewport: { readonly width: number; readonly height: number },
  colorScheme: 'light' | 'dark',
): Promise<Page> {
  const opening = await browser.newPage({ viewport, colorScheme });
  opening.setDefaultTimeout(PATIENCE_MS);
  opening.on('pageerror', (error) => troubles.push(error.message));
  opening.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) troubles.push(message.text());
  });
  await opening.goto(playground.url);
  await opening.getByRole('region', { name: 'Slack' }).waitFor();
  return opening;
}

const slack = () => page.getByRole('region', { name: 'Slack' });
const teams = () => page.getByRole('region', { name: 'Teams' });
const tenant = () => page.getByRole('region', { name: 'The tenant' });
const theCase = () => page.getByRole('region', { name: 'The case' });
const be = (window: Locator, name: string) => window.getByRole('radio', { name: new RegExp(name) }).click();
const shot = (name: string, of = page) => of.screenshot({ path: join(ARTIFACTS, `${name}.png`), animations: 'disabled' });
const held = () => tenant().getByRole('listitem').filter({ hasText: 'given by Hallpass' });

/** Hallpass looks at the tenant once a minute of its clock: moves the clock until the page says what is expected. */
async function untilSeen(expected: Locator): Promise<void> {
  for (let looks = 0; looks < 8; looks++) {
    await page.getByRole('button', { name: 'Move the clock 5 minutes forward' }).click();
    const seen = await expected.waitFor({ timeout: 4_000 }).then(
      () => true,
      () => false,
    );
    if (seen) return;
  }
  await expected.waitFor({ timeout: 1_000 });
}

async function chooseIn(dialog: Locator, label: string, option: string): Promise<void> {
  await dialog.getByLabel(label).click();
  await dialog.getByRole('option', { name: option }).click();
}

/** A step of the walk; where it fails, the screen is kept beside the others. */
function step(name: string, walk: () => Promise<void>): void {
  it(name, async () => {
    try {
      await walk();
    } catch (error) {
      await shot(`failed-${name.replaceAll(/\W+/g, '-').slice(0, 60)}`);
      throw error;
    }
  });
}

describe('a newcomer in the playground', () => {
  step('is told in three lines what to try', async () => {
    const guide = page.getByRole('list', { name: 'What to try' });
    expect(await guide.getByRole('listitem').count()).toBe(3);
    expect(await held().count()).toBe(0);
    await shot('1-first-screen');
  });

  step('asks for a role in Slack', async () => {
    await be(slack(), 'Rita');
    await slack().getByRole('button', { name: '/access' }).click();
    const form = slack().getByRole('dialog', { name: 'Request access' });
    await chooseIn(form, 'What do you need?', 'Global Reader');
    await chooseIn(form, 'For how long?', '1 h');
    await form.getByLabel('Why?').fill('INC-4211: check *conditional* access <after> the outage');
    await shot('2-asking-in-slack');
    await form.getByRole('button', { name: 'Ask' }).click();
    const done = slack().getByRole('dialog', { name: 'Done' });
    await done.getByRole('button', { name: 'Close' }).last().click();
    await slack()
      .getByText(/Waiting for/)
      .first()
      .waitFor();
    await theCase().getByText('asked by Rita Requester').waitFor();
    expect(await held().count()).toBe(0);
  });

  step('decides in Teams, and sees the role appear in the tenant', async () => {
    await be(teams(), 'Anna');
    const card = teams().getByRole('article').filter({ hasText: 'INC-4211' });
    await card.waitFor();
    const shown = (await card.textContent())?.replaceAll(/[\u200B-\u200F\u2060]/g, '');
    expect(shown).toContain('check *conditional* access <after> the outage');
    await shot('3-deciding-in-teams');
    await teams().getByRole('button', { name: 'Approve', exact: true }).click();
    await held().filter({ hasText: 'Rita Requester' }).waitFor();
    await slack()
      .getByText(/You have Global Reader/)
      .waitFor();
    await theCase()
      .getByText(/Held until/)
      .waitFor();
    await shot('4-given');
  });

  step('sees the decision on the card in Slack, where nobody pressed anything', async () => {
    await be(slack(), 'Abel');
    await slack()
      .getByText(/Approved by Anna Approver/)
      .first()
      .waitFor();
    expect(await slack().getByRole('button', { name: 'Approve', exact: true }).count()).toBe(0);
    await be(slack(), 'Rita');
    await slack().getByRole('tab', { name: 'Home' }).click();
    await slack()
      .getByRole('region', { name: 'App Home' })
      .getByText(/Global Reader/)
      .first()
      .waitFor();
    await shot('5-app-home');
    await slack().getByRole('tab', { name: 'Hallpass' }).click();
  });

  step('can do all of it without a mouse', async () => {
    const ask = slack().getByRole('button', { name: '/access' });
    await ask.focus();
    await page.keyboard.press('Enter');
    const form = slack().getByRole('dialog', { name: 'Request access' });
    await form.waitFor();
    await page.keyboard.type('security');
    await form.getByRole('listbox').filter({ hasText: 'Security Reader', hasNotText: 'Global Reader' }).waitFor();
    await page.keyboard.press('Enter');
    await form.getByLabel('For how long?').waitFor();
    expect(await form.getByLabel('What do you need?').inputValue()).toBe('Security Reader');
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.textContent')).toBe('/access');
  });

  step('shows it on a phone and in the dark without anything cut off', async () => {
    const phone = await opened(PHONE, 'light');
    for (const place of ['Slack', 'Teams', 'Case', 'Tenant']) {
      await phone.getByRole('navigation').getByRole('button', { name: place }).click();
      expect(await phone.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width);
      await shot(`phone-${place.toLowerCase()}`, phone);
    }
    await phone.close();
    const dark = await opened(WIDE, 'dark');
    await shot('dark', dark);
    await dark.close();
  });

  step('moves the clock to the end, and sees the role gone', async () => {
    await page.getByRole('button', { name: 'To the next event', exact: true }).click();
    await theCase().getByText('This case is over.').waitFor();
    await theCase()
      .getByText(/confirmed gone/)
      .waitFor();
    expect(await held().count()).toBe(0);
    await slack().getByText(/Ended/).first().waitFor();
    const guide = page.getByRole('list', { name: 'What to try' });
    expect(await guide.getByText('(done)').count()).toBe(3);
    await theCase()
      .getByRole('tab', { name: /Journal/ })
      .click();
    await theCase().getByRole('button', { name: 'Perimeter: the grant' }).click();
    await shot('6-ended');
  });

  step('raises the alert about root access, and sees it resolved', async () => {
    await be(slack(), 'Sam');
    await be(teams(), 'Sam');
    await tenant().getByRole('button', { name: 'Elevate access as Gina' }).click();
    await untilSeen(
      slack()
        .getByText(/control every Azure subscription/)
        .first(),
    );
    await teams()
      .getByText(/control every Azure subscription/)
      .first()
      .waitFor();
    await shot('7-root-access');
    const alert = slack().getByRole('article').filter({ hasText: 'control every Azure subscription' });
    await alert.getByRole('button', { name: 'Acknowledge' }).click();
    await teams()
      .getByText(/acknowledged/i)
      .first()
      .waitFor();
    await tenant()
      .getByRole('button', { name: /Take Gina’s root access away/ })
      .click();
    await untilSeen(alert.getByText(/resolved/));
  });

  step('raises the alert about a secret that ends soon', async () => {
    await tenant().getByRole('button', { name: 'Shorten publisher of Status page to 7 days' }).click();
    await untilSeen(
      slack()
        .getByText(/Status page: client secret ends/)
        .first(),
    );
    await teams()
      .getByText(/Status page: client secret ends/)
      .first()
      .waitFor();
    await theCase().getByRole('heading', { name: 'Secret that ends: Status page' }).waitFor();
    await shot('8-secret');
  });

  step('kills the bot, and finds everything as it was', async () => {
    await tenant()
      .getByRole('button', { name: /Kill it \(bot\)/ })
      .click();
    await tenant()
      .getByText(/running · pid \d+ · started 2 times/)
      .waitFor();
    await be(teams(), 'Rita');
    await teams().getByRole('button', { name: 'mine', exact: true }).click();
    await teams()
      .getByText(/Global Reader: Ended/)
      .first()
      .waitFor();
    await shot('9-after-a-kill');
  });

  step('begins again from the first day', async () => {
    page.on('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: 'Reset' }).click();
    const guide = page.getByRole('list', { name: 'What to try' });
    await guide.getByText('(done)').first().waitFor({ state: 'detached' });
    expect(await theCase().getByText('No case yet').count()).toBe(1);
    await tenant()
      .getByText(/^running/)
      .nth(1)
      .waitFor();
    expect(await held().count()).toBe(0);
  });

  it('leaves no error in the browser', () => {
    expect(troubles).toEqual([]);
  });
});
