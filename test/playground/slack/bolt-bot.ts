import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { type SlackFarEnd, type SlackOptions, startSlack } from '../../../src/playground/slack/start.ts';

export const SECRETS = { signingSecret: 'signing-secret-of-the-test', botToken: 'xoxb-test', appToken: 'xapp-test' };

export interface Rig {
  readonly slack: SlackFarEnd;
  readonly bot: App;
  readonly stop: () => Promise<void>;
}

/** A workspace and a real Bolt app on it; `define` gives the app its listeners before it starts. */
export async function rig(
  mode: 'http' | 'socket',
  define: (app: App) => void,
  options: Partial<SlackOptions> = {},
): Promise<Rig> {
  let eventsPort = 0;
  const slack = await startSlack({
    ...SECRETS,
    eventsUrl: () => `http://127.0.0.1:${eventsPort}/slack/events`,
    ...options,
  });
  const clientOptions = { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true };
  const receiver =
    mode === 'http'
      ? new HTTPReceiver({ signingSecret: SECRETS.signingSecret, logLevel: LogLevel.ERROR, unhandledRequestTimeoutMillis: 2000 })
      : new SocketModeReceiver({ appToken: SECRETS.appToken, logLevel: LogLevel.ERROR, installerOptions: { clientOptions } });
  const bot = new App({ token: SECRETS.botToken, receiver, clientOptions, logLevel: LogLevel.ERROR });
  define(bot);
  if (mode === 'http') {
    const server = await bot.start({ port: 0, host: '127.0.0.1' });
    const address = 'address' in server ? server.address() : null;
    eventsPort = typeof address === 'object' && address ? address.port : 0;
  } else await bot.start();
  return {
    slack,
    bot,
    async stop() {
      await bot.stop();
      await slack.close();
    },
  };
}

/** Resolves as soon as the workspace shows it. */
export async function seen<Found>(slack: SlackFarEnd, find: () => Found | undefined): Promise<Found> {
  const { promise, resolve } = Promise.withResolvers<Found>();
  const look = () => {
    const found = find();
    if (found !== undefined) resolve(found);
  };
  const stop = slack.onChange(look);
  look();
  try {
    return await promise;
  } finally {
    stop();
  }
}
