import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BOT_APP, BOT_IDENTITY, PERIMETER_IDENTITY, TENANT_ID } from '../../src/playground/cast.ts';
import { GRAPH_RESOURCE } from '../../src/playground/microsoft/tenant/app-permissions.ts';
import { contractChecker } from '../playground/contract-checker.ts';
import { type RegisterWorld, registerWorld } from './support/register-world.ts';

const REDIRECT = 'https://approve.example.com/approve/callback';
const API = ['api', '--tenant', TENANT_ID, '--name', 'Our perimeter', '--caller', BOT_APP.clientId];
const APPROVAL = [
  'approval',
  '--tenant',
  TENANT_ID,
  '--name',
  'Our approvals',
  '--redirect-uri',
  REDIRECT,
  '--identity',
  PERIMETER_IDENTITY.clientId,
];
const CONSOLE = [
  'console',
  '--tenant',
  TENANT_ID,
  '--name',
  'Our console',
  '--redirect-uri',
  'https://bot.example.com/signin/callback',
  '--identity',
  BOT_IDENTITY.clientId,
];
const permissions = (...more: readonly string[]) => [
  'permissions',
  '--tenant',
  TENANT_ID,
  '--identity',
  PERIMETER_IDENTITY.clientId,
  ...more,
];

let world: RegisterWorld;
beforeAll(async () => {
  world = await registerWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

const named = (name: string) => {
  const found = world.microsoft.tenant.applications.all().filter(({ displayName }) => displayName === name);
  if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} registrations are called ${name}`);
  return found[0];
};
const granted = () => world.microsoft.tenant.permissions.granted(PERIMETER_IDENTITY.clientId, GRAPH_RESOURCE).toSorted();

describe('deploy/register.sh', () => {
  it('is a shell script that bash understands', () => {
    expect(spawnSync('bash', ['-n', 'deploy/register.sh'], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  it('registers the API: tokens of version 2 that say whose they are, one role, for the bot alone', async () => {
    const ran = await world.register(API);
    expect([ran.err, ran.code]).toEqual([expect.stringContaining('making the registration Our perimeter'), 0]);
    const app = named('Our perimeter');
    expect(app).toMatchObject({
      signInAudience: 'AzureADMyOrg',
      identifierUris: [`api://${app.appId}`],
      accessTokenVersion: 2,
      optionalClaims: { idToken: [], accessToken: ['idtyp'] },
      appRoleAssignmentRequired: true,
      hasServicePrincipal: true,
      redirectUris: [],
      implicitGrant: { accessTokens: false, idTokens: false },
      credentials: [],
    });
    expect(app.appRoles).toEqual([
      expect.objectContaining({ value: 'Access.Give', allowedMemberTypes: ['Application'], isEnabled: true }),
    ]);
    expect(world.microsoft.tenant.permissions.granted(BOT_APP.clientId, `api://${app.appId}`)).toEqual(['Access.Give']);
    expect(ran.out).toBe(`caller:\n  clientId: ${BOT_APP.clientId}\n  audience: api://${app.appId}\n`);
  });

  it('registers the sign-in of approvers: one address, no implicit flow, no secret, the managed identity instead', async () => {
    const ran = await world.register(APPROVAL);
    expect([ran.err, ran.code]).toEqual([expect.not.stringContaining('WARNING'), 0]);
    const app = named('Our approvals');
    expect(app).toMatchObject({
      signInAudience: 'AzureADMyOrg',
      redirectUris: [REDIRECT],
      spaRedirectUris: [],
      publicRedirectUris: [],
      implicitGrant: { accessTokens: false, idTokens: false },
      optionalClaims: { idToken: ['acct', 'auth_time', 'acrs'], accessToken: [] },
      federatedCredentials: [
        {
          name: 'hallpass-perimeter',
          issuer: `https://login.microsoftonline.com/${TENANT_ID}/v2.0`,
          subject: PERIMETER_IDENTITY.principalId,
          audiences: ['api://AzureADTokenExchange'],
        },
      ],
      credentials: [],
      consentedScopes: 'openid profile',
    });
    expect(ran.out).toContain(`clientId: ${app.appId}`);
  });

  it('registers the sign-in to the console: groups by id in its tokens, and the managed identity of the bot in place of a secret', async () => {
    const ran = await world.register(CONSOLE);
    expect([ran.err, ran.code]).toEqual([expect.not.stringContaining('WARNING'), 0]);
    const app = named('Our console');
    expect(app).toMatchObject({
      redirectUris: ['https://bot.example.com/signin/callback'],
      implicitGrant: { accessTokens: false, idTokens: false },
      optionalClaims: { idToken: ['acct'], accessToken: [] },
      groupMembershipClaims: 'SecurityGroup',
      federatedCredentials: [{ name: 'hallpass-bot', subject: BOT_IDENTITY.principalId }],
      credentials: [],
      consentedScopes: 'openid profile',
    });
    const lines = `console:\n  publicUrl: https://bot.example.com\n  clientId: ${app.appId}\n`;
    expect(ran.out).toBe(`${lines}  credential: { federated: { managedIdentity: { clientId: ${BOT_IDENTITY.clientId} } } }\n`);
  });

  it.each([
    ['p2', ['GroupMember.Read.All', 'RoleAssignmentSchedule.ReadWrite.Directory', 'User.Read.All']],
    ['plain', ['AuditLog.Read.All', 'GroupMember.Read.All', 'RoleManagement.ReadWrite.Directory', 'User.Read.All']],
  ])('grants the managed identity what directory roles need with licence %s, and no more', async (licence, expected) => {
    const ran = await world.register(permissions('--licence', licence));
    expect([ran.code, granted()]).toEqual([0, expected]);
  });

  it('grants what is named, and says what the identity has besides', async () => {
    world.microsoft.tenant.permissions.set(PERIMETER_IDENTITY.clientId, GRAPH_RESOURCE, ['Directory.Read.All', 'User.Read.All']);
    const ran = await world.register(permissions('User.Read.All', 'GroupMember.Read.All'));
    expect(ran.err).toBe('has User.Read.All\ngranting GroupMember.Read.All\nWARNING: it has more: Directory.Read.All\n');
    expect(granted()).toEqual(['Directory.Read.All', 'GroupMember.Read.All', 'User.Read.All']);
  });

  it('changes nothing when it is run again', async () => {
    const all = [API, APPROVAL, CONSOLE, permissions('--licence', 'p2')];
    for (const args of all) await world.register(args);
    const before = [named('Our perimeter'), named('Our approvals'), named('Our console'), granted()];
    for (const args of all) {
      const again = await world.register(args);
      expect([again.code, again.writes.filter(({ method }) => method !== 'PATCH')]).toEqual([0, []]);
    }
    expect([named('Our perimeter'), named('Our approvals'), named('Our console'), granted()]).toEqual(before);
  });

  it('brings a registration up to date that was made by hand, and keeps its name and its role', async () => {
    const role = { value: 'Access.Give', displayName: 'x', description: 'x', allowedMemberTypes: ['Application'] as const };
    const appId = 'a9900000-0000-4000-8000-00000000cafe';
    world.microsoft.tenant.applications.add({
      appId,
      displayName: 'By hand',
      implicitGrant: { accessTokens: true, idTokens: true },
      appRoles: [{ ...role, id: 'a4401e00-0000-4000-8000-00000000cafe', isEnabled: true }],
    });
    const ran = await world.register(['api', '--tenant', TENANT_ID, '--app-id', appId, '--caller', BOT_APP.clientId]);
    expect(ran.code).toBe(0);
    expect(named('By hand')).toMatchObject({ accessTokenVersion: 2, implicitGrant: { accessTokens: false, idTokens: false } });
    expect(named('By hand').appRoles).toHaveLength(1);
  });

  it('trusts the other exchange, and signs in elsewhere, in the cloud of the US government', async () => {
    const ran = await world.register([...APPROVAL, '--cloud', 'AzureUSGovernment'], { cloud: 'AzureUSGovernment' });
    expect(ran.code).toBe(0);
    expect(named('Our approvals').federatedCredentials).toEqual([
      expect.objectContaining({
        issuer: `https://login.microsoftonline.us/${TENANT_ID}/v2.0`,
        audiences: ['api://AzureADTokenExchangeUSGov'],
      }),
    ]);
    expect(ran.writes.map(({ url }) => new URL(url).host)).toEqual(ran.writes.map(() => 'graph.microsoft.us'));
  });

  it('sends what Microsoft publishes, and is answered so', async () => {
    const checker = await contractChecker();
    if (checker === undefined) return;
    const before = world.microsoft.exchanges.recent().length;
    for (const args of [API, APPROVAL, CONSOLE, permissions('--licence', 'p2')]) await world.register(args);
    const uncovered = /\/(federatedIdentityCredentials|oauth2PermissionGrants)\b/;
    const calls = world.microsoft.exchanges.recent().slice(before);
    const covered = calls.filter(({ url }) => url.includes('/v1.0/') && !uncovered.test(url));
    expect(covered.filter(({ method }) => method !== 'GET').length).toBeGreaterThan(9);
    for (const call of covered) {
      const url = call.url.replace(/^https?:\/\/[^/]+/, 'https://graph.microsoft.com');
      expect([call.method, url, checker.check({ ...call, url }).errors]).toEqual([call.method, url, []]);
    }
    const wrong = { method: 'POST', url: 'https://graph.microsoft.com/v1.0/applications', requestBody: { displayname: 'x' } };
    expect(checker.check({ ...wrong, status: 201, responseBody: {} }).errors).not.toEqual([]);
  });

  it.each<[string, readonly string[], { readonly cloud?: string; readonly tenant?: string }, string]>([
    ['the CLI is in another cloud', API, { cloud: 'AzureUSGovernment' }, 'az cloud set --name AzureCloud'],
    ['the CLI is in another tenant', API, { tenant: 'ffffffff-0000-4000-8000-000000000001' }, 'az login --tenant'],
    ['an id is none', ['api', '--tenant', TENANT_ID, '--name', 'x', '--caller', "x' or true"], {}, '--caller must be a GUID'],
    [
      'a name would break out of a filter',
      ['api', '--tenant', TENANT_ID, '--name', "x' or '", '--caller', BOT_APP.clientId],
      {},
      '--name',
    ],
    [
      'people would be sent back without TLS',
      [...APPROVAL, '--redirect-uri', 'http://approve.example.com/approve/callback'],
      {},
      'https://',
    ],
    ['a permission is unknown', permissions('No.Such.Permission'), {}, 'no application permission No.Such.Permission'],
    ['nobody says what', ['--tenant', TENANT_ID], {}, 'what? api, approval, console or permissions'],
    ['people would come back to another page', [...CONSOLE, '--redirect-uri', REDIRECT], {}, '…/signin/callback'],
    ['a value is missing', [...API, '--cloud'], {}, '--cloud needs a value'],
  ])('stops before it writes when %s', async (_when, args, signedIn, says) => {
    const ran = await world.register(args, signedIn);
    expect([ran.code, ran.writes, ran.err]).toEqual([2, [], expect.stringContaining(says)]);
  });

  it.each([
    ['api', API],
    ['approval', APPROVAL],
  ])('takes no address away from a registration that somebody else signs in with: %s', async (_what, args) => {
    world.microsoft.tenant.applications.add({
      appId: PAYROLL,
      displayName: 'Payroll',
      redirectUris: ['https://payroll.example.com/signed-in'],
    });
    const ran = await world.register([...args, '--app-id', PAYROLL]);
    expect([ran.code, ran.writes, ran.err]).toEqual([2, [], expect.stringContaining('https://payroll.example.com/signed-in')]);
  });

  it('stops when two registrations have the name, and when one has roles that are not ours', async () => {
    for (const digit of ['1', '2'])
      world.microsoft.tenant.applications.add({
        appId: `a9900000-0000-4000-8000-00000000000${digit}`,
        displayName: 'Our perimeter',
      });
    expect(await world.register(API)).toMatchObject({ code: 2, writes: [] });
    const roles = [
      { id: 'a4401e00-0000-4000-8000-0000000000ff', value: 'Payroll.Read', displayName: 'x', description: 'x', isEnabled: true },
    ].map((role) => ({ ...role, allowedMemberTypes: ['Application'] as const }));
    world.microsoft.tenant.applications.add({ appId: PAYROLL, displayName: 'Payroll API', appRoles: roles });
    const ran = await world.register(['api', '--tenant', TENANT_ID, '--app-id', PAYROLL, '--caller', BOT_APP.clientId]);
    expect([ran.code, ran.writes, ran.err]).toEqual([2, [], expect.stringContaining('it is not the perimeter')]);
  });
});

const PAYROLL = 'a9900000-0000-4000-8000-00000000beef';
