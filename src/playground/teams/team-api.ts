import { type ConnectorAnswer, refused } from './connector-answer.ts';
import type { ConnectorContext } from './connector-context.ts';

/** Of a team, a channel or a chat; a group's object id is none. */
const THREAD_ID = /^19:[^\s/?#]+@(thread\.(tacv2|v2|skype)|unq\.gbl\.spaces)$/;

/**
 * `GET /v3/teams/{teamId}` and `…/conversations`, for a bot that is installed in the team. A team's id is that of its channel General,
 * which is listed without a name; the id of any other channel is no team's.
 * @see https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context#get-teams-details
 */
export function answerTeam(
  { model: { seed, conversations }, limits }: ConnectorContext,
  method: string,
  [, id = '', what, ...rest]: readonly string[],
): ConnectorAnswer {
  if (method !== 'GET') return refused(405, 'BadSyntax', 'Method not allowed.');
  if ((what !== undefined && what !== 'conversations') || rest.length > 0)
    return refused(404, 'ServiceError', 'No such resource.');
  if (!THREAD_ID.test(id)) return refused(400, 'BadSyntax', 'Bad format of conversation ID');
  const team = seed.teams.find((one) => one.id === id);
  if (team === undefined) return refused(404, 'BadArgument', 'Cannot find team with provided id');
  const channels = [...conversations.values()].filter(({ teamId }) => teamId === id);
  if (!channels.some(({ botInstalled }) => botInstalled)) {
    return refused(403, 'BotNotInConversationRoster', 'The bot is not part of the conversation roster.');
  }
  if (!limits.allow('members', id)) return refused(429, 'Throttled', 'Too many requests.');
  if (what === undefined) {
    const members = new Set(channels.flatMap((channel) => channel.members));
    const counts = { channelCount: channels.length + 1, memberCount: members.size };
    return { status: 200, body: { id, name: team.name, aadGroupId: team.groupId, ...counts } };
  }
  const named = channels.map((channel) => ({ type: channel.channelType ?? 'standard', id: channel.id, name: channel.name }));
  return { status: 200, body: { conversations: [{ type: 'standard', id }, ...named] } };
}
