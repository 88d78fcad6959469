import { randomUUID } from 'node:crypto';
import type { TeamsModel } from './teams-model.ts';
import type { TeamsConversation, TeamsUser } from './teams-objects.ts';
import type { Wire } from '../wire.ts';
import { localTimestamp } from '../zones.ts';

export interface ActivityPlace {
  readonly conversation: TeamsConversation;
  /** Root of the thread, in a channel. */
  readonly threadId?: string | undefined;
}

/** Activities as Teams sends them to a bot (https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages). */
export function createActivities(model: TeamsModel, serviceUrl: () => string) {
  const { tenantId } = model.seed;
  const bot = { id: model.botId, name: 'Hallpass' };

  function common(type: string, from: TeamsUser, { conversation, threadId }: ActivityPlace): Wire {
    const channel = conversation.kind === 'channel';
    const nowMs = Date.now();
    const { zone } = from;
    const tenant = { tenant: { id: from.tenantId } };
    return {
      type,
      id: `f:${randomUUID()}`,
      timestamp: new Date(nowMs).toISOString(),
      // A client without a zone of its own sends its time all the same, at no distance from UTC.
      localTimestamp: localTimestamp(zone ?? 'UTC', nowMs),
      ...(zone === undefined ? {} : { localTimezone: zone }),
      channelId: 'msteams',
      serviceUrl: serviceUrl(),
      from: { id: from.id, name: from.name, aadObjectId: from.objectId },
      conversation: {
        ...(channel ? { isGroup: true } : {}),
        conversationType: conversation.kind,
        tenantId,
        id: channel && threadId !== undefined ? `${conversation.id};messageid=${threadId}` : conversation.id,
      },
      recipient: bot,
      entities: [
        {
          type: 'clientInfo',
          locale: 'en-US',
          country: 'US',
          platform: 'Web',
          ...(zone === undefined ? {} : { timezone: zone }),
        },
      ],
      locale: 'en-US',
      channelData: channel
        ? {
            teamsChannelId: conversation.id,
            teamsTeamId: conversation.teamId,
            channel: { id: conversation.id },
            team: { id: conversation.teamId },
            ...tenant,
          }
        : tenant,
    };
  }

  const withReply = (activity: Wire, replyToId: string | undefined): Wire =>
    replyToId === undefined ? activity : { ...activity, replyToId };

  return {
    /** A channel's message reaches the bot only where it is mentioned, and carries the mention. */
    message(from: TeamsUser, place: ActivityPlace, id: string, text: string): Wire {
      const base: Wire = { ...common('message', from, place), id, textFormat: 'plain' };
      if (place.conversation.kind === 'personal') return { ...base, text };
      const mention = { type: 'mention', mentioned: bot, text: `<at>${bot.name}</at>` };
      const entities = Array.isArray(base['entities']) ? [...base['entities'], mention] : [mention];
      return { ...base, text: `<at>${bot.name}</at> ${text}`, entities };
    },
    submit: (from: TeamsUser, place: ActivityPlace, id: string, replyToId: string, value: Wire): Wire =>
      withReply({ ...common('message', from, place), id, value }, replyToId),
    invoke: (from: TeamsUser, place: ActivityPlace, name: string, value: Wire, replyToId?: string): Wire =>
      withReply({ ...common('invoke', from, place), name, value }, replyToId),
    installed(from: TeamsUser, place: ActivityPlace, action: 'add' | 'remove'): Wire {
      return { ...common('installationUpdate', from, place), action };
    },
    membersAdded(from: TeamsUser, place: ActivityPlace): Wire {
      return { ...common('conversationUpdate', from, place), membersAdded: [{ id: bot.id }] };
    },
  };
}
