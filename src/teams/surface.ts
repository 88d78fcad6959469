import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../access/core/app-error.ts';
import { sameTenant } from '../access/core/person.ts';
import type { Secret } from '../access/core/secret.ts';
import type { Desk } from '../chat/desk.ts';
import type { Message, PostedMessage, Surface } from '../chat/surface.ts';
import type { Log } from '../observe/log.ts';
import { alertCard } from './alert-card.ts';
import { createBotIdentity, type TeamsSettings } from './bot-identity.ts';
import type { Card } from './card-parts.ts';
import { rememberChats } from './chats.ts';
import { createConnector } from './connector.ts';
import { channelFitness } from './fitness.ts';
import { watchKeys } from './watch-keys.ts';
import { noticeCard } from './notice-card.ts';
import { filterConsole } from './quiet-console.ts';
import { createReceiver } from './receiver.ts';
import { requestCard } from './request-card.ts';
import { requesterCard } from './requester-card.ts';
import type { Groups, JoinCheck } from './who-may-join.ts';

export interface TeamsOptions {
  readonly settings: TeamsSettings;
  readonly clientSecret: Secret;
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
export function createTeamsSurface({ settings, clientSecret, desk, log, teamOf, groups, ...rest }: TeamsOptions): TeamsSurface {
  const identity = createBotIdentity(settings, clientSecret);
  const connector = createConnector(settings, identity);
  const chats = rememberChats(connector);
  const receiver = createReceiver({ settings, identity, connector, chats, desk, log, ...rest });
  const keys = watchKeys(settings.openIdMetadata);
  let stopFilter: (() => void) | undefined;

  const posted = (channelId: string, messageId: string, workspaceId: string = settings.tenantId): PostedMessage => ({
    platform: 'teams',
    workspaceId,
    channelId,
    messageId,
    serviceUrl: settings.serviceUrl,
  });
  const ours = (workspaceId: string) => {
    if (!settings.tenantIds.some((tenantId) => sameTenant(tenantId, workspaceId))) {
      throw new AppError('chat.other-tenant', 'teams: this address is of another tenant');
    }
  };

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
    async post(address, message, replyTo) {
      ours(address.workspaceId);
      const card = cardOf(message);
      if (replyTo !== undefined) {
        const thread = isChannel(replyTo.channelId) ? `${replyTo.channelId};messageid=${replyTo.messageId}` : replyTo.channelId;
        return posted(replyTo.channelId, await connector.postInConversation(thread, card), address.workspaceId);
      }
      if ('channelId' in address) return posted(address.channelId, await connector.postInChannel(address.channelId, card));
      const chat = await chats.post({ tenantId: address.workspaceId, objectId: address.userId }, card);
      return posted(chat.conversationId, chat.activityId, address.workspaceId);
    },
    async update(message, next) {
      ours(message.workspaceId);
      await connector.update(message.channelId, message.messageId, cardOf(next));
    },
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

/** Channels and group chats live under `19:`; a person's chat with the bot under `a:`. */
function isChannel(conversationId: string): boolean {
  return conversationId.startsWith('19:') && conversationId.includes('@thread.tacv2');
}

function cardOf(message: Message): Card {
  if (message.kind === 'request') return requestCard(message.view);
  if (message.kind === 'requester') return requesterCard(message.view);
  if (message.kind === 'alert') return alertCard(message.view);
  return noticeCard(message.text);
}
