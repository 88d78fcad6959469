import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { AppError } from '../../src/access/core/app-error.ts';
import { readHallpassConfig } from '../../src/config/read-hallpass-config.ts';

const HOME = '5c0ffee0-1111-4222-8333-444455556666';
const SECOND = '5ec0d000-1111-4222-8333-444455556666';
const THIRD = '0ddba110-1111-4222-8333-444455556666';
const PERSON = '0b7ec700-0000-4000-8000-000000000001';

const TENANTS = `tenants:
  - name: home
    tenantId: ${HOME}
    clientId: b0700000-0000-4000-8000-000000000001
    credential: { managedIdentity: {} }
    perimeter: { url: 'https://perimeter.example', audience: 'api://perimeter' }
  - name: second
    tenantId: ${SECOND}
    cloud: AzureUSGovernment
    clientId: b0700000-0000-4000-8000-000000000001
    credential: { clientSecret: { env: SECRET } }
    perimeter: { url: 'https://perimeter-2.example', audience: 'api://perimeter-2', approveUrl: 'https://approve-2.example' }
`;
const SINGLE = `tenant:
  tenantId: ${HOME}
  clientId: b0700000-0000-4000-8000-000000000001
  credential: { managedIdentity: {} }
perimeter: { url: 'https://perimeter.example', audience: 'api://perimeter' }
`;
const REST = `listen: { port: 8080 }
store: { folder: /var/lib/hallpass }
slack:
  workspaceId: T0WORK
  botToken: { env: SLACK_BOT_TOKEN }
  signingSecret: { env: SLACK_SIGNING_SECRET }
people:
  - person: { tenantId: ${HOME}, objectId: ${PERSON} }
    slack: [{ workspaceId: T0WORK, userId: U0RITA }]
  - person: { tenantId: ${SECOND}, objectId: ${PERSON} }
    slack: [{ workspaceId: T0WORK, userId: U0RITA }]
entitlements:
  - id: global-reader
    tenant: home
    name: Global Reader
    describes: Can read everything.
    privileged: false
    directoryRole: { roleDefinitionId: f2ef992c-3afb-46b9-b7cf-a126ee74c451 }
    mayRequest: { people: [{ tenantId: ${HOME}, objectId: ${PERSON} }] }
    approvers: { groups: [96000000-0000-4000-8000-000000000002] }
    approversChannel: { slackChannelId: C0APPROVE }
    durationsMinutes: [30, 60]
security:
  channel: { slackChannelId: C0SECURE }
`;
const TWO = TENANTS + REST;
const ONE = SINGLE + REST.replace('    tenant: home\n', '').replace(/ {2}- person: \{ tenantId: 5ec0.*\n.*\n/, '');
const TEAMS = `teams: { appId: b0700000-0000-4000-8000-000000000008, tenantId: ${SECOND}, clientSecret: { env: TEAMS } }\n`;

function read(text: string) {
  const file = join(mkdtempSync(join(tmpdir(), 'hallpass-tenants-')), 'hallpass.yaml');
  writeFileSync(file, text);
  try {
    return { config: readHallpassConfig(file), problems: '' };
  } catch (error) {
    if (error instanceof AppError && error.code === 'config.invalid')
      return { problems: error.message.replaceAll(`${file}:`, '') };
    throw error;
  }
}

describe('the tenants of hallpass.yaml', () => {
  it('come in one shape, whichever way they are written', () => {
    const { config: two } = read(TWO);
    expect(two?.tenants.map(({ name, tenantId, cloud, perimeter }) => [name, tenantId, cloud, perimeter.url])).toEqual([
      ['home', HOME, 'AzureCloud', 'https://perimeter.example'],
      ['second', SECOND, 'AzureUSGovernment', 'https://perimeter-2.example'],
    ]);
    expect(two?.entitlements).toMatchObject([{ id: 'global-reader', tenantId: HOME, tenantName: 'home' }]);
    const { config: one } = read(ONE);
    expect(one?.tenants).toMatchObject([{ name: HOME, tenantId: HOME, perimeter: { url: 'https://perimeter.example' } }]);
    expect(one?.entitlements).toMatchObject([{ tenantId: HOME }]);
    for (const config of [one, two]) {
      expect(config).not.toHaveProperty('tenant');
      expect(config).not.toHaveProperty('perimeter');
      expect(config?.entitlements[0]).not.toHaveProperty('tenant');
    }
    expect(one?.entitlements[0]).not.toHaveProperty('tenantName');
  });

  it('may be one with a name, which an entitlement need not say', () => {
    const alone = TENANTS.slice(0, TENANTS.indexOf('  - name: second')) + ONE.slice(SINGLE.length);
    expect(read(alone).config?.entitlements).toMatchObject([{ tenantId: HOME }]);
  });

  it.each<[string, string, string]>([
    ['both forms', `${SINGLE}${TENANTS}${REST}`, '2: tenant: is for one tenant'],
    ['both perimeters', `${SINGLE}${TENANTS}${REST}`, '5: perimeter: is for one tenant'],
    ['neither form', REST, 'add "tenant" with "perimeter", or "tenants" for several'],
    ['a tenant without its perimeter', ONE.replace(/^perimeter: .*\n/m, ''), 'add "perimeter"'],
    ['a name twice', TWO.replace('name: second', 'name: home'), '7: tenants.1.name: is used twice'],
    ['a name with spaces', TWO.replace('name: second', 'name: Second one'), '7: tenants.1.name: must be lower-case'],
    [
      'an id twice, in other letters',
      TWO.replace(`tenantId: ${SECOND}`, `tenantId: ${HOME.toUpperCase()}`),
      '8: tenants.1.tenantId: is used twice',
    ],
    [
      'one perimeter for two',
      TWO.replace('https://perimeter-2.example', 'https://perimeter.example/'),
      '12: tenants.1.perimeter.url: is used twice',
    ],
    [
      'a perimeter in the clear',
      TWO.replace('https://perimeter-2', 'http://perimeter-2'),
      '12: tenants.1.perimeter.url: must begin with https',
    ],
    [
      'managed identities for two tenants',
      TWO.replace('{ clientSecret: { env: SECRET } }', '{ managedIdentity: {} }'),
      '11: tenants.1.credential: reaches one tenant only',
    ],
    ['no perimeter', TWO.replace(/ {4}perimeter: .*perimeter-2.*\n/, ''), '7: tenants.1.perimeter: '],
    ['an entitlement of no tenant', TWO.replace('    tenant: home\n', ''), '25: entitlements.0: add "tenant"'],
    [
      'an entitlement of an unknown tenant',
      TWO.replace('tenant: home', 'tenant: third'),
      '26: entitlements.0.tenant: is none of "tenants"',
    ],
    [
      'a name where there are none',
      ONE.replace('  - id: global-reader', '  - tenant: home\n    id: global-reader'),
      'entitlements.0.tenant: leave it out',
    ],
    [
      'somebody of the other tenant who may ask',
      TWO.replace(`mayRequest: { people: [{ tenantId: ${HOME}`, `mayRequest: { people: [{ tenantId: ${SECOND}`),
      '31: entitlements.0.mayRequest.people.0.tenantId: is another tenant than that of the entitlement',
    ],
    [
      'a person of no tenant of ours',
      TWO.replace(`{ tenantId: ${SECOND}, objectId`, `{ tenantId: ${THIRD}, objectId`),
      '22: people.1.person.tenantId: is none of "tenants"',
    ],
    [
      'one Slack account for two people of one tenant',
      TWO.replace(
        `{ tenantId: ${SECOND}, objectId: ${PERSON} }`,
        `{ tenantId: ${HOME}, objectId: ${PERSON.replace('01', '02')} }`,
      ),
      '23: people.1.slack.0.userId: is mapped twice in one tenant',
    ],
    [
      'a role for somebody of no tenant of ours',
      `${TWO}roles: { viewer: { people: [{ tenantId: ${THIRD}, objectId: ${PERSON} }] } }\n`,
      'roles.viewer.people.0.tenantId: is none',
    ],
    ['Teams of no tenant of ours', `${TWO}${TEAMS.replace(SECOND, THIRD)}`, 'teams.tenantId: is none of "tenants"'],
    ['a moved clock beside one real address', `${TWO}domainClock: { offsetFile: /tmp/x }\n`, 'domainClock: is for trying out'],
  ])('are refused with %s', (_, text, expected) => {
    expect(read(text).problems).toContain(expected);
  });

  it('take Teams of either tenant', () => {
    expect(read(`${TWO}${TEAMS}`).problems).toBe('');
  });
});
