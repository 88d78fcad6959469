import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../access/core/app-error.ts';
import type { Clock } from '../access/core/clock.ts';
import type { ChatAccountFacts } from '../access/may-link.ts';
import type { Secret } from '../access/core/secret.ts';
import type { Desk } from '../chat/desk.ts';
import type { Surface } from '../chat/surface.ts';
import type { HallpassConfig } from '../config/hallpass-config.ts';
import type { Log } from '../observe/log.ts';
import { createBoltApp, httpReceiver, socketReceiver } from './bolt-app.ts';
import { readSlackAccount } from './account-reader.ts';
import { createCounter } from './counter.ts';
import { createFitnessCheck } from './fitness.ts';
import { createFrontDoor } from './front-door.ts';
import { homeView } from './home-view.ts';
import { notePreviousSecret } from './note-previous-secret.ts';
import { createPoster } from './poster.ts';
import { createSlackClient } from './slack-client.ts';
import { socketGate } from './socket-gate.ts';
import { createSocketLink } from './socket-link.ts';

/** `slack:` of hallpass.yaml, with its secrets read. */
export interface SlackSettings extends Pick<NonNullable<HallpassConfig['slack']>, 'workspaceId' | 'mode' | 'apiUrl'> {
  /** `linking.workspaces`. */
  readonly alsoFrom?: readonly string[];
  readonly botToken: Secret;
  /** Needed in mode `http`. */
  readonly signingSecret?: Secret;
  /** While it is being rotated: the one before, which Slack may still sign by. */
  readonly previousSigningSecret?: Secret;
  /** Needed in mode `socket`. */
  readonly appToken?: Secret;
}

export interface SlackSurfaceOptions {
  readonly settings: SlackSettings;
  readonly desk: Desk;
  readonly log: Log;
  /** The transport clock: signatures are always judged by the machine's own time. */
  readonly clock: Clock;
  /** For the metrics: a request was signed by the secret before. */
  readonly onPreviousSecret?: () => void;
}

export type SlackSurface = Surface & {
  readonly publishHome: NonNullable<Surface['publishHome']>;
  /** As it is right now. @throws {AppError} `chat.*` */
  readonly account: (userId: string) => Promise<ChatAccountFacts>;
  /** Mode `http`: takes `POST /slack/events` with its body unread. Answers always, never throws. */
  readonly handle?: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
};

/**
 * Hallpass in one Slack workspace, over HTTP or Socket Mode.
 * @throws {AppError} `config.invalid` when the secret that the mode needs is missing
 */
export function createSlackSurface({ settings, desk, log, clock, onPreviousSecret }: SlackSurfaceOptions): SlackSurface {
  const { workspaceId, apiUrl, alsoFrom = [] } = settings;
  const client = createSlackClient(apiUrl, settings.botToken, log);
  const counter = createCounter({ desk, client, workspaceId, apiUrl, log });
  const working = new Set<Promise<void>>();
  const track = (work: Promise<void>) => {
    working.add(work);
    void work.finally(() => working.delete(work));
  };
  const transport = createTransport();
  const fitness = createFitnessCheck(client, workspaceId, clock);

  function createTransport() {
    if (settings.mode === 'http') {
      const signingSecret = needed(settings.signingSecret, 'signingSecret', 'http');
      const receiver = httpReceiver(signingSecret.reveal(), log);
      createBoltApp({ receiver, apiUrl, counter, log, track });
      const previous = settings.previousSigningSecret;
      const signingSecrets = { current: signingSecret.reveal(), ...(previous ? { previous: previous.reveal() } : {}) };
      const noted = notePreviousSecret(clock, log, onPreviousSecret);
      const next = receiver.requestListener;
      return { handle: createFrontDoor({ workspaceId, alsoFrom, signingSecrets, onPreviousSecret: noted, clock, log, next }) };
    }
    const receiver = socketReceiver(needed(settings.appToken, 'appToken', 'socket').reveal(), apiUrl, log);
    createBoltApp({ receiver, apiUrl, counter, log, track }).use(socketGate(workspaceId, alsoFrom, clock, log));
    return { link: createSocketLink(receiver, log) };
  }

  return {
    platform: 'slack',
    ...(transport.handle === undefined ? {} : { handle: transport.handle }),
    ...createPoster(client, workspaceId),
    fitness,
    account: (userId) => readSlackAccount(client, workspaceId, userId),

    async publishHome(userId, view) {
      const drawn = homeView(view, await counter.zones.soon(userId));
      await client.call('publish a Home tab', (web) => web.views.publish({ user_id: userId, view: drawn }));
    },

    async health() {
      try {
        const who = await client.call('check the bot token', (web) => web.auth.test());
        if (who.team_id !== workspaceId) {
          return {
            ok: false,
            reason: `The bot token belongs to workspace ${who.team_id ?? '?'}, hallpass.yaml says ${workspaceId}.`,
          };
        }
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return { ok: false, reason: [error.message, error.hint ?? ''].join('. ') };
      }
      if (transport.link?.connected() === false) return { ok: false, reason: 'The Socket Mode connection is not open.' };
      return { ok: true };
    },

    async start() {
      await transport.link?.start();
    },

    async stop() {
      await transport.link?.stop();
      await Promise.allSettled(working);
    },
  };
}

function needed(secret: Secret | undefined, key: string, mode: string): Secret {
  if (secret !== undefined) return secret;
  throw new AppError('config.invalid', `slack.${key} is needed in mode ${mode}`, { hint: `Add slack.${key} to hallpass.yaml.` });
}
