import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BOT_APP, ENGINEERS_GROUP_ID, PERIMETER_APP, RITA, ROLES } from '../../../src/playground/cast.ts';
import { GRAPH_RESOURCE } from '../../../src/playground/microsoft/tenant/app-permissions.ts';
import { type Bench, type Caller, code, startBench, text } from './far-end.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());
beforeEach(() => bench.far.tenant.reset());

const CONTEXTS = '/identity/conditionalAccess/authenticationContextClassReferences';
const REQUESTS = '/roleManagement/directory/roleAssignmentScheduleRequests';
const ASSIGNMENTS = '/roleManagement/directory/roleAssignments';
const TRIPLE = { principalId: RITA.objectId, roleDefinitionId: ROLES.globalReader, directoryScopeId: '/' };
const ASSIGN = {
  action: 'adminAssign',
  ...TRIPLE,
  justification: 'x',
  scheduleInfo: { expiration: { type: 'afterDuration', duration: 'PT1H' } },
};
const REMOVE = { action: 'adminRemove', ...TRIPLE };
const CHECK = { groupIds: [ENGINEERS_GROUP_ID] };
const MADE = { GET: 200, POST: 201 } as const;
const APP_OBJECT = 'a9900000-0000-4000-8000-0000000000b1';

/** A token of the bot's application with just these permissions. */
async function holding(...roles: readonly string[]): Promise<Caller> {
  bench.far.tenant.permissions.set(BOT_APP.clientId, GRAPH_RESOURCE, roles);
  const answer = await bench.tokenOf(BOT_APP.clientId, 'https://graph.microsoft.com/.default');
  return { token: text(answer.body['access_token']) };
}

describe('each call opens to its least permission and to no other', () => {
  it.each([
    ['GET', '/users?$select=id', undefined, ['User.Read.All'], 'GroupMember.Read.All'],
    ['GET', `/users/${RITA.objectId}`, undefined, ['User.ReadBasic.All'], 'Application.Read.All'],
    ['POST', `/users/${RITA.objectId}/checkMemberGroups`, CHECK, ['GroupMember.Read.All'], 'RoleManagement.Read.Directory'],
    ['POST', `/groups/${ENGINEERS_GROUP_ID}/checkMemberGroups`, CHECK, ['GroupMember.Read.All'], 'User.Read.All'],
    ['GET', `/users/${RITA.objectId}/transitiveMemberOf`, undefined, ['User.Read.All'], 'User.ReadBasic.All'],
    ['GET', `/groups/${ENGINEERS_GROUP_ID}`, undefined, ['GroupMember.Read.All'], 'User.Read.All'],
    ['GET', `/groups/${ENGINEERS_GROUP_ID}/transitiveMembers`, undefined, ['GroupMember.Read.All'], 'User.Read.All'],
    ['GET', `/users/${RITA.objectId}/manager`, undefined, ['User.Read.All'], 'User.ReadBasic.All'],
    ['POST', `/users/${RITA.objectId}/getMemberObjects`, {}, ['GroupMember.Read.All'], 'RoleManagement.Read.Directory'],
    ['GET', `/groups/${ENGINEERS_GROUP_ID}/owners`, undefined, ['GroupMember.Read.All'], 'User.Read.All'],
    ['GET', `/directoryObjects/${RITA.objectId}`, undefined, ['Directory.Read.All'], 'User.Read.All'],
    ['POST', '/directoryObjects/getByIds', { ids: [RITA.objectId] }, ['Directory.Read.All'], 'User.Read.All'],
    ['GET', CONTEXTS, undefined, ['AuthenticationContext.Read.All'], 'Directory.Read.All'],
    ['GET', '/identity/conditionalAccess/policies', undefined, ['Policy.Read.All'], 'AuthenticationContext.Read.All'],
    ['GET', '/roleManagement/directory/roleDefinitions', undefined, ['RoleManagement.Read.Directory'], 'User.Read.All'],
    ['GET', ASSIGNMENTS, undefined, ['RoleManagement.Read.Directory'], 'RoleAssignmentSchedule.ReadWrite.Directory'],
    ['POST', ASSIGNMENTS, TRIPLE, ['RoleManagement.ReadWrite.Directory'], 'RoleManagement.Read.Directory'],
    [
      'GET',
      '/roleManagement/directory/roleAssignmentScheduleInstances',
      undefined,
      ['RoleAssignmentSchedule.Read.Directory'],
      'User.Read.All',
    ],
    ['GET', REQUESTS, undefined, ['RoleAssignmentSchedule.ReadWrite.Directory'], 'RoleAssignmentSchedule.Read.Directory'],
    ['POST', REQUESTS, ASSIGN, ['RoleAssignmentSchedule.ReadWrite.Directory'], 'RoleAssignmentSchedule.Read.Directory'],
    ['GET', '/applications?$select=id,appId,passwordCredentials', undefined, ['Application.Read.All'], 'User.Read.All'],
    ['GET', `/applications/${APP_OBJECT}/owners`, undefined, ['Application.Read.All'], 'User.Read.All'],
    ['GET', '/servicePrincipals?$select=id,keyCredentials', undefined, ['Application.Read.All'], 'User.Read.All'],
    ['GET', '/subscribedSkus', undefined, ['LicenseAssignment.Read.All'], 'User.Read.All'],
    ['GET', '/organization', undefined, ['User.Read.All'], 'Application.Read.All'],
    ['GET', '/auditLogs/directoryAudits', undefined, ['AuditLog.Read.All'], 'Directory.Read.All'],
  ] as const)('%s %s', async (method, path, body, enough, tooLittle) => {
    const refused = await bench.graph(await holding(tooLittle), method, path, body);
    expect(refused.status).toBe(403);
    const nothing = await bench.graph(await holding(), method, path, body);
    expect(nothing.status).toBe(403);
    expect(bench.far.tenant.audit.entries).toEqual([]);
    const permitted = await bench.graph(await holding(...enough), method, path, body);
    expect([permitted.status, permitted.body['error']]).toEqual([
      path === REQUESTS || path === ASSIGNMENTS ? MADE[method] : 200,
      undefined,
    ]);
  });
});

describe('the bot', () => {
  it.each([
    ['POST', REQUESTS, ASSIGN],
    ['POST', REQUESTS, REMOVE],
    ['POST', ASSIGNMENTS, TRIPLE],
    ['DELETE', `${ASSIGNMENTS}/lAPpYvVpN0KRkAEhdxReEADHfgsAAABAgAAAAAAAAAQ-1`, undefined],
  ])('could not write if it tried: %s %s', async (method, path, body) => {
    const before = bench.far.tenant.holders();
    const answer = await bench.graph('bot', method, path, body);
    expect(answer.status).toBe(403);
    expect(bench.far.tenant.holders()).toEqual(before);
    expect(bench.far.tenant.audit.entries).toEqual([]);
  });

  it('hears of a missing permission as Graph says it, and of one of PIM inside a text', async () => {
    const plain = await bench.graph('bot', 'POST', ASSIGNMENTS, TRIPLE);
    expect(code(plain)).toBe('Authorization_RequestDenied');
    const pim = await bench.graph('bot', 'GET', REQUESTS);
    expect([pim.status, code(pim)]).toEqual([403, 'UnknownError']);
    expect(JSON.parse(text(pim.body['error']?.['message']))).toMatchObject({ errorCode: 'PermissionScopeNotGranted' });
  });
});

describe('a permission', () => {
  it('to remove only lets take, never give', async () => {
    const remover = await holding('RoleAssignmentSchedule.Remove.Directory');
    const give = await bench.graph(remover, 'POST', REQUESTS, ASSIGN);
    expect(give.status).toBe(403);
    bench.far.tenant.grantRole(TRIPLE);
    bench.clock.advance(5 * 60_000);
    expect((await bench.graph(remover, 'POST', REQUESTS, REMOVE)).status).toBe(201);
  });

  it('that is granted counts from the next token on, not for the one that is out', async () => {
    const old = await holding('User.Read.All');
    const fresh = await holding('User.Read.All', 'RoleManagement.Read.Directory');
    expect((await bench.graph(old, 'GET', ASSIGNMENTS)).status).toBe(403);
    expect((await bench.graph(fresh, 'GET', ASSIGNMENTS)).status).toBe(200);
  });
});

describe('Graph takes no token', () => {
  const seconds = () => Math.floor(Date.now() / 1_000);
  const claims = () => ({
    aud: GRAPH_RESOURCE,
    iss: bench.far.tokens.issuerV1,
    appid: PERIMETER_APP.clientId,
    oid: PERIMETER_APP.principalId,
    tid: bench.far.tenant.tenantId,
    roles: ['User.Read.All'],
    iat: seconds(),
    nbf: seconds(),
    exp: seconds() + 600,
  });

  it('but one that is right in everything', async () => {
    const answer = await bench.graph({ token: await bench.far.tokens.sign(claims()) }, 'GET', '/users');
    expect(answer.status).toBe(200);
  });

  it.each([
    ['for Azure Resource Manager', () => bench.far.tokens.sign({ ...claims(), aud: 'https://management.azure.com' })],
    [
      'of another issuer',
      () => bench.far.tokens.sign({ ...claims(), iss: 'https://sts.windows.net/0ddba110-1111-4222-8333-444455556666/' }),
    ],
    ['that has expired', () => bench.far.tokens.sign({ ...claims(), exp: seconds() - 301 })],
    ['that is not valid yet', () => bench.far.tokens.sign({ ...claims(), nbf: seconds() + 900 })],
    [
      'whose claims were changed',
      async () => (await bench.far.tokens.sign(claims())).replace(/\.[^.]+\./, `.${Buffer.from('{}').toString('base64url')}.`),
    ],
    [
      'without a signature',
      async () =>
        `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims())).toString('base64url')}.`,
    ],
    ['that is none', async () => 'not-a-token'],
  ])('%s', async (_, token) => {
    const answer = await bench.graph({ token: await token() }, 'GET', '/users');
    expect([answer.status, code(answer)]).toEqual([401, 'InvalidAuthenticationToken']);
  });

  it('where none is sent', async () => {
    const answer = await bench.graph('nobody', 'GET', '/users');
    expect([answer.status, code(answer)]).toEqual([401, 'InvalidAuthenticationToken']);
  });
});
