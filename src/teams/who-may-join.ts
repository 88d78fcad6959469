import { AppError } from '../access/core/app-error.ts';
import type { Fitness } from '../chat/surface.ts';
import type { Connector } from './connector.ts';

export interface JoinCheck {
  readonly connector: Pick<Connector, 'channelsOf' | 'groupOf'>;
  /** The team that configuration names for a channel. */
  readonly teamOf: (channelId: string) => string | undefined;
  readonly groups: Groups;
}
export interface Groups {
  /** `visibility` in Entra: `Public`, `Private`, `HiddenMembership`, or undefined when Entra does not say. @throws {AppError} */
  visibilityOf(groupId: string): Promise<string | undefined>;
}

/**
 * Whether every colleague may join a channel by themselves, and so read what stands there. The connector does not tell of which team a
 * channel is, so configuration does, and is believed only when Teams lists the channel in that team. A standard channel is as open as
 * its team, whose group in Entra says it; who reads a private one is chosen by its owners, whatever the team.
 * @see https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context
 */
export async function whoMayJoin({ connector, teamOf, groups }: JoinCheck, channelId: string): Promise<Fitness> {
  const teamId = teamOf(channelId);
  if (teamId === undefined) {
    return unreadable(
      `It is not configured in which team it is. Add "teamsTeamId" beside its "teamsConversationId" ${channelId}`,
    );
  }
  try {
    const channel = (await connector.channelsOf(teamId)).find(({ id }) => id === channelId);
    if (channel === undefined)
      return unreadable(`The team ${teamId} has no such channel. Configure its own team as "teamsTeamId"`);
    const type = channel.type?.toLowerCase() ?? 'standard';
    if (type === 'private') return { fit: true };
    if (type === 'shared')
      return { fit: false, code: 'shared', reason: 'It is a shared channel, which other teams can be brought into.' };
    if (type !== 'standard') return unreadable('Teams calls it a kind of channel that is not known here');
    const groupId = await connector.groupOf(teamId);
    if (groupId === undefined) return unreadable(`Teams does not say which group in Entra the team ${teamId} is`);
    return judged(await groups.visibilityOf(groupId), groupId);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ...unreadable(notRead(teamId, error)), ...waitOf(error) };
  }
}

function judged(visibility: string | undefined, groupId: string): Fitness {
  if (visibility === 'Private' || visibility === 'HiddenMembership') return { fit: true };
  if (visibility === 'Public') {
    return { fit: false, code: 'public', reason: 'Its team is public: everybody in the tenant can join it and read along.' };
  }
  return unreadable(`Entra does not say whether the group ${groupId} of its team is private. Set the team’s privacy to private`);
}

function notRead(teamId: string, { code, message, hint }: AppError): string {
  if (code === 'chat.not-installed' || code === 'chat.message-gone' || code === 'chat.rejected') {
    return `The team ${teamId} cannot be read (${code}). Check "teamsTeamId", and that the Hallpass app is installed in that team`;
  }
  return `Whether its team is public cannot be read: ${message}. ${hint ?? ''}`.trim().replace(/\.$/, '');
}

const waitOf = ({ retryAfterMs }: AppError) => (retryAfterMs === undefined ? {} : { retryAfterMs });

const unreadable = (reason: string): Extract<Fitness, { readonly fit: false }> => ({
  fit: false,
  code: 'unreadable',
  reason: `${reason}.`,
});
