import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { transportClock } from '../../src/access/core/clock.ts';
import { Secret } from '../../src/access/core/secret.ts';
import type { Address, Fitness, PostedMessage } from '../../src/chat/surface.ts';
import { ANNA, RITA, SLACK } from '../../src/playground/cast.ts';
import type { ExchangeLog } from '../../src/playground/exchange-log.ts';
import { type SlackFarEnd, startSlack } from '../../src/playground/slack/start.ts';
import { section } from '../../src/slack/blocks.ts';
import { createCounter } from '../../src/slack/counter.ts';
import { detailsModal } from '../../src/slack/details-modal.ts';
import { createSlackClient } from '../../src/slack/slack-client.ts';
import { createSlackSurface, type SlackSettings, type SlackSurface } from '../../src/slack/surface.ts';
import { deskDouble } from '../slack/desk-double.ts';
import { silentLog } from '../slack/slack-world.ts';
import { codeFrom, type Deed } from './deed.ts';

const SECRETS = { botToken: 'xoxb-local', appToken: 'xapp-local', signingSecret: 'local-signing-secret' };
const place = (channelId: string): Address => ({ platform: 'slack', workspaceId: SLACK.workspaceId, channelId });
const person = (userId: string): Address => ({ platform: 'slack', workspaceId: SLACK.workspaceId, userId });
const NOTE = { kind: 'note', text: 'words' } as const;
const CHANNEL = place(SLACK.approversChannelId);
const NOWHERE = place('C0NOWHERE');

export interface SlackScene {
  readonly deeds: Readonly<Record<string, Deed>>;
  close(): Promise<void>;
}

/** The surface over HTTP in the playground's Slack, and a second one over a socket. */
export async function slackScene(exchanges: ExchangeLog): Promise<SlackScene> {
  let eventsUrl = '';
  const slack = await startSlack({ ...SECRETS, exchanges, eventsUrl: () => eventsUrl, limits: 'off' });
  const surface = surfaceIn(slack, {});
  const server = createServer((req, res) => void surface.handle?.(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  eventsUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`;
  await surface.start();
  return {
    deeds: { ...messageDeeds(slack, surface), ...viewDeeds(slack, surface), ...lookDeeds(slack, surface) },
    async close() {
      await surface.stop();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await slack.close();
    },
  };
}

function surfaceIn(slack: SlackFarEnd, different: Partial<SlackSettings>): SlackSurface {
  return createSlackSurface({
    settings: {
      workspaceId: SLACK.workspaceId,
      mode: 'http',
      apiUrl: slack.apiUrl,
      botToken: new Secret(SECRETS.botToken),
      signingSecret: new Secret(SECRETS.signingSecret),
      appToken: new Secret(SECRETS.appToken),
      ...different,
    },
    desk: deskDouble(),
    log: silentLog,
    clock: transportClock,
  });
}

const named = (method: string, deed: Deed) => ({ [`slack-app: slack POST ${method}`]: deed });
const clientOf = (slack: SlackFarEnd) => createSlackClient(slack.apiUrl, new Secret(SECRETS.botToken), silentLog);

function messageDeeds(slack: SlackFarEnd, surface: SlackSurface): Readonly<Record<string, Deed>> {
  const gone: PostedMessage = {
    platform: 'slack',
    workspaceId: SLACK.workspaceId,
    channelId: SLACK.approversChannelId,
    messageId: '1.1',
  };
  const { apiUrl } = slack;
  const counter = createCounter({
    desk: deskDouble(),
    client: clientOf(slack),
    workspaceId: SLACK.workspaceId,
    apiUrl,
    log: silentLog,
  });
  /** In a channel, without a response address: only this person sees it. */
  const whisper = ({ slackUserId: userId }: { readonly slackUserId: string }) =>
    counter.show(
      { actor: { platform: 'slack', workspaceId: SLACK.workspaceId, userId }, channelId: SLACK.approversChannelId },
      'words',
      [section('words')],
    );
  return {
    ...named('chat.postMessage', {
      works: () => surface.post(CHANNEL, NOTE),
      refused: () => codeFrom(surface.post(NOWHERE, NOTE)),
      says: 'chat.no-such-place',
    }),
    ...named('chat.update', {
      works: async () => surface.update(await surface.post(CHANNEL, NOTE), NOTE),
      refused: () => codeFrom(surface.update(gone, NOTE)),
      says: 'chat.message-gone',
    }),
    ...named('chat.postEphemeral', {
      works: () => whisper(ANNA),
      // She is not in the channel.
      refused: () => codeFrom(whisper(RITA)),
      says: 'chat.no-such-place',
    }),
    ...named('conversations.open', {
      works: () => surface.post(person(RITA.slackUserId), NOTE),
      refused: () => codeFrom(surface.post(person('U0NOBODY'), NOTE)),
      says: 'chat.no-such-place',
    }),
  };
}

function viewDeeds(slack: SlackFarEnd, surface: SlackSurface): Readonly<Record<string, Deed>> {
  const rita = RITA.slackUserId;
  const view = detailsModal({ title: 'Why am I asked?', facts: [] });
  const modal = () => slack.model.state().modals[rita]?.at(-1);
  const home = { held: [], waiting: [], recent: [] };
  return {
    ...named('views.open', {
      works: () => slack.people.slashCommand(rita, '/access').then(() => appears(slack, modal)),
      refused: () => codeFrom(clientOf(slack).call('open', (web) => web.views.open({ trigger_id: '1.2.x', view }))),
      says: 'chat.too-late',
    }),
    ...named('views.update', {
      async works() {
        const form = await appears(slack, modal);
        await slack.people.press(rita, { viewId: form.id }, 'entitlement', 'entitlement', { choice: 'global-reader' });
        await appears(slack, () => modal()?.blocks.find(({ block_id: id }) => id === 'duration:global-reader'));
      },
      refused: () => codeFrom(clientOf(slack).call('fill', (web) => web.views.update({ view_id: 'V0NOWHERE', view }))),
      says: 'chat.view-gone',
    }),
    ...named('views.publish', {
      works: () => surface.publishHome(rita, home),
      refused: () => codeFrom(surface.publishHome('U0NOBODY', home)),
      says: 'chat.rejected',
    }),
  };
}

function lookDeeds(slack: SlackFarEnd, surface: SlackSurface): Readonly<Record<string, Deed>> {
  const unfit = async (fitness: Promise<Fitness>) => {
    const found = await fitness;
    return found.fit ? 'fit' : found.code;
  };
  const socketWith = async (appToken: string) => {
    const other = surfaceIn(slack, { mode: 'socket', appToken: new Secret(appToken) });
    await other.start();
    const health = await other.health();
    await other.stop();
    return health;
  };
  const reasonOf = (health: { readonly ok: boolean; readonly reason?: string }) =>
    health.ok ? 'healthy' : (health.reason ?? '');
  return {
    ...named('conversations.info', {
      works: () => surface.fitness(CHANNEL),
      refused: () => unfit(surface.fitness(NOWHERE)),
      says: 'not-member',
    }),
    ...named('conversations.members', {
      works: () => surface.fitness(CHANNEL),
      refused: () => {
        slack.fail('conversations.members', 'internal_error', 1);
        return unfit(surface.fitness(CHANNEL));
      },
      says: 'unreadable',
    }),
    ...named('users.info', {
      works: () => surface.fitness(person(RITA.slackUserId)),
      refused: () => unfit(surface.fitness(person('U0NOBODY'))),
      says: 'unreadable',
    }),
    ...named('auth.test', {
      works: () => surface.health(),
      async refused() {
        const health = await surfaceIn(slack, { botToken: new Secret('xoxb-of-another-app') }).health();
        return reasonOf(health).includes('invalid_auth') ? 'invalid_auth' : reasonOf(health);
      },
      says: 'invalid_auth',
    }),
    ...named('apps.connections.open', {
      works: () => socketWith(SECRETS.appToken),
      refused: async () => reasonOf(await socketWith('xapp-of-another-app')),
      says: 'The Socket Mode connection is not open.',
    }),
  };
}

/** The first value that is there, looked for at every change of the workspace. */
function appears<T>(slack: SlackFarEnd, look: () => T | undefined): Promise<T> {
  return new Promise((resolve) => {
    const stop = slack.onChange(() => check());
    const check = () => {
      const found = look();
      if (found === undefined) return;
      stop();
      resolve(found);
    };
    check();
  });
}
