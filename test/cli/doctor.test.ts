import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { transportClock } from '../../src/access/core/clock.ts';
import type { DoctorResult } from '../../src/chat/doctor-report.ts';
import { examine } from '../../src/cli/doctor/examine.ts';
import { groupOfPerimeter } from '../../src/cli/doctor/perimeter-groups.ts';
import { reportText } from '../../src/cli/doctor-print.ts';
import { graphPermissionsFor } from '../../src/cli/perimeter-setup-permissions.ts';
import { type PerimeterConfig, perimeterConfigSchema } from '../../src/perimeter/perimeter-config.ts';
import {
  APPROVAL_APP,
  BOT_APP,
  PERIMETER_APP,
  PERIMETER_AUDIENCE,
  PERIMETER_IDENTITY,
  RITA,
  ROLES,
  TENANT_ID,
} from '../../src/playground/cast.ts';
import { type MicrosoftFarEnd, startMicrosoft } from '../../src/playground/microsoft/start.ts';
import { GRAPH_RESOURCE } from '../../src/playground/microsoft/tenant/app-permissions.ts';
import type { AppRegistration } from '../../src/playground/microsoft/tenant/applications.ts';
import { trust } from '../deploy/support/trust.ts';

const REDIRECT = 'https://approve.example.com/approve/callback';
const SOMEBODY = 'a9900000-0000-4000-8000-0000000000a1';
let folder: string;
let microsoft: MicrosoftFarEnd;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-doctor-'));
  microsoft = await startMicrosoft({ clock: transportClock, folder, limits: 'off' });
  trust(microsoft.caFile);
});
/** Everything as it should be. */
beforeEach(() => {
  const { tenant } = microsoft;
  tenant.reset();
  tenant.applications.change(PERIMETER_APP.clientId, { accessTokenVersion: 2, appRoleAssignmentRequired: true });
  tenant.applications.change(APPROVAL_APP.clientId, { redirectUris: [REDIRECT] });
  allow(
    'Application.Read.All',
    'User.Read.All',
    'GroupMember.Read.All',
    'RoleManagement.Read.Directory',
    'RoleAssignmentSchedule.ReadWrite.Directory',
    'LicenseAssignment.Read.All',
  );
});
afterAll(async () => {
  await microsoft.close();
  rmSync(folder, { recursive: true, force: true });
});

const allow = (...names: readonly string[]) => microsoft.tenant.permissions.set(PERIMETER_APP.clientId, GRAPH_RESOURCE, names);
const secret = () => microsoft.tenant.clientSecretOf(PERIMETER_APP.clientId);

function settings(different: object = {}): object {
  const { loginUrl: login, graphUrl: graph, armUrl: arm } = microsoft;
  return {
    tenant: {
      tenantId: TENANT_ID,
      cloud: { login, graph, arm },
      clientId: PERIMETER_APP.clientId,
      credential: { clientSecret: { env: 'HALLPASS_TEST_SECRET' } },
    },
    listen: { port: 0 },
    store: { folder },
    caller: { clientId: BOT_APP.clientId, audience: PERIMETER_AUDIENCE },
    alarm: { url: 'https://alarms.example.com/hallpass' },
    approve: {
      listen: { port: 0 },
      publicUrl: 'https://approve.example.com',
      clientId: APPROVAL_APP.clientId,
      managedIdentity: { clientId: PERIMETER_IDENTITY.clientId },
      stepUp: { promptLogin: true },
    },
    entitlements: [
      {
        id: 'global-reader',
        directoryRole: { roleDefinitionId: ROLES.globalReader },
        mayReceive: { people: [{ tenantId: TENANT_ID, objectId: RITA.objectId }] },
        longestMinutes: 60,
        assurance: 'chat',
      },
    ],
    ...different,
  };
}

async function looked(different: object = {}) {
  const config: PerimeterConfig = perimeterConfigSchema.parse(settings(different));
  process.env['HALLPASS_TEST_SECRET'] = secret();
  return examine([groupOfPerimeter(config)]);
}

const of = (results: readonly DoctorResult[], id: string) => results.find((result) => result.id === id);

describe('doctor', () => {
  it('finds nothing where all is as it should be', async () => {
    const { results, verdict } = await looked();
    expect(results.map(({ id, state, says }) => [id, state, says.length])).toEqual([
      ['token', 'ok', 1],
      ['clock', 'ok', 1],
      ['graph-reads', 'ok', 1],
      ['graph-writes', 'ok', 1],
      ['licences', 'ok', 1],
      ['own-credential', 'warning', 1],
      ['api-registration', 'ok', 1],
      ['api-assignment', 'ok', 1],
      ['approval-registration', 'ok', 1],
      ['approval-trust', 'ok', 1],
      ['authentication-context', 'ok', 1],
      ['store', 'ok', 1],
    ]);
    expect(verdict).toBe('ok');
  });

  it('looks at the sign-in of approvers only where there is one', async () => {
    const { results } = await looked({ approve: undefined });
    expect(results.map(({ id }) => id)).not.toContain('approval-registration');
    expect(results.map(({ id }) => id)).not.toContain('approval-trust');
  });

  it.each<[string, string, string, Partial<AppRegistration>, string]>([
    [
      'other tenants may call',
      'api-registration',
      PERIMETER_APP.clientId,
      { signInAudience: 'AzureADMultipleOrgs' },
      'other tenants',
    ],
    ['its address is another', 'api-registration', PERIMETER_APP.clientId, { identifierUris: ['api://x'] }, PERIMETER_AUDIENCE],
    [
      'its tokens have version 1',
      'api-registration',
      PERIMETER_APP.clientId,
      { accessTokenVersion: 1 },
      'requestedAccessTokenVersion',
    ],
    [
      'its tokens do not say whose they are',
      'api-registration',
      PERIMETER_APP.clientId,
      { optionalClaims: { idToken: ['idtyp'], accessToken: [] } },
      'idtyp',
    ],
    ['its role is gone', 'api-registration', PERIMETER_APP.clientId, { appRoles: [] }, 'no app role Access.Give'],
    [
      'it has the implicit flow',
      'api-registration',
      PERIMETER_APP.clientId,
      { implicitGrant: { accessTokens: true, idTokens: false } },
      'implicit',
    ],
    [
      'nobody need be assigned',
      'api-assignment',
      PERIMETER_APP.clientId,
      { appRoleAssignmentRequired: false },
      'assignment is not required',
    ],
    [
      'approvers are led elsewhere',
      'approval-registration',
      APPROVAL_APP.clientId,
      { redirectUris: ['https://evil.example.com/approve/callback'] },
      'does not lead back',
    ],
    [
      'approvers are led elsewhere too',
      'approval-registration',
      APPROVAL_APP.clientId,
      { redirectUris: [REDIRECT, 'https://evil.example.com'] },
      'elsewhere too: https://evil.example.com',
    ],
    [
      'a page of scripts may sign in',
      'approval-registration',
      APPROVAL_APP.clientId,
      { spaRedirectUris: ['https://evil.example.com'] },
      'elsewhere too',
    ],
    [
      'an app on a phone may sign in',
      'approval-registration',
      APPROVAL_APP.clientId,
      { publicRedirectUris: ['http://localhost'] },
      'elsewhere too',
    ],
    [
      'approvals have the implicit flow',
      'approval-registration',
      APPROVAL_APP.clientId,
      { implicitGrant: { accessTokens: false, idTokens: true } },
      'implicit',
    ],
    [
      'a claim was forgotten',
      'approval-registration',
      APPROVAL_APP.clientId,
      { optionalClaims: { idToken: ['acct', 'acrs'], accessToken: ['auth_time'] } },
      'lack optional claims: auth_time',
    ],
    [
      'guests of anywhere may sign',
      'approval-registration',
      APPROVAL_APP.clientId,
      { signInAudience: 'AzureADMultipleOrgs' },
      'other tenants',
    ],
    ['no identity is trusted', 'approval-trust', APPROVAL_APP.clientId, { federatedCredentials: [] }, 'does not trust'],
  ])('says what is missing when %s', async (_when, id, appId, changes, says) => {
    microsoft.tenant.applications.change(appId, changes);
    const { results, verdict } = await looked();
    expect([verdict, of(results, id)?.state]).toEqual(['missing', 'missing']);
    expect(of(results, id)?.says.join('\n')).toContain(says);
    expect(of(results, id)?.command).toMatch(/^(deploy\/register\.sh|az ad app) /);
  });

  it('says so when the approval sign-in has a secret, by which somebody could act as the page', async () => {
    const endsAt = Date.now() + 60_000;
    microsoft.tenant.addSecret(APPROVAL_APP.clientId, 'forgotten', endsAt);
    const { results } = await looked();
    expect(of(results, 'approval-registration')).toMatchObject({
      state: 'missing',
      says: [expect.stringContaining('1 secrets')],
    });
  });

  it('says so when another identity is trusted, and which command ends it', async () => {
    const [ours] = microsoft.tenant.applications.byAppId(APPROVAL_APP.clientId)?.federatedCredentials ?? [];
    const other = {
      name: 'github',
      issuer: 'https://token.actions.githubusercontent.com',
      subject: 'repo:x',
      audiences: ['api://x'],
    };
    microsoft.tenant.applications.change(APPROVAL_APP.clientId, {
      federatedCredentials: ours === undefined ? [] : [ours, other],
    });
    expect(of((await looked()).results, 'approval-trust')).toMatchObject({
      state: 'missing',
      says: [expect.stringContaining('github (repo:x of https://token.actions.githubusercontent.com)')],
      command: `az ad app federated-credential delete --id ${APPROVAL_APP.clientId} --federated-credential-id github`,
    });
  });

  it.each([{ issuer: 'https://login.microsoftonline.us/x/v2.0' }, { audiences: ['api://AzureADTokenExchangeUSGov'] }])(
    'says so when the trust is of another cloud: %j',
    async (wrong) => {
      const [ours] = microsoft.tenant.applications.byAppId(APPROVAL_APP.clientId)?.federatedCredentials ?? [];
      if (ours === undefined) throw new Error('the seed trusts nobody');
      microsoft.tenant.applications.change(APPROVAL_APP.clientId, { federatedCredentials: [{ ...ours, ...wrong }] });
      expect(of((await looked()).results, 'approval-trust')?.says).toEqual([
        expect.stringContaining('another issuer or audience'),
      ]);
    },
  );

  it('says so when the bot lacks its role, and warns when somebody else has it', async () => {
    microsoft.tenant.permissions.set(SOMEBODY, PERIMETER_AUDIENCE, ['Access.Give']);
    const warned = of((await looked()).results, 'api-assignment');
    expect([warned?.state, warned?.says]).toEqual(['warning', [expect.stringContaining('has Access.Give too')]]);
    microsoft.tenant.permissions.set(BOT_APP.clientId, PERIMETER_AUDIENCE, []);
    const { results, verdict } = await looked();
    expect([verdict, of(results, 'api-assignment')?.says[0]]).toEqual([
      'missing',
      expect.stringContaining('does not have Access.Give'),
    ]);
  });

  it('says which permission is missing, and warns of what is more than needed, which is still ok', async () => {
    allow('Application.Read.All', 'User.Read.All', 'GroupMember.Read.All', 'RoleManagement.Read.Directory');
    const lacking = of((await looked()).results, 'graph-writes');
    expect([lacking?.state, lacking?.says]).toEqual([
      'missing',
      [expect.stringContaining('RoleAssignmentSchedule.ReadWrite.Directory is not granted')],
    ]);
    allow(
      'Application.Read.All',
      'LicenseAssignment.Read.All',
      ...graphPermissionsFor(perimeterConfigSchema.parse(settings())).needed,
      'Directory.ReadWrite.All',
    );
    const { results, verdict } = await looked();
    expect([verdict, of(results, 'graph-writes')?.says]).toEqual([
      'ok',
      [expect.stringContaining('Directory.ReadWrite.All is granted')],
    ]);
  });

  it('does not call it right when it may not look: it says which command shows it', async () => {
    allow('User.Read.All', 'GroupMember.Read.All', 'RoleManagement.Read.Directory', 'RoleAssignmentSchedule.ReadWrite.Directory');
    const { results, verdict } = await looked();
    expect(results.filter(({ state }) => state !== 'ok').map(({ id, state }) => [id, state])).toEqual([
      ['licences', 'unknown'],
      ['own-credential', 'unknown'],
      ['api-registration', 'unknown'],
      ['api-assignment', 'unknown'],
      ['approval-registration', 'unknown'],
      ['approval-trust', 'unknown'],
    ]);
    expect(verdict).toBe('unknown');
    for (const { command, code } of results.filter(({ state }) => state === 'unknown'))
      expect([code, command]).toEqual(['directory.forbidden', expect.stringMatching(/^az (ad|rest) /)]);
  });

  it('does not call it right when Graph answers what nobody expected', async () => {
    const stop = microsoft.faults.add({
      farEnds: ['graph'],
      method: 'GET',
      path: /applications/,
      rate: 1,
      kinds: ['unavailable'],
    });
    const { verdict } = await looked();
    stop();
    expect(verdict).toBe('unknown');
  });
});

describe('hallpass doctor', () => {
  function run(...args: readonly string[]): Promise<{ readonly code: number | null; readonly out: string }> {
    const file = join(folder, 'perimeter.yaml');
    writeFileSync(file, stringify(settings({ approve: undefined })));
    const env = { PATH: process.env['PATH'] ?? '', HALLPASS_TEST_SECRET: secret(), NODE_EXTRA_CA_CERTS: microsoft.caFile };
    const child = spawn(process.execPath, ['--no-warnings', 'src/main.ts', 'doctor', '--perimeter', file, ...args], { env });
    let out = '';
    child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
    return new Promise((resolve) => {
      child.once('close', (code) => resolve({ code, out }));
    });
  }

  it('ends with 0 when all is well, 3 when something is missing, 5 when it could not look', async () => {
    expect((await run()).code).toBe(0);
    microsoft.tenant.applications.change(PERIMETER_APP.clientId, { accessTokenVersion: 1 });
    const missing = await run('--json');
    expect([missing.code, JSON.parse(missing.out)]).toEqual([3, expect.objectContaining({ verdict: 'missing' })]);
    allow('User.Read.All', 'GroupMember.Read.All', 'RoleManagement.Read.Directory', 'RoleAssignmentSchedule.ReadWrite.Directory');
    const unknown = await run();
    expect([unknown.code, unknown.out]).toEqual([5, expect.stringContaining('could not check')]);
    expect(unknown.out).not.toContain(secret());
  });

  it('says it in paragraphs that people can read', async () => {
    microsoft.tenant.applications.change(PERIMETER_APP.clientId, { accessTokenVersion: 1 });
    const text = reportText(await looked({ approve: undefined }));
    expect(text).toContain(
      `Registration of the API: MISSING\n  its tokens have version 1: requestedAccessTokenVersion should be 2\n  mend: deploy/register.sh api --cloud AzureCloud --tenant ${TENANT_ID} --app-id ${PERIMETER_APP.clientId} --role Access.Give --caller ${BOT_APP.clientId}\n`,
    );
    expect(text).toContain('Something is missing.');
  });
});
