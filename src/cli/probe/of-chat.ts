import type { SlackParts } from '../doctor/slack/slack-parts.ts';
import type { TeamsParts } from '../doctor/teams/teams-parts.ts';
import type { Question } from './question.ts';

const scopeHeader: Question<SlackParts> = {
  id: 'scope-header',
  asks: 'Does Slack name the scopes of a bot token in x-oauth-scopes of auth.test?',
  assumes: 'yes, each by its name',
  async ask({ who }) {
    const scopes = (await who()).response_metadata?.scopes ?? [];
    return { saw: scopes.length === 0 ? 'none' : scopes.join(', '), agrees: scopes.includes('chat:write') };
  },
};

const zones: Question<SlackParts> = {
  id: 'zones',
  asks: 'Does users.info tell a bot the zone of everybody, guests and Enterprise Grid among them?',
  assumes: 'tz, an IANA name; without it no zone is named',
  concerns: ({ userIds }) => userIds.length > 0,
  async ask({ userIds, zoneOf }) {
    const seen = await Promise.all(userIds.slice(0, 10).map(zoneOf));
    const told = seen.filter((zone) => zone !== undefined);
    return { saw: `${told.length} of ${seen.length} people of the file have one`, agrees: told.length === seen.length };
  },
};

const channelKinds: Question<TeamsParts> = {
  id: 'channel-kinds',
  asks: 'Does Teams say of each channel of a team of which kind it is?',
  assumes: 'standard, private or shared; without a kind a channel is judged by its team',
  concerns: ({ teamIds }) => teamIds.length > 0,
  async ask({ teamIds, connector }) {
    const channels = (await Promise.all(teamIds.map((teamId) => connector.channelsOf(teamId)))).flat();
    const kinds = [...new Set(channels.map(({ type }) => type ?? 'none'))].toSorted();
    return {
      saw: `${channels.length} channels: ${kinds.join(', ')}`,
      agrees: kinds.every((kind) => ['standard', 'private', 'shared'].includes(kind)),
    };
  },
};

const visibility: Question<TeamsParts> = {
  id: 'visibility',
  asks: 'Does GroupMember.Read.All alone show whether the group of a team is public?',
  assumes: 'visibility: Public, Private or HiddenMembership, also of org-wide teams',
  concerns: ({ teamIds }) => teamIds.length > 0,
  async ask({ teamIds, connector, visibilityOf }) {
    const groupIds = (await Promise.all(teamIds.map((teamId) => connector.groupOf(teamId)))).flatMap((id) => id ?? []);
    const seen = await Promise.all(groupIds.map(visibilityOf));
    return {
      saw: `${teamIds.length} teams, ${groupIds.length} groups: ${seen.map((one) => one ?? 'not said').join(', ')}`,
      agrees: seen.length === teamIds.length && !seen.includes(undefined),
    };
  },
};

const roster: Question<TeamsParts> = {
  id: 'roster',
  asks: 'How does the connector’s list of members name guests and people of other tenants?',
  assumes: 'each member with a tenantId, and userRole guest for guests',
  concerns: ({ channels }) => channels.length > 0,
  async ask({ channels, connector }) {
    const pages = await Promise.all(channels.map(({ channelId }) => connector.members(channelId, undefined)));
    const members = pages.flatMap((page) => page.members);
    const roles = [...new Set(members.map(({ role }) => role ?? 'none'))].toSorted();
    const withTenant = members.filter(({ tenantId }) => tenantId !== undefined).length;
    return {
      saw: `${members.length} members, ${withTenant} with a tenant, roles: ${roles.join(', ')}`,
      agrees: withTenant === members.length && members.length > 0,
    };
  },
};

export const SLACK_QUESTIONS: readonly Question<SlackParts>[] = [scopeHeader, zones];
export const TEAMS_QUESTIONS: readonly Question<TeamsParts>[] = [channelKinds, visibility, roster];
