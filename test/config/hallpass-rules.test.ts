import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { AppError } from '../../src/access/core/app-error.ts';
import { hallpassConfigSchema } from '../../src/config/hallpass-config.ts';
import { hallpassRules } from '../../src/config/hallpass-rules.ts';
import { readConfig } from '../../src/config/read-config.ts';

const GOOD = `tenant:
  tenantId: 5c0ffee0-1111-4222-8333-444455556666
  clientId: b0700000-0000-4000-8000-000000000001
  credential: { managedIdentity: {} }
listen: { port: 8080 }
store: { folder: /var/lib/hallpass }
perimeter: { url: 'https://perimeter.example', audience: 'api://perimeter' }
slack:
  workspaceId: T0WORK
  botToken: { env: SLACK_BOT_TOKEN }
  signingSecret: { env: SLACK_SIGNING_SECRET }
people:
  - person: { tenantId: 5c0ffee0-1111-4222-8333-444455556666, objectId: 0b7ec700-0000-4000-8000-000000000001 }
    slack: [{ workspaceId: T0WORK, userId: U0RITA }]
entitlements:
  - id: global-reader
    name: Global Reader
    describes: Can read everything.
    privileged: false
    directoryRole: { roleDefinitionId: f2ef992c-3afb-46b9-b7cf-a126ee74c451 }
    mayRequest: { groups: [96000000-0000-4000-8000-000000000001] }
    approvers: { groups: [96000000-0000-4000-8000-000000000002] }
    approversChannel: { slackChannelId: C0APPROVE }
    durationsMinutes: [30, 60]
requests: { approvalWindowMinutes: 60, remindAfterMinutes: 15 }
security:
  channel: { slackChannelId: C0SECURE }
`;

function problemsOf(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'hallpass-config-')), 'hallpass.yaml');
  writeFileSync(file, text);
  try {
    readConfig(file, hallpassConfigSchema, hallpassRules);
    return '';
  } catch (error) {
    if (error instanceof AppError && error.code === 'config.invalid') return error.message.replaceAll(file, 'F');
    throw error;
  }
}

const TEAMS = `teams:
  appId: b0700000-0000-4000-8000-000000000008
  tenantId: 5c0ffee0-1111-4222-8333-444455556666
  clientSecret: { env: TEAMS_SECRET }
`;
const SECOND = GOOD.slice(GOOD.indexOf('  - id: global'), GOOD.indexOf('requests:'));

describe('hallpass.yaml', () => {
  it('is taken as it stands here', () => {
    expect(problemsOf(GOOD)).toBe('');
  });

  it.each(['19:team@thread.tacv2', '19:0123abcd@thread.skype'])('may name the team of a channel in Teams: %s', (id) => {
    const channel = `{ teamsConversationId: '19:x', teamsTeamId: '${id}' }`;
    const both = GOOD.replace('{ slackChannelId: C0APPROVE }', channel).replace('{ slackChannelId: C0SECURE }', channel);
    expect(problemsOf(`${both}${TEAMS}`)).toBe('');
  });

  it.each<[string, (good: string) => string, string]>([
    [
      'an entitlement id twice',
      (good) => good.replace('requests:', `${SECOND}requests:`),
      'F:25: entitlements.1.id: is used twice',
    ],
    [
      'two kinds of thing at once',
      (good) => good.replace('    mayRequest:', '    group: { groupId: 96000000-0000-4000-8000-000000000009 }\n    mayRequest:'),
      'F:16: entitlements.0: names exactly one of directoryRole, group and azureRole',
    ],
    [
      'approvers that name nobody',
      (good) => good.replace('approvers: { groups: [96000000-0000-4000-8000-000000000002] }', 'approvers: {}'),
      'F:22: entitlements.0.approvers: names nobody',
    ],
    [
      'nobody who may ask',
      (good) => good.replace('mayRequest: { groups: [96000000-0000-4000-8000-000000000001] }', 'mayRequest: { people: [] }'),
      'F:21: entitlements.0.mayRequest: names nobody',
    ],
    [
      'a length twice',
      (good) => good.replace('[30, 60]', '[30, 30]'),
      'F:24: entitlements.0.durationsMinutes: names a length twice',
    ],
    ['a length of zero', (good) => good.replace('[30, 60]', '[0]'), 'F:24: entitlements.0.durationsMinutes.0: '],
    ['a length with a unit', (good) => good.replace('[30, 60]', '[1h]'), 'F:24: entitlements.0.durationsMinutes.0: '],
    [
      'no channel for approvers',
      (good) => good.replace('approversChannel: { slackChannelId: C0APPROVE }', 'approversChannel: {}'),
      'F:23: entitlements.0.approversChannel: names no channel',
    ],
    [
      'a channel in Teams without Teams',
      (good) => good.replace('{ slackChannelId: C0SECURE }', "{ teamsConversationId: '19:x' }"),
      'F:27: security.channel.teamsConversationId: needs "teams"',
    ],
    [
      'a team without a channel in it',
      (good) => good.replace('{ slackChannelId: C0SECURE }', "{ slackChannelId: C0SECURE, teamsTeamId: '19:t@thread.tacv2' }"),
      'F:27: security.channel.teamsTeamId: needs "teamsConversationId"',
    ],
    [
      'one channel in two teams',
      (good) =>
        `${good}${TEAMS}`
          .replace('{ slackChannelId: C0APPROVE }', "{ teamsConversationId: '19:x', teamsTeamId: '19:t@thread.tacv2' }")
          .replace('{ slackChannelId: C0SECURE }', "{ teamsConversationId: '19:x', teamsTeamId: '19:u@thread.tacv2' }"),
      'F:27: security.channel.teamsTeamId: is another team than elsewhere',
    ],
    ...['96000000-0000-4000-8000-000000000003', '19%3Ateam%40thread.tacv2', '19:team@thread.v2', 'Identity'].map(
      (id): [string, (good: string) => string, string] => [
        `${id} for the id of a team`,
        (good) =>
          `${good}${TEAMS}`.replace('{ slackChannelId: C0SECURE }', `{ teamsConversationId: '19:x', teamsTeamId: '${id}' }`),
        'F:27: security.channel.teamsTeamId: must be the id in the team’s link',
      ],
    ),
    [
      'no security channel',
      (good) => good.replace('{ slackChannelId: C0SECURE }', '{}'),
      'F:27: security.channel: names no channel',
    ],
    [
      'mode http without a signing secret',
      (good) => good.replace('  signingSecret: { env: SLACK_SIGNING_SECRET }\n', ''),
      'F:9: slack.signingSecret: is needed in mode http',
    ],
    [
      'a secret before without the one that takes its place',
      (good) =>
        good.replace(
          '  signingSecret: { env: SLACK_SIGNING_SECRET }\n',
          '  mode: socket\n  previousSigningSecret: { env: OLD }\n',
        ),
      'slack.previousSigningSecret: needs slack.signingSecret beside it',
    ],
    ['texts kept for less than a month', (good) => `${good}retention: { textsDays: 29 }\n`, 'retention.textsDays: Too small'],
    [
      'an age of evidence, which the bot has none of',
      (good) => `${good}retention: { evidenceDays: 90 }\n`,
      'retention.evidenceDays: is not a key',
    ],
    [
      'mode socket without an app token',
      (good) => good.replace('  workspaceId: T0WORK\n', '  workspaceId: T0WORK\n  mode: socket\n'),
      'F:9: slack.appToken: is needed in mode socket',
    ],
    ['no platform at all', (good) => good.replace(/slack:\n( {2}.*\n){3}/, ''), 'F:1: add "slack", "teams" or both'],
    [
      'listening to the world without TLS',
      (good) => good.replace('{ port: 8080 }', "{ port: 8080, host: '0.0.0.0' }"),
      'F:5: listen.host: is no loopback address',
    ],
    [
      'telling operators over the network without TLS',
      (good) => good.replace('store:', "ops: { host: '0.0.0.0' }\nstore:"),
      'F:6: ops.host: is no loopback address',
    ],
    [
      'one port for the public and for operators',
      (good) => good.replace('{ port: 8080 }', '{ port: 9464 }'),
      'F:1: ops.port: is the port of listen',
    ],
    [
      'a perimeter without TLS',
      (good) => good.replace('https://perimeter', 'http://perimeter'),
      'F:7: perimeter.url: must begin with https',
    ],
    [
      'Slack without TLS',
      (good) => good.replace('  botToken', '  apiUrl: http://slack.example/api/\n  botToken'),
      'F:10: slack.apiUrl: must begin with https',
    ],
    ...(['serviceUrl', 'openIdMetadata', 'login'] as const).map((key): [string, (good: string) => string, string] => [
      `Teams without TLS at ${key}`,
      (good) => `${good}${TEAMS}  ${key}: http://teams.example/x\n`,
      `F:32: teams.${key}: must begin with https`,
    ]),
    [
      'a window for decisions beyond any calendar',
      (good) => good.replace('approvalWindowMinutes: 60', 'approvalWindowMinutes: 9007199254740991'),
      'F:25: requests.approvalWindowMinutes: ',
    ],
    [
      'a length beyond any calendar',
      (good) => good.replace('[30, 60]', '[30, 9007199254740991]'),
      'F:24: entitlements.0.durationsMinutes.1: ',
    ],
    [
      'a reminder after the lapse',
      (good) => good.replace('remindAfterMinutes: 15', 'remindAfterMinutes: 60'),
      'F:25: requests.remindAfterMinutes: must be less',
    ],
    [
      'a person of another tenant',
      (good) => good.replace('- person: { tenantId: 5c0ffee0', '- person: { tenantId: 0ddba110'),
      'F:13: people.0.person.tenantId: is another tenant',
    ],
    [
      'one Slack account for two people',
      (good) => good.replace('userId: U0RITA }]', 'userId: U0RITA }, { workspaceId: T0WORK, userId: U0RITA }]'),
      'F:14: people.0.slack.1.userId: is mapped twice',
    ],
    [
      'a moved clock against real addresses',
      (good) => `${good}domainClock: { offsetFile: /tmp/offset }\n`,
      'F:28: domainClock: is for trying out',
    ],
    [
      'a key that is misspelt',
      (good) => good.replace('justification', 'x').replace('store:', 'stroe:'),
      'F:6: stroe: is not a key',
    ],
    ['a secret in the file', (good) => good.replace('{ env: SLACK_BOT_TOKEN }', 'xoxb-123'), 'F:10: slack.botToken: '],
  ])('is refused with its line for %s', (_, change, expected) => {
    const text = change(GOOD);
    expect(text).not.toBe(GOOD);
    const problems = problemsOf(text);
    expect(problems.split('\n')).toContainEqual(expect.stringContaining(expected));
    expect(problems).not.toContain('xoxb-123');
  });

  it.each([
    ['with TLS of its own', "{ port: 8080, host: '0.0.0.0', tls: { certFile: /c, keyFile: /k } }"],
    ['behind a proxy that ends TLS', "{ port: 8080, host: '0.0.0.0', behindProxy: true }"],
    ['on the loopback', "{ port: 8080, host: '::1' }"],
  ])('may listen %s', (_, listen) => {
    expect(problemsOf(GOOD.replace('{ port: 8080 }', listen))).toBe('');
  });

  const PAGES = `console:
  publicUrl: https://hallpass.example
  clientId: c0750000-0000-4000-8000-000000000006
  credential: { federated: { managedIdentity: { clientId: 1de70000-0000-4000-8000-000000000007 } } }
`;
  const TENANT = '5c0ffee0-1111-4222-8333-444455556666';
  const provider = (tenant: string) => `  providerUrl: https://login.microsoftonline.com/${tenant}/v2.0\n`;
  it.each<readonly [what: string, text: string, problem: string]>([
    ['as it stands here', PAGES, ''],
    ['at an address of this machine', PAGES.replace('https://hallpass.example', 'http://localhost:8080'), ''],
    ['of the tenant', `${PAGES}  tenantId: ${TENANT.toUpperCase()}\n${provider(TENANT)}`, ''],
    ['of the one tenant that there is', `${PAGES}${provider(TENANT)}`, ''],
    ['without TLS', PAGES.replace('https:', 'http:'), 'console.publicUrl: has to be https'],
    ['below a path', PAGES.replace('.example', '.example/x'), 'console.publicUrl: has to be an origin'],
    ['with a slash', PAGES.replace('.example', '.example/'), 'console.publicUrl: has to be an origin'],
    ['of a tenant of nobody', `${PAGES}  tenantId: 0ddba110-1111-4222-8333-444455556666\n`, 'console.tenantId: is none of'],
    ['for everybody', `${PAGES}${provider('common')}`, 'console.providerUrl: has to end in'],
    ['for every organization', `${PAGES}${provider('organizations')}`, 'console.providerUrl: has to end in'],
    [
      'at another tenant',
      `${PAGES}${provider('0ddba110-1111-4222-8333-444455556666')}`,
      'console.providerUrl: has to end in /5c0ffee0-1111-4222-8333-444455556666/v2.0',
    ],
    ['of version 1', `${PAGES}${provider(TENANT).replace('/v2.0', '')}`, 'console.providerUrl: has to end in'],
    [
      'with a managed identity alone',
      PAGES.replace(/credential: .*/, 'credential: { managedIdentity: {} }'),
      'console.credential',
    ],
  ])('takes a console %s, or says why not', (_, text, expected) => {
    const found = problemsOf(GOOD + text);
    if (expected === '') expect(found).toBe('');
    else expect(found).toContain(expected);
  });

  it('wants one key for the cookies of a console on several machines', () => {
    const shared = GOOD.replace('{ folder: /var/lib/hallpass }', '{ postgres: { connection: { env: DB } } }') + PAGES;
    expect(problemsOf(shared)).toContain('console.cookieKey: is missing');
    expect(problemsOf(`${shared}  cookieKey: { env: KEY }\n`)).toBe('');
  });
});

describe('the Teams bot’s registration', () => {
  const federated = '  credential: { federated: { managedIdentity: { clientId: 1de70000-0000-4000-8000-000000000007 } } }\n';
  const withTeams = (more: string) => GOOD.replace('slack:\n', `${TEAMS.replace(/ {2}clientSecret: .*\n/, '')}${more}slack:\n`);
  it.each([
    ['by a credential without a secret', federated],
    ['by its secret, in short', '  clientSecret: { env: TEAMS_SECRET }\n'],
  ])('shows that it is the one %s', (_, how) => {
    expect(problemsOf(withTeams(how))).toBe('');
  });
  it.each([
    ['by nothing', ''],
    ['in two ways', `${federated}  clientSecret: { env: TEAMS_SECRET }\n`],
  ])('is refused when it does so %s', (_, how) => {
    expect(problemsOf(withTeams(how))).toContain('teams: name credential, or clientSecret in short: one of the two');
  });
});
