import { consoleProblems } from './console-config.ts';
import { isLoopback } from './domain-clock.ts';
import type { HallpassFile } from './hallpass-config.ts';
import { linkingRules } from './linking-rules.ts';
import { listenRules } from './listen-rules.ts';
import type { ConfigRule } from './read-config.ts';
import { teamRules } from './team-rules.ts';
import { tenantRules } from './tenant-rules.ts';
import { tenantsOf } from './tenants-of.ts';

type Problem = ReturnType<ConfigRule<HallpassFile>>[number];
const problem = (path: readonly PropertyKey[], message: string): Problem => ({ path, message });

const surfaces: ConfigRule<HallpassFile> = ({ slack, teams }) => {
  if (!slack && !teams) return [problem([], 'add "slack", "teams" or both: without them nobody can ask')];
  if (teams && (teams.credential === undefined) === (teams.clientSecret === undefined))
    return [problem(['teams'], 'name credential, or clientSecret in short: one of the two')];
  if (!slack) return [];
  if (slack.mode === 'http' && !slack.signingSecret)
    return [
      problem(['slack', 'signingSecret'], 'is needed in mode http: without it anybody could send requests in Slack’s name'),
    ];
  if (slack.previousSigningSecret && !slack.signingSecret)
    return [problem(['slack', 'previousSigningSecret'], 'needs slack.signingSecret beside it: the one that takes its place')];
  return slack.mode === 'socket' && !slack.appToken ? [problem(['slack', 'appToken'], 'is needed in mode socket')] : [];
};

/** Secrets and access cards go to these; what comes is believed by keys that one of them serves. */
const platforms: ConfigRule<HallpassFile> = ({ slack, teams }) => {
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

const entitlements: ConfigRule<HallpassFile> = ({ entitlements: all, slack, teams }) =>
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

const requests: ConfigRule<HallpassFile> = ({ requests: { approvalWindowMinutes, remindAfterMinutes } }) =>
  remindAfterMinutes < approvalWindowMinutes
    ? []
    : [
        problem(
          ['requests', 'remindAfterMinutes'],
          'must be less than approvalWindowMinutes: nobody is reminded of what has lapsed',
        ),
      ];

const security: ConfigRule<HallpassFile> = ({ security: { channel, expiryLadderDays }, slack, teams }) => [
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

/** In each tenant, one Slack account is one person: two entries would let the second one decide for the first. */
const people: ConfigRule<HallpassFile> = ({ people: all }) => {
  const seen = new Set<string>();
  return all.flatMap(({ person, slack }, index) =>
    slack.flatMap(({ workspaceId, userId }, at) => {
      const key = `${workspaceId}/${userId}/${person.tenantId.toLowerCase()}`;
      if (seen.has(key)) return [problem(['people', index, 'slack', at, 'userId'], 'is mapped twice in one tenant')];
      seen.add(key);
      return [];
    }),
  );
};

const consolePages: ConfigRule<HallpassFile> = (file) =>
  consoleProblems(
    file.console,
    tenantsOf(file).map(({ tenantId }) => tenantId),
    'postgres' in file.store,
  );

const outsideAddresses = ({ slack, teams, console: pages, ...file }: HallpassFile): readonly string[] => [
  ...tenantsOf(file).flatMap(({ cloud, perimeter }) => [
    perimeter.url,
    ...(typeof cloud === 'string' ? ['https://login.microsoftonline.com'] : [cloud.login, cloud.graph, cloud.arm]),
  ]),
  ...(slack ? [slack.apiUrl] : []),
  ...(slack?.clientId === undefined ? [] : [slack.issuer]),
  ...(teams ? [teams.serviceUrl, teams.openIdMetadata, teams.login] : []),
  ...(pages?.providerUrl === undefined ? [] : [pages.providerUrl]),
];

const domainClock: ConfigRule<HallpassFile> = (config) =>
  config.domainClock && !outsideAddresses(config).every(isLoopback)
    ? [problem(['domainClock'], 'is for trying out: it is accepted only when every outside address is loopback')]
    : [];

/** Rules between the keys of hallpass.yaml, after its schema. */
export const hallpassRules: readonly ConfigRule<HallpassFile>[] = [
  surfaces,
  listenRules,
  platforms,
  entitlements,
  requests,
  security,
  teamRules,
  tenantRules,
  consolePages,
  people,
  linkingRules,
  domainClock,
];
