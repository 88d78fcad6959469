import type { Page } from 'playwright-core';
import type { CastMember } from '../../../src/playground/cast.ts';
import { SIGN_IN_WORDS } from '../../support/browserless.ts';
import { SITES } from './sites.ts';

type Who = Pick<CastMember, 'name' | 'userPrincipalName'>;

export const heading = (page: Page) => page.getByRole('heading', { level: 1 });
export const button = (page: Pick<Page, 'getByRole'>, name: string) => page.getByRole('button', { name, exact: true });
export const wordsOn = (page: Page): Promise<string> => page.locator('main').innerText();
/** The code on a page that says what went wrong. */
export const codeOn = async (page: Page): Promise<string | undefined> => /Code: (\S+)/.exec(await wordsOn(page))?.[1];

/** Waits until the browser has come back from the sign-in, to whatever the page says then. */
export async function back(page: Page): Promise<Page> {
  await page.waitForURL(`${SITES.approve}/**`);
  await heading(page).waitFor();
  return page;
}

/** From "Sign in to see a request" to the request. */
export async function signIn(page: Page, who: Who): Promise<Page> {
  await button(page, 'Sign in').click();
  await page.getByRole('button', { name: `${who.name} ${who.userPrincipalName}` }).click();
  return back(page);
}

/** Presses a button that signs, and confirms with the authenticator. */
export async function sign(page: Page, name: string): Promise<Page> {
  await button(page, name).click();
  await button(page, SIGN_IN_WORDS.confirm).click();
  return back(page);
}

/** Reloads, as somebody does who waits, until the page says this. */
export async function untilSaid(page: Page, words: string): Promise<void> {
  for (let looks = 0; looks < 40; looks++) {
    await page.reload();
    if ((await wordsOn(page)).includes(words)) return;
    await page.waitForTimeout(250);
  }
  throw new Error(`never said: ${words}; but ${await wordsOn(page)}`);
}
