import { webApi } from '@slack/bolt';
import { z } from 'zod';
import { transportClock } from '../../../access/core/clock.ts';
import type { Secret } from '../../../access/core/secret.ts';
import type { ChannelAddress } from '../../../chat/channel-audience.ts';
import type { Fitness } from '../../../chat/surface.ts';
import type { HallpassConfig } from '../../../config/hallpass-config.ts';
import { readSecret } from '../../../identity/secret-source.ts';
import { createLog } from '../../../observe/log.ts';
import { createFitnessCheck } from '../../../slack/fitness.ts';
import { createSlackClient } from '../../../slack/slack-client.ts';
import { channelsIn } from '../channels.ts';

export type SlackSetting = NonNullable<HallpassConfig['slack']>;

export interface SlackParts {
  readonly slack: SlackSetting;
  /** Undefined where the mode needs none. */
  readonly signingSecret: Secret | undefined;
  readonly channels: readonly ChannelAddress[];
  /** People whom the file names in this workspace. */
  readonly userIds: readonly string[];
  /** As Slack names somebody's zone. @throws {AppError} `chat.*` */
  readonly zoneOf: (userId: string) => Promise<string | undefined>;
  /** What Slack says of the token. @throws {AppError} `chat.*` */
  readonly who: () => Promise<WhoWeAre>;
  /** Whether Slack would open a Socket Mode connection to us. None is opened. @throws {AppError} `chat.*`, `secret.*` */
  readonly socket: () => Promise<void>;
  readonly fitness: (address: ChannelAddress) => Promise<Fitness>;
}

/** Slack names the scopes of a token in a header of every answer; its client puts them into `response_metadata`. */
const whoSchema = z.object({
  team_id: z.string(),
  bot_id: z.string().optional(),
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
});
export type WhoWeAre = z.infer<typeof whoSchema>;

/** @throws {AppError} `secret.*` */
export function openSlackParts(config: HallpassConfig, slack: SlackSetting): SlackParts {
  const log = createLog('bot', 'silent');
  const client = createSlackClient(slack.apiUrl, readSecret(slack.botToken), log);
  const isFit = createFitnessCheck(client, slack.workspaceId, transportClock);
  return {
    slack,
    signingSecret: slack.signingSecret && readSecret(slack.signingSecret),
    channels: channelsIn(config, 'slack'),
    who: async () => whoSchema.parse(await client.call('check the bot token', (web: webApi.WebClient) => web.auth.test())),
    async socket() {
      const { appToken } = slack;
      if (appToken === undefined) return;
      const app = createSlackClient(slack.apiUrl, readSecret(appToken), log);
      await app.call('ask for a Socket Mode connection', (web) => web.apps.connections.open());
    },
    userIds: config.people.flatMap(({ slack: accounts }) =>
      accounts.filter(({ workspaceId }) => workspaceId === slack.workspaceId).map(({ userId }) => userId),
    ),
    zoneOf: async (userId) => {
      const { user } = await client.call('read a user', (web) => web.users.info({ user: userId }));
      return user?.tz;
    },
    fitness: isFit,
  };
}
