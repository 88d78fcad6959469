import { isLoopback } from './domain-clock.ts';
import type { HallpassConfig } from './hallpass-config.ts';
import { listenRules } from './listen-rules.ts';
import type { ConfigRule } from './read-config.ts';
import { teamRules } from './team-rules.ts';

type Problem = ReturnType<ConfigRule<HallpassConfig>>[number];
const problem = (path: readonly PropertyKey[], message: string): Problem => ({ path, message });

const surfaces: ConfigRule<HallpassConfig> = ({ slack, teams }) => {
  if (!slack && !teams) return [problem([], 'add "slack", "teams" or both: without them nobody can ask')];
  if (!slack) return [];
  if (slack.mode === 'http' && !slack.signingSecret)
    return [
      problem(['slack', 'signingSecret'], 'is needed in mode http: without it anybody could send requests in Slack’s name'),
    ];
  return slack.mode === 'socket' && !slack.appToken ? [problem(['slack', 'appToken'], 'is needed in mode socket')] : [];
};

const perimeterUrl: ConfigRule<HallpassConfig> = ({ perimeter }) =>
  perimeter.url.startsWith('https:') || isLoopback(perimeter.url)
    ? []
    : [problem(['perimeter', 'url'], 'must begin with https: the bot’s token goes there')];

/** Secrets and access cards go to these; what comes is believed by keys that one of them serves. */
const platforms: ConfigRule<HallpassConfig> = ({ slack, teams }) => {
  const addresses: readonly (readonly [readonly PropertyKey[], string | undefined])[] = [
    [['slack', 'apiUrl'], slack?.apiUrl],
    ...(['serviceUrl', 'openIdMetadata', 'login'] as const).map((key) => [['teams', key], teams?.[key]] as const),
  ];
  return addresses.flatMap(([path, address]) =>
    address === undefined || address.startsWith('https:') || isLoopback(address)
      ? []
      : [problem(path, 'must begin with https: what goes there and comes from there has to be kept from others')],
  );
};

const entitlements: ConfigRule<HallpassConfig> = ({ entitlements: all, slack, teams }) =>
  all.flatMap((entitlement, index) => {
    const at = (...rest: readonly PropertyKey[]) => ['entitlements', index, ...rest];
    const { approvers, mayRequest, approversChannel: channel, durationsMinutes } = entitlement;
    const kinds = [entitlement.directoryRole, entitlement.group, entitlement.azureRole].filter((kind) => kind !== undefined);
    return [
      ...(kinds.length === 1 ? [] : [problem(at(), 'names exactly one of directoryRole, group and azureRole')]),
      ...(all.findIndex(({ id }) => id === entitlement.id) < index ? [problem(at('id'), 'is used twice')] : []),
      ...(approvers.people.length + approvers.groups.length === 0
        ? [problem(at('approvers'), 'names nobody: nobody could ever decide')]
        : []),
      ...(mayRequest.people.length + mayRequest.groups.length === 0
        ? [problem(at('mayRequest'), 'names nobody: nobody could ever ask')]
        : []),
      ...(new Set(durationsMinutes).size < durationsMinutes.length
        ? [problem(at('durationsMinutes'), 'names a length twice')]
        : []),
      ...(channel.slackChannelId === undefined && channel.teamsConversationId === undefined && !entitlement.tellApproversDirectly
        ? [problem(at('approversChannel'), 'names no channel: approvers would never hear of a request')]
        : []),
      ...(channel.slackChannelId !== undefined && !slack
        ? [problem(at('approversChannel', 'slackChannelId'), 'needs "slack"')]
        : []),
      ...(channel.teamsConversationId !== undefined && !teams
        ? [problem(at('approversChannel', 'teamsConversationId'), 'needs "teams"')]
        : []),
    ];
  });

const requests: ConfigRule<HallpassConfig> = ({ requests: { approvalWindowMinutes, remindAfterMinutes } }) =>
  remindAfterMinutes < approvalWindowMinutes
    ? []
    : [
        problem(
          ['requests', 'remindAfterMinutes'],
          'must be less than approvalWindowMinutes: nobody is reminded of what has lapsed',
        ),
      ];

const security: ConfigRule<HallpassConfig> = ({ security: { channel, expiryLadderDays }, slack, teams }) => [
  ...(channel.slackChannelId === undefined && channel.teamsConversationId === undefined
    ? [problem(['security', 'channel'], 'names no channel: nobody would see the alerts')]
    : []),
  ...(channel.slackChannelId !== undefined && !slack
    ? [problem(['security', 'channel', 'slackChannelId'], 'needs "slack"')]
    : []),
  ...(channel.teamsConversationId !== undefined && !teams
    ? [problem(['security', 'channel', 'teamsConversationId'], 'needs "teams"')]
    : []),
  ...(new Set(expiryLadderDays).size < expiryLadderDays.length
    ? [problem(['security', 'expiryLadderDays'], 'names a day twice')]
    : []),
];

/** One tenant for now: everybody who is named lives in the tenant that the bot works in. */
const oneTenant: ConfigRule<HallpassConfig> = ({ tenant, teams, people, roles, entitlements: all }) => {
  const same = (tenantId: string) => tenantId.toLowerCase() === tenant.tenantId.toLowerCase();
  const foreign = 'is another tenant than tenant.tenantId';
  return [
    ...(teams && !same(teams.tenantId) ? [problem(['teams', 'tenantId'], foreign)] : []),
    ...people.flatMap(({ person }, index) =>
      same(person.tenantId) ? [] : [problem(['people', index, 'person', 'tenantId'], foreign)],
    ),
    ...(['viewer', 'auditor', 'operator'] as const).flatMap((role) =>
      roles[role].people.flatMap(({ tenantId }, at) =>
        same(tenantId) ? [] : [problem(['roles', role, 'people', at, 'tenantId'], foreign)],
      ),
    ),
    ...all.flatMap((entitlement, index) =>
      (['mayRequest', 'approvers'] as const).flatMap((key) =>
        entitlement[key].people.flatMap(({ tenantId }, at) =>
          same(tenantId) ? [] : [problem(['entitlements', index, key, 'people', at, 'tenantId'], foreign)],
        ),
      ),
    ),
  ];
};

/** One Slack account is one person: two entries would let the second one decide for the first. */
const people: ConfigRule<HallpassConfig> = ({ people: all }) => {
  const seen = new Set<string>();
  return all.flatMap(({ slack }, index) =>
    slack.flatMap(({ workspaceId, userId }, at) => {
      const key = `${workspaceId}/${userId}`;
      if (seen.has(key)) return [problem(['people', index, 'slack', at, 'userId'], 'is mapped twice')];
      seen.add(key);
      return [];
    }),
  );
};

const outsideAddresses = ({ tenant, slack, teams, perimeter }: HallpassConfig): readonly string[] => [
  perimeter.url,
  ...(typeof tenant.cloud === 'string'
    ? ['https://login.microsoftonline.com']
    : [tenant.cloud.login, tenant.cloud.graph, tenant.cloud.arm]),
  ...(slack ? [slack.apiUrl] : []),
  ...(teams ? [teams.serviceUrl, teams.openIdMetadata, teams.login] : []),
];

const domainClock: ConfigRule<HallpassConfig> = (config) =>
  config.domainClock && !outsideAddresses(config).every(isLoopback)
    ? [problem(['domainClock'], 'is for trying out: it is accepted only when every outside address is loopback')]
    : [];

/** Rules between the keys of hallpass.yaml, after its schema. */
export const hallpassRules: readonly ConfigRule<HallpassConfig>[] = [
  surfaces,
  listenRules,
  perimeterUrl,
  platforms,
  entitlements,
  requests,
  security,
  teamRules,
  oneTenant,
  people,
  domainClock,
];
