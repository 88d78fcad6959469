import { AppError } from '../access/core/app-error.ts';
import type { Address, Surface } from '../chat/surface.ts';
import { renderMessage } from './render-message.ts';
import type { SlackClient } from './slack-client.ts';

export type Poster = Pick<Surface, 'post' | 'update'>;

/** Writes in one workspace, and edits what it wrote. */
export function createPoster(client: SlackClient, workspaceId: string): Poster {
  async function channelOf(address: Address): Promise<string> {
    if (address.platform !== 'slack' || address.workspaceId !== workspaceId) throw elsewhere();
    if ('channelId' in address) return address.channelId;
    const opened = await client.call('open a direct message', (web) => web.conversations.open({ users: address.userId }));
    return told(opened.channel?.id, 'the direct message’s channel');
  }

  return {
    async post(address, message, replyTo) {
      const channel = await channelOf(address);
      const thread = replyTo?.channelId === channel ? { thread_ts: replyTo.messageId } : {};
      const posted = await client.call(`post a ${message.kind} message`, (web) =>
        web.chat.postMessage({ channel, ...renderMessage(message), ...thread, unfurl_links: false, unfurl_media: false }),
      );
      return {
        platform: 'slack',
        workspaceId,
        channelId: posted.channel ?? channel,
        messageId: told(posted.ts, 'its timestamp'),
      };
    },

    async update(posted, message) {
      if (posted.platform !== 'slack' || posted.workspaceId !== workspaceId) throw elsewhere();
      await client.call(`update a ${message.kind} message`, (web) =>
        web.chat.update({ channel: posted.channelId, ts: posted.messageId, ...renderMessage(message) }),
      );
    },
  };
}

function elsewhere(): AppError {
  return new AppError('chat.wrong-workspace', 'this message belongs to another workspace', {
    hint: 'Check slack.workspaceId in hallpass.yaml.',
  });
}

function told<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new AppError('chat.rejected', `Slack's answer left out ${what}`);
  return value;
}
