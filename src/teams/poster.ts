import { AppError } from '../access/core/app-error.ts';
import { sameTenant } from '../access/core/person.ts';
import type { Message, PostedMessage, Surface } from '../chat/surface.ts';
import { alertCard } from './alert-card.ts';
import type { TeamsSettings } from './bot-identity.ts';
import type { Card } from './card-parts.ts';
import type { Chats } from './chats.ts';
import type { Connector } from './connector.ts';
import { noticeCard } from './notice-card.ts';
import { requestCard } from './request-card.ts';
import { requesterCard } from './requester-card.ts';

export type Poster = Pick<Surface, 'post' | 'update'>;

/** Writes in the channels of one tenant and the chats of every tenant that the bot serves, and edits what it wrote. */
export function createPoster(settings: TeamsSettings, connector: Connector, chats: Chats): Poster {
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
  return {
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
