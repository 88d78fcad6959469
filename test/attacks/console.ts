import { ClientSecretCredential } from '@azure/identity';
import type { Person } from '../../src/access/core/person.ts';
import { createDirectoryReader } from '../../src/entra/directory-reader.ts';
import { createGraphClient } from '../../src/entra/graph-client.ts';
import { createLog } from '../../src/observe/log.ts';
import { BOT_APP, TENANT_ID } from '../../src/playground/cast.ts';
import { codeOn, type ConsoleWishes, type ConsoleWorld, startConsole } from '../console/support/console-world.ts';
import type { ApproveWorld } from '../perimeter/approve/support/approve-world.ts';
import { APPROVERS } from '../perimeter/support/perimeter-config.ts';
import type { Browser, Page } from '../support/browserless.ts';

/** The console of a bot of the same tenant, over its real directory reader; the sign-in service is the perimeter's, whose tokens a row decides. */
export function consoleOver(
  { idp, microsoft }: ApproveWorld,
  wishes: Partial<Omit<ConsoleWishes, 'idp' | 'directory'>> = {},
): Promise<ConsoleWorld> {
  const { loginUrl, graphUrl, tenant } = microsoft;
  const secret = tenant.clientSecretOf(BOT_APP.clientId);
  const options = { authorityHost: loginUrl, disableInstanceDiscovery: true };
  const credential = new ClientSecretCredential(TENANT_ID, BOT_APP.clientId, secret, options);
  const directory = createDirectoryReader(createGraphClient({ graphUrl, credential, log: createLog('bot', 'silent') }));
  return startConsole({ idp, directory, roles: { viewer: { groups: [APPROVERS] } }, ...wishes });
}

export const EVERYBODY = '/console?of=everybody';

/** What stands on the page that somebody gets who wants to see everybody; undefined where they do. */
export async function refusedAt(site: ConsoleWorld, browser: Browser): Promise<string | undefined> {
  return codeOn(await browser.open(site.at(EVERYBODY)));
}

/** Throws where this person is not shown everybody. */
export async function comesIn(site: ConsoleWorld, who: Person): Promise<void> {
  seesEverybody(await site.signIn(site.browserOf(who), EVERYBODY));
}

export function seesEverybody(page: Page): void {
  const code = codeOn(page);
  if (page.status !== 200 || code !== undefined) throw new Error(`${page.status} ${code ?? ''} on ${page.title}`);
}

export const cookieOf = (browser: Browser, name = '__Host-hallpass-console'): string | undefined =>
  browser.cookies.all.find((cookie) => cookie.name === name)?.value;

/** What somebody gets who has only this cookie. */
export async function refusedWith(site: ConsoleWorld, value: string | undefined): Promise<string | undefined> {
  const answer = await fetch(site.at(EVERYBODY), { headers: { cookie: `__Host-hallpass-console=${value ?? ''}` } });
  return /Code: ([a-z.-]+)/.exec(await answer.text())?.[1];
}
