import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import {
  APPROVAL_APP,
  APPROVERS_GROUP_ID,
  CONSOLE_APP,
  type CastMember,
  RITA,
  SLACK,
  TEAMS,
} from '../../../src/playground/cast.ts';
import { startWorld, type World } from '../../../src/playground/world.ts';
import { askInSlack, channel, conversation, directMessages, seen, wordsOf } from '../../support/acting.ts';
import { startTlsProxy } from '../../support/tls-proxy.ts';
import {
  type ForeignPages,
  HOST_NAMES,
  launchChromium,
  newWindowLink,
  sameWindowLink,
  sandboxed,
  SITES,
  startForeignPages,
} from './sites.ts';

const ARTIFACTS = resolve(import.meta.dirname, '../../../artifacts/approve');
/** How long a person would wait before thinking that it hangs. */
const PATIENCE_MS = 20_000;
/** Everybody here looks and signs from one address, within a minute. */
const MANY = 100_000;
/** How often the two processes look at the playground's clock. */
const CLOCK_LOOKED_AT_MS = 100;

/** The real bot and perimeter, Slack, Teams and the sign-in on domains of their own, and Chromium. */
export interface Scene {
  readonly world: World;
  readonly foreign: ForeignPages;
  /** A profile of its own. */
  profile(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** Asks in Slack, and resolves with the address to sign at, as the approvers' channel has it. */
  ask(ask: {
    readonly entitlementId: string;
    readonly why: string;
    readonly minutes?: number;
    readonly who?: CastMember;
  }): Promise<string>;
  /** The same address as the card in Teams has it. */
  inTeams(why: string): Promise<string>;
  /** Presses the link in Slack, in a window like this; resolves with the window it leads to. */
  fromSlack(context: BrowserContext, url: string, window?: 'new' | 'same'): Promise<Page>;
  fromTeams(context: BrowserContext, url: string): Promise<Page>;
  /** Lets everything that is asked for lapse, and what is held end. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export async function startScene(name: string): Promise<Scene> {
  const folder = join(ARTIFACTS, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  let approvePort = 0;
  const world = await startWorld({
    folder: join(folder, 'playground'),
    slackMode: 'http',
    slackSignIn: { redirectUris: [`${SITES.console}/console/link/slack`], browserOrigin: SITES.slackLogin },
    microsoft: {
      browserLogin: { origin: SITES.login },
      hostNames: HOST_NAMES,
      redirectUris: {
        [APPROVAL_APP.clientId]: [`${SITES.approve}/approve/callback`],
        [CONSOLE_APP.clientId]: [`${SITES.console}/signin/callback`],
      },
    },
    adjust({ hallpass, perimeter }) {
      const { approve, listen, entitlements } = perimeter;
      if (approve === undefined || listen.tls === undefined || approve.listen.port === undefined) throw new Error('no page');
      approvePort = approve.listen.port;
      Object.assign(approve.listen, { tls: listen.tls });
      Object.assign(approve, { publicUrl: SITES.approve, limits: { addressPerMinute: MANY, personPerMinute: MANY } });
      Object.assign(hallpass.perimeter ?? {}, { approveUrl: SITES.approve });
      // Slack and Teams go on to reach the bot as they do in the playground; browsers come through a proxy that ends TLS.
      Object.assign(hallpass.listen, { behindProxy: true });
      Object.assign(hallpass.console ?? {}, {
        publicUrl: SITES.console,
        limits: { addressPerMinute: MANY, personPerMinute: MANY },
      });
      // One that approvers alone sign, besides the one that the requester signs too.
      const reader = entitlements.find(({ id }) => id === 'global-reader');
      Object.assign(reader ?? {}, { assurance: 'signed', approvers: { groups: [APPROVERS_GROUP_ID] } });
    },
  });
  await world.ready();
  const foreign = await startForeignPages(world.microsoft);
  const loginPort = Number(new URL(world.microsoft.loginUrl).port);
  const proxy = await startTlsProxy(world.microsoft, Number(new URL(world.botUrl).port));
  const own = { login: loginPort, approve: approvePort, console: proxy.port, slackLogin: world.slack.openId?.tlsPort ?? 0 };
  const ports = { slack: foreign.port, teams: foreign.port, foreign: foreign.port, ...own };
  const chromium: Browser = await launchChromium(ports, world.microsoft.certFile);
  let shown = 0;

  return {
    world,
    foreign,
    async profile(options = {}) {
      const context = await chromium.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      context.setDefaultTimeout(PATIENCE_MS);
      return context;
    },
    async ask({ entitlementId, why, minutes = 30, who = RITA }) {
      await askInSlack(world, who, { entitlementId, minutes, why });
      return seen(world, 'the link in Slack', () =>
        channel(world, SLACK.approversChannelId)
          .flatMap((message) => linkIn(message, why) ?? [])
          .at(-1),
      );
    },
    inTeams: (why) =>
      seen(world, 'the link in Teams', () =>
        conversation(world, TEAMS.approversConversationId)
          .flatMap((message) => linkIn(message, why) ?? [])
          .at(-1),
      ),
    async fromSlack(context, url, window = 'new') {
      const path = `/client/${shown++}`;
      const client = await context.newPage();
      await client.goto(foreign.show('slack', path, window === 'new' ? newWindowLink(url) : sameWindowLink(url)));
      const link = client.getByRole('link', { name: 'Review and sign' });
      if (window === 'new') return (await Promise.all([context.waitForEvent('page'), link.click()]))[0];
      await link.click();
      return client;
    },
    async fromTeams(context, url) {
      const number = shown++;
      const card = foreign.show('teams', `/card/${number}`, newWindowLink(url));
      const client = await context.newPage();
      await client.goto(foreign.show('teams', `/client/${number}`, sandboxed(card)));
      const link = client.frameLocator('iframe').getByRole('link', { name: 'Review and sign' });
      return (await Promise.all([context.waitForEvent('page'), link.click()]))[0];
    },
    async settle() {
      if (!isOpen(world)) return;
      world.clock.advance(61 * 60_000);
      await seen(world, 'nothing asked for or held', () => !isOpen(world));
      // Whichever of the two had nothing to end learns of the clock all the same.
      await setTimeout(2 * CLOCK_LOOKED_AT_MS);
    },
    async close() {
      await chromium.close();
      await foreign.close();
      await proxy.close();
      await world.close();
    },
  };
}

/** Something waits, or is held, or the bot has not heard yet that it is over. */
function isOpen(world: World): boolean {
  const isHeld = world.microsoft.tenant.holders().some(({ madeBy }) => madeBy !== 'outside');
  const cards = wordsOf([...channel(world, SLACK.approversChannelId), ...directMessages(world, RITA)]);
  return isHeld || ['Review and sign', '"action_id":"release"', '"action_id":"withdraw"'].some((each) => cards.includes(each));
}

/** The address behind a button of a message about this ticket: the rest of the text is written as each platform wants it. */
function linkIn(message: unknown, why: string): string | undefined {
  const words = wordsOf(message);
  return words.includes(`${why.split(':')[0]}:`) ? new RegExp(`${SITES.approve}/approve/[a-z0-9]+`).exec(words)?.[0] : undefined;
}

export const shot = (page: Page, name: string): Promise<unknown> =>
  page.screenshot({ path: join(ARTIFACTS, `${name}.png`), fullPage: true, animations: 'disabled' });
