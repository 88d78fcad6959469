import { Secret } from '../../../src/access/core/secret.ts';
import type { LinkSettings } from '../../../src/access/may-link.ts';
import { createLinkDesk, type LinkDesk } from '../../../src/bot/link-desk.ts';
import { createLinks, type Links } from '../../../src/bot/links.ts';
import { createPeople, type LinkedPeople } from '../../../src/bot/people.ts';
import { linkingRooms, SLACK_CALLBACK } from '../../../src/console/linking.ts';
import { createSlackSignIn } from '../../../src/identity/slack-sign-in.ts';
import type { Person } from '../../../src/access/core/person.ts';
import { type CastMember, RITA as RITA_OF_CAST, SLACK } from '../../../src/playground/cast.ts';
import { type SlackFarEnd, startSlack } from '../../../src/playground/slack/start.ts';
import { readSlackAccount } from '../../../src/slack/account-reader.ts';
import { createSlackClient } from '../../../src/slack/slack-client.ts';
import { newCookieKey } from '../../../src/web/sealed-cookie.ts';
import { type FakeDirectory, fakeDirectory, testConfig } from '../../bot/bot-world.ts';
import { type LocalIdp, startLocalIdp } from '../../perimeter/approve/support/local-idp.ts';
import { TENANT_ID } from '../../perimeter/support/perimeter-config.ts';
import type { Browser, Page } from '../../support/browserless.ts';
import { codeOn, type ConsoleWorld, SIGN_IN, startConsole } from './console-world.ts';

export const CLIENT = { clientId: '2141029472.691202649728', clientSecret: 'the-secret-of-the-slack-app' };
export const SIGN_IN_SLACK = 'Sign in with Slack';
export const CONFIRM = 'Link these two accounts';

export interface LinkWishes {
  readonly settings?: Partial<LinkSettings>;
  /** `people:` of the configuration. */
  readonly people?: readonly { readonly person: Person; readonly userId: string }[];
  readonly roles?: Parameters<typeof startConsole>[0]['roles'];
}

/** The console's pages for linking, over a Slack and a sign-in service of this machine. */
export interface LinkWorld {
  readonly console: ConsoleWorld;
  readonly slack: SlackFarEnd;
  readonly idp: LocalIdp;
  readonly directory: FakeDirectory;
  readonly links: Links;
  readonly people: LinkedPeople;
  readonly desk: LinkDesk;
  /** A browser that this person has signed in to the console with, and its page. */
  enter(who: Person): Promise<{ readonly browser: Browser; readonly page: Page }>;
  /** From the console's page to the one that names both accounts. */
  toConfirm(page: Page, slackName: string): Promise<Page>;
  /** The whole walk. */
  linked(who: Person, slackName: string): Promise<{ readonly browser: Browser; readonly page: Page }>;
  /** Up to Slack's page; then the address that Slack sends the browser back to, which it has not opened. */
  callbackFor(browser: Browser, slackName: string): Promise<string>;
  /** Links that stand, in words: `slack user → object`. */
  standing(): readonly string[];
  /** Of the newest case of a link: `state` or `refused code`. */
  newest(): string;
  close(): Promise<void>;
}

export async function startLinkWorld(wishes: LinkWishes = {}): Promise<LinkWorld> {
  const idp = await startLocalIdp(TENANT_ID, { tenantId: TENANT_ID, objectId: RITA_OF_CAST.objectId });
  const directory = fakeDirectory();
  let origin = '';
  const botToken = 'xoxb-of-the-link-world';
  const slack = await startSlack({
    signingSecret: 'not-used-here',
    botToken,
    appToken: 'xapp-not-used',
    limits: 'off',
    openId: {
      ...CLIENT,
      get redirectUris() {
        return [`${origin}${SLACK_CALLBACK}`];
      },
    },
  });
  let links: Links | undefined;
  let people: LinkedPeople | undefined;
  let desk: LinkDesk | undefined;
  const world = await startConsole({
    idp,
    directory,
    ...(wishes.roles === undefined ? {} : { roles: wishes.roles }),
    adjust(parts) {
      const { runtime, names, log, transportClock } = parts;
      origin = parts.setting.publicUrl;
      const config = testConfig('https://localhost:1', '/nowhere', (raw) => {
        raw['slack'] = { workspaceId: SLACK.workspaceId, botToken: { env: 'NOT_READ' }, signingSecret: { env: 'NOT_READ' } };
        raw['people'] = (wishes.people ?? []).map(({ person, userId }) => ({
          person,
          slack: [{ workspaceId: SLACK.workspaceId, userId }],
        }));
      });
      links = createLinks(runtime);
      people = createPeople(config, links, `${origin}/console/link`);
      const client = createSlackClient(slack.apiUrl, new Secret(botToken), log);
      desk = createLinkDesk({
        links,
        people,
        settings: { workspaceIds: [SLACK.workspaceId], tenantIds: [TENANT_ID], guests: [], slackGuests: [], ...wishes.settings },
        directoryOf: () => directory,
        slackAccount: (userId) => readSlackAccount(client, SLACK.workspaceId, userId),
        log,
      });
      const known = people;
      const signIn = createSlackSignIn(
        {
          issuer: slack.openId?.issuer ?? '',
          clientId: CLIENT.clientId,
          clientSecret: new Secret(CLIENT.clientSecret),
          redirectUri: `${origin}${SLACK_CALLBACK}`,
          workspaceId: SLACK.workspaceId,
        },
        transportClock,
      );
      const rooms = linkingRooms({
        desk,
        signIn,
        names,
        namedFor: (person) => known.namedFor(person),
        tenantName: (id) => id,
        cookieKey: newCookieKey(),
        transportClock,
      });
      return { ...parts, ...rooms, namedPeople: wishes.settings?.guests ?? [] };
    },
  });
  if (links === undefined || people === undefined || desk === undefined) throw new Error('no links');
  const made = { links, people, desk };
  const cases = () => [...world.runtime.open('link'), ...world.runtime.closed('link', undefined, 50)];
  const toConfirm = async (page: Page, slackName: string) => (await page.click(SIGN_IN_SLACK)).click(slackName);
  const enter = async (who: Person) => {
    const browser = world.browserOf(who);
    return { browser, page: await (await browser.open(world.at('/console/link'))).click(SIGN_IN) };
  };
  return {
    console: world,
    slack,
    idp,
    directory,
    ...made,
    enter,
    toConfirm,
    async linked(who, slackName) {
      const { browser, page } = await enter(who);
      const done = await (await toConfirm(page, slackName)).click(CONFIRM);
      if (codeOn(done) !== undefined) throw new Error(`${codeOn(done) ?? ''} on ${done.title}`);
      return { browser, page: done };
    },
    async callbackFor(browser, slackName) {
      const shown = await (await browser.open(world.at('/console/link'))).click(SIGN_IN_SLACK);
      const page = shown.forms[0]?.fields.find(({ name }) => name === 'page')?.value ?? '';
      const userId = slack.model.seed.users.find(({ realName }) => realName === slackName)?.id ?? '';
      const answer = await fetch(`${slack.openId?.issuer ?? ''}/openid/connect/continue`, {
        method: 'POST',
        body: new URLSearchParams({ page, person: userId }),
        redirect: 'manual',
      });
      return answer.headers.get('location') ?? '';
    },
    standing: () => made.links.all().map(({ account, person }) => `${account.userId} → ${person.objectId}`),
    newest() {
      const view = cases().toSorted((a, b) => b.seq - a.seq)[0];
      if (view === undefined) return 'none';
      const { refusedWith } = view.context as { readonly refusedWith?: string };
      return refusedWith === undefined ? String(view.state) : `refused ${refusedWith}`;
    },
    async close() {
      await world.close();
      await slack.close();
      await idp.close();
    },
  };
}

export const personOf = ({ objectId }: Pick<CastMember, 'objectId'>): Person => ({ tenantId: TENANT_ID, objectId });
