import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { transportClock } from '../../src/access/core/clock.ts';
import { Secret } from '../../src/access/core/secret.ts';
import type { Desk } from '../../src/chat/desk.ts';
import { RITA, SLACK } from '../../src/playground/cast.ts';
import { createExchangeLog } from '../../src/playground/exchange-log.ts';
import type { SlackMessage, SlackView } from '../../src/playground/slack/slack-objects.ts';
import { type SlackFarEnd, startSlack } from '../../src/playground/slack/start.ts';
import { createSlackSurface, type SlackSurface } from '../../src/slack/surface.ts';
import { deskDouble, type RecordingDesk } from './desk-double.ts';
import { silentLog } from './slack-world.ts';

export interface PlayedSlack {
  readonly slack: SlackFarEnd;
  readonly surface: SlackSurface;
  readonly desk: RecordingDesk;
  /** Resolves with the first value that is there, looked for at every change of the workspace. */
  readonly seen: <T>(look: () => T | undefined) => Promise<T>;
  modal(userId: string): SlackView | undefined;
  messages(channelId: string): readonly SlackMessage[];
  /** What one person alone sees in a channel. */
  whispers(userId: string): readonly SlackMessage[];
  close(): Promise<void>;
}

/** The real surface in the playground's Slack, which is as strict as the published rules, over either transport. */
export async function playedSlack(mode: 'http' | 'socket', answers: Partial<Desk> = {}): Promise<PlayedSlack> {
  let eventsUrl = '';
  const slack = await startSlack({
    signingSecret: 'local-signing-secret',
    botToken: 'xoxb-local',
    appToken: 'xapp-local',
    exchanges: createExchangeLog(),
    eventsUrl: () => eventsUrl,
    limits: 'off',
  });
  const desk = deskDouble(answers);
  const surface = createSlackSurface({
    settings: {
      workspaceId: SLACK.workspaceId,
      mode,
      apiUrl: slack.apiUrl,
      botToken: new Secret('xoxb-local'),
      signingSecret: new Secret('local-signing-secret'),
      appToken: new Secret('xapp-local'),
    },
    desk,
    log: silentLog,
    clock: transportClock,
  });
  const server = createServer((req, res) => void surface.handle?.(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  eventsUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`;
  await surface.start();
  const channels = () => slack.model.state().channels;
  return {
    slack,
    surface,
    desk,
    seen: (look) =>
      new Promise((resolve) => {
        const stop = slack.onChange(() => check());
        const check = () => {
          const found = look();
          if (found === undefined) return;
          stop();
          resolve(found);
        };
        check();
      }),
    modal: (userId) => slack.model.state().modals[userId]?.at(-1),
    messages: (channelId) => channels().find(({ id }) => id === channelId)?.messages ?? [],
    whispers: (userId) =>
      channels().flatMap(({ ephemerals }) => ephemerals.filter((each) => each.userId === userId).map((each) => each.message)),
    async close() {
      await surface.stop();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await slack.close();
    },
  };
}

const rita = RITA.slackUserId;

/** Opens the form and chooses a role in it. */
export async function chosen(world: PlayedSlack, entitlementId: string): Promise<string> {
  await world.slack.people.slashCommand(rita, '/access');
  const form = await world.seen(() => world.modal(rita));
  await world.slack.people.press(rita, { viewId: form.id }, 'entitlement', 'entitlement', { choice: entitlementId });
  await world.seen(() => durationBlock(world, entitlementId));
  return form.id;
}

export const durationBlock = (world: PlayedSlack, entitlementId: string) =>
  world.modal(rita)?.blocks.find(({ block_id: id }) => id === `duration:${entitlementId}`);
