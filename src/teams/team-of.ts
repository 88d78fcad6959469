import type { HallpassConfig } from '../config/hallpass-config.ts';

/** The team that configuration names for a channel, wherever it names the channel. */
export function teamOf({ entitlements, security }: Pick<HallpassConfig, 'entitlements' | 'security'>) {
  const teams = new Map<string, string>();
  for (const { teamsConversationId, teamsTeamId } of [security.channel, ...entitlements.map((each) => each.approversChannel)]) {
    if (teamsConversationId !== undefined && teamsTeamId !== undefined) teams.set(teamsConversationId, teamsTeamId);
  }
  return (channelId: string): string | undefined => teams.get(channelId);
}
