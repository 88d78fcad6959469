import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ABEL,
  ANNA,
  ANNA_ADMIN,
  APPROVERS_GROUP_ID,
  BOT_APP,
  BUILD_PIPELINE_PRINCIPAL_ID,
  DORA,
  ENGINEERS_GROUP_ID,
  GINA,
  GUS,
  RELEASE_GROUP_ID,
  RITA,
  ROLES,
} from '../../../src/playground/cast.ts';
import type { Actor } from '../../../src/playground/microsoft/tenant/audit.ts';
import { GRAPH_RESOURCE } from '../../../src/playground/microsoft/tenant/app-permissions.ts';
import { type Bench, type Caller, code, rows, startBench, text } from './far-end.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());
beforeEach(() => bench.far.tenant.reset());

const BY_HAND: Actor = { kind: 'user', id: GINA.objectId, objectId: GINA.objectId, name: GINA.name };
const CONTEXTS = '/identity/conditionalAccess/authenticationContextClassReferences';
const NOBODY = 'dddddddd-0000-4000-8000-000000000000';

async function holding(...roles: readonly string[]): Promise<Caller> {
  bench.far.tenant.permissions.set(BOT_APP.clientId, GRAPH_RESOURCE, roles);
  const answer = await bench.tokenOf(BOT_APP.clientId, 'https://graph.microsoft.com/.default');
  return { token: text(answer.body['access_token']) };
}
const shown = async (path: string) => (await bench.graph('bot', 'GET', path)).body;
const ids = (list: readonly unknown[]) => list.map((one) => (one as { id: string }).id);

describe('who somebody is', () => {
  it('shows one human behind two accounts, a guest, and one who has left', async () => {
    const select = '$select=id,displayName,employeeId,jobTitle,department,accountEnabled,userType,mail,onPremisesSyncEnabled';
    const of = (objectId: string) => shown(`/users/${objectId}?${select}`);
    expect(await of(ANNA_ADMIN.objectId)).toMatchObject({ employeeId: ANNA.employeeId, mail: null, accountEnabled: true });
    expect(await of(ANNA.objectId)).toMatchObject({ employeeId: ANNA.employeeId, onPremisesSyncEnabled: null });
    expect(await of(GUS.objectId)).toMatchObject({ userType: 'Guest', employeeId: null, accountEnabled: true });
    expect(await of(DORA.objectId)).toMatchObject({ userType: 'Member', accountEnabled: false });
  });

  it('says nothing of the employee, nor of who leads them, where it is not asked', async () => {
    const plain = await shown(`/users/${RITA.objectId}`);
    expect(Object.keys(plain as object)).not.toEqual(expect.arrayContaining(['employeeId']));
    expect(JSON.stringify(plain)).not.toContain(ANNA.objectId);
  });

  it('names the manager, and answers 404 where nobody is above', async () => {
    expect(await shown(`/users/${RITA.objectId}/manager`)).toMatchObject({
      '@odata.type': '#microsoft.graph.user',
      id: ANNA.objectId,
      displayName: ANNA.name,
    });
    const none = await bench.graph('bot', 'GET', `/users/${GINA.objectId}/manager`);
    expect([none.status, code(none)]).toEqual([404, 'Request_ResourceNotFound']);
    bench.far.tenant.directory.removeUser(ANNA.objectId, BY_HAND);
    expect((await bench.graph('bot', 'GET', `/users/${RITA.objectId}/manager`)).status).toBe(404);
    bench.far.tenant.directory.changeUser(RITA.objectId, { managerId: ABEL.objectId }, BY_HAND);
    expect(await shown(`/users/${RITA.objectId}/manager?$select=id`)).toMatchObject({ id: ABEL.objectId });
  });

  it('tells what an id is the id of, when asked with the permission for everything', async () => {
    const all = await holding('Directory.Read.All', 'Application.Read.All', 'User.Read.All', 'Group.Read.All');
    const asked = [RITA.objectId, ENGINEERS_GROUP_ID, BUILD_PIPELINE_PRINCIPAL_ID, NOBODY];
    const found = rows(await bench.graph(all, 'POST', '/directoryObjects/getByIds', { ids: asked }));
    expect(found.map((one) => one['@odata.type'])).toEqual([
      '#microsoft.graph.user',
      '#microsoft.graph.group',
      '#microsoft.graph.servicePrincipal',
    ]);
    const only = await bench.graph(all, 'POST', '/directoryObjects/getByIds', { ids: asked, types: ['group'] });
    expect(ids(rows(only))).toEqual([ENGINEERS_GROUP_ID]);
    const one = await bench.graph(all, 'GET', `/directoryObjects/${BUILD_PIPELINE_PRINCIPAL_ID}`);
    expect(one.body).toMatchObject({ '@odata.type': '#microsoft.graph.servicePrincipal', displayName: 'Build pipeline' });
    expect((await bench.graph(all, 'GET', `/directoryObjects/${NOBODY}`)).status).toBe(404);
  });

  it.each([
    [{ ids: [] }],
    [{ ids: ['not-a-guid'] }],
    [{ ids: 'text' }],
    [{}],
    [{ ids: [RITA.objectId], types: [1] }],
    [{ ids: [RITA.objectId], extra: 1 }],
    [{ ids: Array.from({ length: 1_001 }, () => RITA.objectId) }],
  ])('does not guess what %j asks', async (body) => {
    const strict = await startBench({ recorded: false });
    strict.far.tenant.permissions.set(BOT_APP.clientId, GRAPH_RESOURCE, ['Directory.Read.All']);
    const token = text((await strict.tokenOf(BOT_APP.clientId, 'https://graph.microsoft.com/.default')).body['access_token']);
    expect((await strict.graph({ token }, 'POST', '/directoryObjects/getByIds', body)).status).toBe(400);
    await strict.close();
  });
});

describe('a group', () => {
  it('says whether it can carry roles, fills itself, or comes from elsewhere', async () => {
    const select = '$select=id,isAssignableToRole,groupTypes,membershipRule,onPremisesSyncEnabled,securityEnabled';
    expect(await shown(`/groups/${APPROVERS_GROUP_ID}?${select}`)).toMatchObject({
      isAssignableToRole: true,
      groupTypes: [],
      membershipRule: null,
      onPremisesSyncEnabled: null,
      securityEnabled: true,
    });
    bench.far.tenant.directory.changeGroup(ENGINEERS_GROUP_ID, { membershipRule: 'user.department -eq "Platform"' }, BY_HAND);
    expect(await shown(`/groups/${ENGINEERS_GROUP_ID}?${select}`)).toMatchObject({
      isAssignableToRole: false,
      groupTypes: ['DynamicMembership'],
      membershipRule: 'user.department -eq "Platform"',
    });
  });

  it('lists no service principal among direct members or owners, but among all of them and when expanded', async () => {
    bench.far.tenant.directory.changeGroup(RELEASE_GROUP_ID, { ownerIds: [GINA.objectId, BUILD_PIPELINE_PRINCIPAL_ID] }, BY_HAND);
    const listed = async (path: string) => ids(rows(await bench.graph('bot', 'GET', `/groups/${RELEASE_GROUP_ID}/${path}`)));
    expect(await listed('members')).toEqual([ABEL.objectId]);
    expect(await listed('owners')).toEqual([GINA.objectId]);
    expect((await listed('transitiveMembers')).toSorted()).toEqual([ABEL.objectId, BUILD_PIPELINE_PRINCIPAL_ID].toSorted());
    const expanded = async (name: string) =>
      ids((await shown(`/groups/${RELEASE_GROUP_ID}?$select=id&$expand=${name}`))[name] as unknown as readonly unknown[]);
    expect(await expanded('members')).toEqual([ABEL.objectId, BUILD_PIPELINE_PRINCIPAL_ID]);
    expect(await expanded('owners')).toEqual([GINA.objectId, BUILD_PIPELINE_PRINCIPAL_ID]);
  });

  it('expands to twenty and no more', async () => {
    const many = Array.from({ length: 25 }, (_, index) => `dddddddd-0000-4000-8000-${String(index).padStart(12, '0')}`);
    for (const id of many) bench.far.tenant.directory.addUser({ id, displayName: id, userPrincipalName: `${id}@x` }, BY_HAND);
    bench.far.tenant.directory.changeGroup(RELEASE_GROUP_ID, { memberIds: many }, BY_HAND);
    const group = await shown(`/groups/${RELEASE_GROUP_ID}?$expand=members`);
    expect(group['members']?.length).toBe(20);
  });

  it('shows of a kind that the caller may not read only that it is there', async () => {
    const caller = await holding('GroupMember.Read.All');
    const members = rows(await bench.graph(caller, 'GET', `/groups/${RELEASE_GROUP_ID}/transitiveMembers`));
    for (const member of members) expect(member).toMatchObject({ '@odata.type': expect.any(String), displayName: null });
    expect(ids(members).toSorted()).toEqual([ABEL.objectId, BUILD_PIPELINE_PRINCIPAL_ID].toSorted());
    const more = await holding('GroupMember.Read.All', 'User.Read.All');
    const names = rows(await bench.graph(more, 'GET', `/groups/${RELEASE_GROUP_ID}/transitiveMembers`));
    expect(new Set(names.map((one) => one['displayName']))).toEqual(new Set([ABEL.name, null]));
  });
});

describe('everything that somebody is in', () => {
  const asked = async (body: unknown = {}) =>
    rows(await bench.graph('bot', 'POST', `/users/${RITA.objectId}/getMemberObjects`, body));

  it('holds groups through groups, and the roles held directly or through a group', async () => {
    const outer = 'dddddddd-0000-4000-8000-000000000007';
    bench.far.tenant.directory.addGroup({ id: outer, displayName: 'Outer', memberIds: [ENGINEERS_GROUP_ID] }, BY_HAND);
    bench.far.tenant.grantRole({ principalId: outer, roleDefinitionId: ROLES.globalReader });
    const all = await asked();
    expect(all.slice(0, 2)).toEqual([ENGINEERS_GROUP_ID, outer]);
    expect(all.length).toBe(3);
    expect(await asked({ securityEnabledOnly: true })).toEqual([ENGINEERS_GROUP_ID, outer]);
  });

  it('is not told for a question put wrongly', async () => {
    const strict = await startBench({ recorded: false });
    for (const body of [{ securityEnabledOnly: 'yes' }, { everything: true }])
      expect((await strict.graph('bot', 'POST', `/users/${RITA.objectId}/getMemberObjects`, body)).status).toBe(400);
    await strict.close();
  });
});

describe('authentication contexts', () => {
  it('are listed by those who may read them, without what is bound to them', async () => {
    const caller = await holding('AuthenticationContext.Read.All');
    const listed = rows(await bench.graph(caller, 'GET', CONTEXTS));
    expect(listed).toEqual([
      { id: 'c1', displayName: 'Sign for privileged access', description: expect.any(String), isAvailable: true },
    ]);
    expect((await bench.graph(caller, 'GET', `${CONTEXTS}/c1`)).body).toMatchObject({ id: 'c1' });
    expect((await bench.graph(caller, 'GET', `${CONTEXTS}/c2`)).status).toBe(404);
  });

  it('are not there without a licence for Conditional Access', async () => {
    const caller = await holding('AuthenticationContext.Read.All');
    bench.far.tenant.setLicence('free');
    expect((await bench.graph(caller, 'GET', CONTEXTS)).status).toBe(403);
  });
});
