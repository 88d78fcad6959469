import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { word } from '../../src/cli/perimeter-setup-commands.ts';
import { graphPermissionsFor } from '../../src/cli/perimeter-setup-permissions.ts';
import { setupPlan } from '../../src/cli/perimeter-setup-plan.ts';
import { planText } from '../../src/cli/perimeter-setup-print.ts';
import { type PerimeterConfig, perimeterConfigSchema } from '../../src/perimeter/perimeter-config.ts';

const TENANT = '00000000-0000-4000-8000-000000000001';
const API = '00000000-0000-4000-8000-000000000002';
const BOT = '00000000-0000-4000-8000-000000000003';
const SIGN_IN = '00000000-0000-4000-8000-000000000004';
const IDENTITY = '00000000-0000-4000-8000-000000000005';
const GROUP = '00000000-0000-4000-8000-000000000006';
const ROLE = 'f2ef992c-3afb-46b9-b7cf-a126ee74c451';
const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
const SUBSCRIPTION = '/subscriptions/00000000-0000-4000-8000-000000000007';

const shared = { mayReceive: { groups: [GROUP] }, longestMinutes: 60, assurance: 'chat' };
const entitlement = {
  role: { id: 'role', directoryRole: { roleDefinitionId: ROLE }, ...shared },
  roleWithoutPim: { id: 'role-plain', directoryRole: { roleDefinitionId: ROLE }, endsOnlyByHallpass: true, ...shared },
  group: { id: 'group', group: { groupId: GROUP }, ...shared },
  groupWithoutPim: { id: 'group-plain', group: { groupId: GROUP }, endsOnlyByHallpass: true, ...shared },
  azure: { id: 'azure', azureRole: { roleDefinitionId: READER, scope: `${SUBSCRIPTION}/resourceGroups/ours` }, ...shared },
  azurePattern: {
    id: 'pattern',
    azureRole: { roleDefinitionId: READER, scopePattern: `${SUBSCRIPTION}/resourceGroups/*` },
    ...shared,
  },
  azureAnywhere: { id: 'anywhere', azureRole: { roleDefinitionId: READER, scopePattern: '/subscriptions/*' }, ...shared },
};

const settings = (different: object = {}) => ({
  tenant: { tenantId: TENANT, clientId: API, credential: { managedIdentity: { clientId: IDENTITY } } },
  listen: { host: '0.0.0.0', port: 8443, behindProxy: true },
  store: { postgres: { connection: { env: 'HALLPASS_POSTGRES' } } },
  caller: { clientId: BOT, audience: `api://${API}` },
  alarm: { url: 'https://alarms.example.com/hallpass' },
  approve: {
    listen: { host: '0.0.0.0', port: 8444, behindProxy: true },
    publicUrl: 'https://approve.example.com',
    clientId: SIGN_IN,
    cookieKey: { env: 'HALLPASS_COOKIE_KEY' },
    managedIdentity: { clientId: IDENTITY },
    stepUp: { promptLogin: true },
  },
  entitlements: [entitlement.role],
  ...different,
});
const configOf = (different: object = {}): PerimeterConfig => perimeterConfigSchema.parse(settings(different));
const commandsOf = (different: object = {}, cloud?: string) =>
  Object.fromEntries(setupPlan(configOf(different), 'perimeter.yaml', cloud).steps.map(({ id, commands }) => [id, commands]));

describe('the permissions that a file needs', () => {
  it.each([
    [
      'roles that PIM ends',
      [entitlement.role],
      ['RoleAssignmentSchedule.ReadWrite.Directory'],
      'RoleManagement.ReadWrite.Directory',
    ],
    [
      'roles that only Hallpass ends',
      [entitlement.roleWithoutPim],
      ['AuditLog.Read.All', 'RoleManagement.ReadWrite.Directory'],
      'PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup',
    ],
    [
      'groups that PIM ends',
      [entitlement.group],
      ['PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup'],
      'GroupMember.ReadWrite.All',
    ],
    [
      'groups that only Hallpass ends',
      [entitlement.groupWithoutPim],
      ['AuditLog.Read.All', 'GroupMember.ReadWrite.All'],
      'RoleManagement.ReadWrite.Directory',
    ],
    ['Azure roles', [entitlement.azure], [], 'RoleAssignmentSchedule.ReadWrite.Directory'],
  ])('for %s', (_what, entitlements, writing, never) => {
    const { needed, allowed } = graphPermissionsFor(configOf({ entitlements }));
    // The file has a page to sign on, which names roles in Microsoft's words.
    expect(needed).toEqual([...writing, 'GroupMember.Read.All', 'RoleManagement.Read.Directory', 'User.Read.All'].toSorted());
    expect([...needed, ...allowed]).not.toContain(never);
    expect(needed.filter((name) => allowed.includes(name))).toEqual([]);
  });

  it('are those of all entitlements together, and PIM is nothing to warn of where Hallpass ends it too', () => {
    const { needed, allowed } = graphPermissionsFor(configOf({ entitlements: [entitlement.roleWithoutPim] }));
    expect(needed).not.toContain('RoleAssignmentSchedule.ReadWrite.Directory');
    expect(allowed).toEqual(expect.arrayContaining(['RoleAssignmentSchedule.ReadWrite.Directory', 'Application.Read.All']));
    const both = graphPermissionsFor(configOf({ entitlements: [entitlement.role, entitlement.roleWithoutPim] }));
    expect(both.needed).toEqual(
      expect.arrayContaining(['RoleAssignmentSchedule.ReadWrite.Directory', 'RoleManagement.ReadWrite.Directory']),
    );
  });
});

describe('what is printed to set the perimeter up', () => {
  it('names every id of the file where the script takes it', () => {
    const { api, approval, permissions, host, check } = commandsOf();
    expect(api).toEqual([
      `deploy/register.sh api --cloud AzureCloud --tenant ${TENANT} --app-id ${API} --role Access.Give --caller ${BOT}`,
    ]);
    expect(approval).toEqual([
      `deploy/register.sh approval --cloud AzureCloud --tenant ${TENANT} --app-id ${SIGN_IN} --redirect-uri https://approve.example.com/approve/callback --identity ${IDENTITY}`,
    ]);
    expect(permissions).toEqual([
      `deploy/register.sh permissions --cloud AzureCloud --tenant ${TENANT} --identity ${IDENTITY} GroupMember.Read.All RoleAssignmentSchedule.ReadWrite.Directory RoleManagement.Read.Directory User.Read.All`,
    ]);
    expect(host?.at(-1)).toContain('deploy/perimeter.bicep');
    expect(host?.at(-1)).toContain('deploy/parameters.AzureCloud.json');
    expect(check).toEqual(['hallpass doctor --perimeter perimeter.yaml']);
  });

  it('leaves out what the file has not: approvals, Azure roles, Functions', () => {
    const plan = commandsOf({ approve: undefined, store: { folder: '/var/lib/hallpass-perimeter' } });
    expect(Object.keys(plan)).toEqual(['sign-in', 'identity', 'api', 'permissions', 'host', 'check']);
    expect(plan['host']?.join('\n')).toContain('deploy/perimeter.Dockerfile');
    expect(plan['host']?.join('\n')).toContain('--read-only');
  });

  it('is for another cloud where the file or the one who asks says so', () => {
    const government = { tenant: { ...settings().tenant, cloud: 'AzureUSGovernment' } };
    expect(commandsOf(government)['sign-in']).toContain('az cloud set --name AzureUSGovernment');
    expect(commandsOf({}, 'AzureUSGovernment')['api']?.[0]).toContain('--cloud AzureUSGovernment');
    const plan = setupPlan(configOf(government), 'perimeter.yaml');
    expect(planText(plan)).toContain(`https://login.microsoftonline.us/${TENANT}/v2.0, audience api://AzureADTokenExchangeUSGov`);
    expect(() => setupPlan(configOf({ tenant: { ...settings().tenant, cloud: 'AzureChina' } }), 'x')).toThrow(
      'deploy/ knows the clouds',
    );
  });

  it('binds the right to give Azure roles to the roles of the file, for giving and for taking', () => {
    const [, ...assigned] =
      commandsOf({ entitlements: [entitlement.azure, entitlement.azurePattern, entitlement.azureAnywhere] })['azure'] ?? [];
    expect(assigned).toHaveLength(3);
    expect(assigned.map((line) => / --scope (\S+)/.exec(line)?.[1])).toEqual([
      `${SUBSCRIPTION}/resourceGroups/ours`,
      SUBSCRIPTION,
      '"$SCOPE"',
    ]);
    for (const line of assigned) {
      const argument = spawnSync('bash', ['-c', `set -- ${line}; printf '%s' "\${@: -1}"`], { encoding: 'utf8' }).stdout;
      expect(argument).toBe(
        `((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${READER}})) AND ` +
          `((!(ActionMatches{'Microsoft.Authorization/roleAssignments/delete'})) OR (@Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${READER}}))`,
      );
    }
  });

  it('is a line of bash each, whatever the file says', () => {
    const odd = { caller: { clientId: BOT, audience: `api://${API}`, appRole: "Give'; rm -rf /; '" } };
    for (const command of Object.values(commandsOf(odd)).flat())
      expect(spawnSync('bash', ['-n', '-c', command], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    expect(commandsOf(odd)['api']?.[0]).toContain(word("Give'; rm -rf /; '"));
    expect(spawnSync('bash', ['-c', `printf %s ${word("a'b $(c) \\")}`], { encoding: 'utf8' }).stdout).toBe("a'b $(c) \\");
  });

  it('makes the registration trust the identity where the file says so, in the forms of the cloud', () => {
    const credential = { federated: { managedIdentity: { clientId: IDENTITY } } };
    const tenant = { ...settings().tenant, cloud: 'AzureUSGovernment' as const, credential };
    const [step] = setupPlan(configOf({ tenant }), 'perimeter.yaml').steps.filter(({ id }) => id === 'identity');
    const command = step?.commands.at(-1) ?? '';
    const shell = `az() { printf '%s' "$8"; }; PRINCIPAL_ID=the-principal; ${command}`;
    const { stdout, status } = spawnSync('bash', ['-c', shell], { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      name: 'hallpass-perimeter',
      issuer: `https://login.microsoftonline.us/${TENANT}/v2.0`,
      subject: 'the-principal',
      audiences: ['api://AzureADTokenExchangeUSGov'],
    });
    expect(step?.why).toContain('reaches other tenants');
  });

  it('holds no secret, nor asks for one', () => {
    const credential = { clientSecret: { env: 'HALLPASS_SECRET' } };
    const text = planText(setupPlan(configOf({ tenant: { ...settings().tenant, credential } }), 'perimeter.yaml'));
    expect(text).not.toMatch(/HALLPASS_SECRET|password|client-secret|--password/i);
    expect(text).toContain('A managed identity would need none');
  });
});

describe('hallpass perimeter setup', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'hallpass-setup-')), 'perimeter.yaml');
  const run = (...args: readonly string[]) =>
    spawnSync(process.execPath, ['--no-warnings', 'src/main.ts', 'perimeter', 'setup', ...args], { encoding: 'utf8' });

  it('prints steps for people, and one object for programs', () => {
    writeFileSync(file, stringify(settings()));
    const text = run('--config', file);
    expect([text.status, text.stderr]).toEqual([0, '']);
    expect(text.stdout).toMatch(/^To set up the perimeter in tenant .*\n\n1\. Sign in to the Azure CLI\n/);
    const json = run('--config', file, '--json', '--cloud', 'AzureUSGovernment');
    expect(JSON.parse(json.stdout)).toMatchObject({ cloud: 'AzureUSGovernment', tenantId: TENANT });
  });

  it('answers a cloud that it has no commands for with exit code 2', () => {
    writeFileSync(file, stringify(settings()));
    expect(run('--config', file, '--cloud', 'AzureChina')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('usage.cloud'),
    });
  });
});
