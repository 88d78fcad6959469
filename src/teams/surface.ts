import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TokenCredential } from '@azure/identity';
import type { Desk } from '../chat/desk.ts';
import type { Surface } from '../chat/surface.ts';
import type { Log } from '../observe/log.ts';
import { createBotIdentity, type TeamsSettings } from './bot-identity.ts';
import { rememberChats } from './chats.ts';
import { createConnector } from './connector.ts';
import { channelFitness } from './fitness.ts';
import { watchKeys } from './watch-keys.ts';
import { createPoster } from './poster.ts';
import { filterConsole } from './quiet-console.ts';
import { createReceiver } from './receiver.ts';
import type { Groups, JoinCheck } from './who-may-join.ts';

export interface TeamsOptions {
  readonly settings: TeamsSettings;
  /** Of the bot's registration. */
  readonly credential: TokenCredential;
  readonly desk: Desk;
  readonly log: Log;
  readonly teamOf: JoinCheck['teamOf'];
  readonly groups: Groups;
  /** How long an answer to a pressed button may take, in milliseconds; shorter than Teams waits. */
  readonly patienceMs?: number;
}

export interface TeamsSurface extends Surface {
  readonly platform: 'teams';
  /** `POST /api/messages`. Answers by itself, always; never throws. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<void>;
}

/** Teams as a surface, by a single-tenant bot of the Bot Framework. Constructing it makes no call. */
export function createTeamsSurface({ settings, credential, desk, log, teamOf, groups, ...rest }: TeamsOptions): TeamsSurface {
  const identity = createBotIdentity(settings, credential);
  const connector = createConnector(settings, identity);
  const chats = rememberChats(connector);
  const receiver = createReceiver({ settings, identity, connector, chats, desk, log, ...rest });
  const keys = watchKeys(settings.openIdMetadata);
  let stopFilter: (() => void) | undefined;

  const works = async (otherwise: string, look: () => Promise<unknown>): Promise<boolean> => {
    try {
      await look();
      return true;
    } catch (error) {
      log.warn({ err: error }, `teams: ${otherwise}`);
      return false;
    }
  };

  return {
    platform: 'teams',
    handle: (req, res) => receiver.handle(req, res),
    ...createPoster(settings, connector, chats),
    async fitness(address) {
      // A chat has two ends, and one of them is us.
      if ('userId' in address) return { fit: true };
      return channelFitness({ connector, teamOf, groups, tenantId: settings.tenantId }, address.channelId);
    },
    async health() {
      if (!(await works('no token for the bot', () => identity.token()))) {
        return { ok: false, reason: 'Teams: the bot cannot sign in. Check teams.appId, teams.tenantId and its client secret.' };
      }
      if (!(await works('the keys of Teams cannot be read', () => keys.look()))) {
        return { ok: false, reason: 'Teams: what it sends cannot be verified. Check teams.openIdMetadata and the way to it.' };
      }
      return { ok: true };
    },
    async start() {
      stopFilter ??= filterConsole();
    },
    async stop() {
      await receiver.idle();
      stopFilter?.();
      stopFilter = undefined;
    },
  };
}
