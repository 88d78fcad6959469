import type { HallpassFile } from './hallpass-config.ts';
import type { ConfigRule } from './read-config.ts';

/** A channel stands in one team, and a team without a channel names nothing. */
export const teamRules: ConfigRule<HallpassFile> = ({ entitlements, security }) => {
  const places: readonly (readonly [readonly PropertyKey[], HallpassFile['security']['channel']])[] = [
    ...entitlements.map(
      ({ approversChannel }, index) => [['entitlements', index, 'approversChannel'], approversChannel] as const,
    ),
    [['security', 'channel'], security.channel],
  ];
  const teams = new Map<string, string>();
  return places.flatMap(([path, { teamsConversationId: channelId, teamsTeamId: teamId }]) => {
    if (teamId === undefined) return [];
    const at = [...path, 'teamsTeamId'];
    if (channelId === undefined) return [{ path: at, message: 'needs "teamsConversationId"' }];
    const before = teams.get(channelId);
    teams.set(channelId, before ?? teamId);
    return before === undefined || before === teamId
      ? []
      : [{ path: at, message: 'is another team than elsewhere for this channel' }];
  });
};
