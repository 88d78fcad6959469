import type { HallpassConfig } from '../config/hallpass-config.ts';
import type { Address, PostedMessage } from './surface.ts';

type Places = Pick<HallpassConfig, 'slack' | 'teams'>;
/** Ids of one audience's channel on each platform, as configuration names them. */
export interface Channels {
  readonly slackChannelId?: string | undefined;
  readonly teamsConversationId?: string | undefined;
}
export type ChannelAddress = Extract<Address, { channelId: string }>;

export function addressesOf({ slack, teams }: Places, channels: Channels): readonly ChannelAddress[] {
  return [
    ...(slack && channels.slackChannelId !== undefined
      ? [{ platform: 'slack' as const, workspaceId: slack.workspaceId, channelId: channels.slackChannelId }]
      : []),
    ...(teams && channels.teamsConversationId !== undefined
      ? [{ platform: 'teams' as const, workspaceId: teams.tenantId, channelId: channels.teamsConversationId }]
      : []),
  ];
}

/**
 * Does this message stand in one of these channels? In Teams a reply's conversation carries `;messageid=…` behind the
 * channel's id.
 */
export function belongsTo(places: Places, channels: Channels, message: PostedMessage): boolean {
  return addressesOf(places, channels).some(
    (address) =>
      address.platform === message.platform &&
      address.workspaceId.toLowerCase() === message.workspaceId.toLowerCase() &&
      address.channelId === plainChannel(message.channelId),
  );
}

export function plainChannel(channelId: string): string {
  return channelId.split(';messageid=')[0] ?? channelId;
}
