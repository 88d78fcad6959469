import { App, HTTPReceiver, SocketModeReceiver, type Receiver, type ViewSubmitAction } from '@slack/bolt';
import { codeOf } from '../access/core/app-error.ts';
import type { Log } from '../observe/log.ts';
import { boltLog } from './bolt-log.ts';
import type { Counter } from './counter.ts';
import { answerModal } from './notice-modal.ts';
import { onButton } from './on-button.ts';
import { onCommand } from './on-command.ts';
import { onForm } from './on-form.ts';
import { drawHome } from './on-home.ts';
import { onSearch } from './on-search.ts';
import {
  appHomeOpenedSchema,
  blockActionsSchema,
  blockSuggestionSchema,
  slashCommandSchema,
  viewSubmissionSchema,
} from './payloads.ts';
import { clientOptions } from './slack-client.ts';

export const EVENTS_PATH = '/slack/events';

export function httpReceiver(signingSecret: string, log: Log): HTTPReceiver {
  return new HTTPReceiver({
    signingSecret,
    endpoints: EVENTS_PATH,
    logger: boltLog(log),
    processEventErrorHandler: async ({ error, response }) => {
      log.error({ err: error }, 'slack: a request could not be processed');
      if (!response.headersSent) response.writeHead(400, { 'x-slack-no-retry': '1' }).end();
      return true;
    },
    dispatchErrorHandler: ({ response }) => {
      if (!response.headersSent) response.writeHead(404).end();
    },
  });
}

export function socketReceiver(appToken: string, apiUrl: string, log: Log): SocketModeReceiver {
  return new SocketModeReceiver({
    appToken,
    logger: boltLog(log),
    autoReconnectEnabled: false,
    installerOptions: { clientOptions: clientOptions(apiUrl, log) },
    processEventErrorHandler: async ({ error }) => {
      log.error({ err: error }, 'slack: an envelope could not be processed');
      return true;
    },
  });
}

export interface BoltAppOptions {
  readonly receiver: Receiver;
  readonly apiUrl: string;
  readonly counter: Counter;
  readonly log: Log;
  /** Runs work that outlives its acknowledgement, so that stopping can wait for it. */
  readonly track: (work: Promise<void>) => void;
}

/**
 * Bolt's listeners: acknowledge first, then hand over. Bolt gets no token and makes no calls: with one it would ask Slack who
 * we are in its constructor, and a wrong token would end the process as an unhandled rejection.
 */
export function createBoltApp({ receiver, apiUrl, counter, log, track }: BoltAppOptions): App {
  const app = new App({
    receiver,
    authorize: async () => ({}),
    ignoreSelf: false,
    convoStore: false,
    clientOptions: clientOptions(apiUrl, log),
    logger: boltLog(log),
  });
  const after = (doing: string, work: Promise<void>) =>
    track(
      work.catch((error: unknown) => {
        // Somebody closed the window, or chose again, before we were done: nobody is waiting for it.
        const isStale = codeOf(error) === 'chat.view-gone' || codeOf(error) === 'chat.too-late';
        log[isStale ? 'info' : 'error']({ err: error }, `slack: ${doing} could not be finished`);
      }),
    );

  app.command(/.*/, async ({ ack, body }) => {
    await ack();
    after('a command', onCommand(counter, slashCommandSchema.parse(body)));
  });
  app.action({ type: 'block_actions' }, async ({ ack, body }) => {
    await ack();
    after('a button', onButton(counter, blockActionsSchema.parse(body)));
  });
  app.view<ViewSubmitAction>({ type: 'view_submission' }, async ({ ack, body }) => {
    const work = onForm(counter, viewSubmissionSchema.parse(body), ack).catch((error: unknown) =>
      ack({ response_action: 'update', view: answerModal(counter.sorry(error, 'read a form')) }),
    );
    after('a form', work);
    await work.catch(() => undefined);
  });
  app.view({ type: 'view_closed' }, async ({ ack }) => ack());
  app.options(/.*/, async ({ ack, body }) => {
    await ack({ options: await onSearch(counter, blockSuggestionSchema.parse(body)) });
  });
  app.event('app_home_opened', async ({ event }) => {
    const opened = appHomeOpenedSchema.parse(event);
    if (opened.tab !== 'home') return;
    const actor = { platform: 'slack' as const, workspaceId: counter.workspaceId, userId: opened.user };
    after('a Home tab', drawHome(counter, actor));
  });
  app.error(async (error) => log.error({ err: error }, 'slack: a listener failed'));
  return app;
}
