import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AuthorizationManagementClient } from '@azure/arm-authorization';
import { ResourceGraphClient } from '@azure/arm-resourcegraph';
import { ABEL, BOT_APP, GINA, PERIMETER_APP, RITA, SAM } from '../../../src/playground/cast.ts';
import { AZURE_ROLES, SUBSCRIPTION_ID, SUBSCRIPTION_SCOPE } from '../../../src/playground/microsoft/tenant/azure-assignments.ts';
import { ARM_RESOURCE } from '../../../src/playground/microsoft/tokens.ts';
import { type Bench, type Caller, code, rows, startBench, text, trust } from './far-end.ts';

const LIST = '/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter=atScope()';
const ELEVATE = '/providers/Microsoft.Authorization/elevateAccess?api-version=2015-07-01';
const QUERY =
  "authorizationresources | where type =~ 'microsoft.authorization/roleassignments' | project id, name, properties | order by id asc";
const UAA = AZURE_ROLES.userAccessAdministrator.id;

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
  trust(bench.far);
});
afterAll(() => bench.close());
beforeEach(() => {
  bench.far.tenant.reset();
  bench.far.tenant.azure.indexLagMs = 0;
  bench.far.limits.reset();
});

const personsToken = async (objectId: string): Promise<Caller> => ({
  token: await bench.far.tokens.forUser(objectId, { audience: ARM_RESOURCE, name: ARM_RESOURCE, version: 1 }),
});
const scopes = (found: readonly { readonly [key: string]: unknown }[]) =>
  found.map((row) => Reflect.get(Object(row['properties']), 'scope'));
const blindBot = () => {
  const own = bench.far.tenant.azure.all().find(({ principalId }) => principalId === BOT_APP.principalId);
  bench.far.tenant.azure.remove(own?.name ?? '', { kind: 'user', id: GINA.objectId, objectId: GINA.objectId, name: GINA.name });
};

describe('the list of assignments at the root', () => {
  it('shows who is elevated to one who may read there, with who, what and since when', async () => {
    bench.far.tenant.elevate();
    const answer = await bench.arm('bot', 'GET', LIST);
    const found = rows(answer).map((row) => row['properties']);
    expect(found.map((row) => row?.['scope'])).toEqual(['/', '/']);
    expect(found[1]).toMatchObject({
      principalId: GINA.objectId,
      principalType: 'User',
      createdOn: '2026-11-21T09:00:00.000Z',
      createdBy: GINA.objectId,
    });
    expect(text(found[1]?.['roleDefinitionId'])).toContain(UAA);
  });

  it('is refused to one who may not, and says so', async () => {
    blindBot();
    for (const caller of ['bot', 'perimeter'] as const) {
      const answer = await bench.arm(caller, 'GET', LIST);
      expect([answer.status, code(answer)]).toEqual([403, 'AuthorizationFailed']);
    }
  });

  it.each([
    [`principalId eq '${RITA.objectId}'`, []],
    [`assignedTo('${RITA.objectId}')`, [SUBSCRIPTION_SCOPE]],
    [`atScope() and assignedTo('${SAM.objectId}')`, ['management group']],
  ])('takes the filter %s', async (filter, expected) => {
    const path = `${SUBSCRIPTION_SCOPE}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter=${filter}`;
    const found = scopes(rows(await bench.arm('bot', 'GET', path))).map((scope) =>
      text(scope).replace(/.*managementGroups.*/, 'management group'),
    );
    expect(found).toEqual(expected);
  });

  it("takes no filter that it does not know, and brings a subscription's own rows and those above", async () => {
    const base = `${SUBSCRIPTION_SCOPE}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01`;
    expect(code(await bench.arm('bot', 'GET', `${base}&$filter=displayName eq 'x'`))).toBe('UnsupportedQuery');
    expect(rows(await bench.arm('bot', 'GET', `${base}&$filter=atScope()`)).length).toBe(5);
    expect(rows(await bench.arm('bot', 'GET', base)).length).toBe(6);
  });
});

describe('elevated access', () => {
  it('is taken by a Global Administrator, never ends by itself, and leaves a record each time', async () => {
    const gina = await personsToken(GINA.objectId);
    for (let time = 0; time < 2; time++) expect((await bench.arm(gina, 'POST', ELEVATE)).status).toBe(200);
    bench.clock.advance(90 * 24 * 60 * 60_000);
    expect(rows(await bench.arm('bot', 'GET', LIST)).length).toBe(2);
    expect(bench.far.tenant.audit.entries.map(({ action, via }) => `${action} ${via}`)).toEqual([
      'azure.given elevate',
      'azure.given elevate',
    ]);
  });

  it('is refused to everybody else', async () => {
    for (const caller of [await personsToken(RITA.objectId), 'bot', 'perimeter'] as const) {
      const answer = await bench.arm(caller, 'POST', ELEVATE);
      expect([answer.status, code(answer)]).toEqual([403, 'AuthorizationFailed']);
    }
  });

  it('is believed of an old token although the role is gone', async () => {
    const globalAdministrator = '62e90394-69f5-4237-9190-012177145e10';
    const role = bench.far.tenant.grantRole({ principalId: ABEL.objectId, roleDefinitionId: globalAdministrator });
    const abel = await personsToken(ABEL.objectId);
    bench.far.tenant.ungrantRole(role);
    expect((await bench.arm(abel, 'POST', ELEVATE)).status).toBe(200);
  });

  it('is taken away by deleting the assignment, which needs access at the root', async () => {
    bench.far.tenant.elevate();
    const { name = '' } = bench.far.tenant.azure.all().find((row) => row.roleId === UAA && row.scope === '/') ?? {};
    const path = `/providers/Microsoft.Authorization/roleAssignments/${name}?api-version=2022-04-01`;
    expect((await bench.arm('bot', 'DELETE', path)).status).toBe(403);
    expect((await bench.arm(await personsToken(GINA.objectId), 'DELETE', path)).status).toBe(200);
    expect(rows(await bench.arm('bot', 'GET', LIST)).length).toBe(1);
  });
});

describe("Azure's own clients", () => {
  const credential = () => ({
    getToken: async () => {
      const { body } = await bench.tokenOf(BOT_APP.clientId, `${bench.far.armUrl}/.default`);
      return { token: text(body['access_token']), expiresOnTimestamp: Date.now() + 3_600_000 };
    },
  });

  it('read the root by both ways', async () => {
    bench.far.tenant.elevate();
    const endpoint = bench.far.armUrl;
    const graph = new ResourceGraphClient(credential(), { endpoint, credentials: { scopes: [`${endpoint}/.default`] } });
    const answer = await graph.resources({
      query: QUERY,
      options: { authorizationScopeFilter: 'AtScopeAboveAndBelow', resultFormat: 'objectArray' },
    });
    expect(scopes(answer.data).filter((scope) => scope === '/').length).toBe(2);
    const list = new AuthorizationManagementClient(credential(), SUBSCRIPTION_ID, {
      endpoint,
      credentialScopes: `${endpoint}/.default`,
    });
    const roles = [];
    for await (const row of list.roleAssignments.listForSubscription({ filter: 'atScope()' })) roles.push(row.scope);
    expect(roles).toContain('/');
    expect((await list.roleDefinitions.get(SUBSCRIPTION_SCOPE.slice(1), UAA)).roleName).toBe('User Access Administrator');
  });

  it('are told apart from those without a token, with a wrong one or a wrong version', async () => {
    const graphToken = text(
      (await bench.tokenOf(PERIMETER_APP.clientId, 'https://graph.microsoft.com/.default')).body['access_token'],
    );
    expect(code(await bench.arm('nobody', 'GET', LIST))).toBe('AuthenticationFailed');
    expect(code(await bench.arm({ token: graphToken }, 'GET', LIST))).toBe('InvalidAuthenticationTokenAudience');
    expect(code(await bench.arm({ token: 'x.y.z' }, 'GET', LIST))).toBe('InvalidAuthenticationToken');
    const strict = await startBench({ recorded: false });
    expect(code(await strict.arm('bot', 'GET', LIST.replace('2022-04-01', '1999-01-01')))).toBe('InvalidApiVersionParameter');
    expect(code(await strict.arm('bot', 'GET', LIST.replace('api-version=2022-04-01&', '')))).toBe('MissingApiVersionParameter');
    expect((await strict.arm('bot', 'GET', '/subscriptions?api-version=2022-12-01')).status).toBe(404);
    await strict.close();
  });
});
