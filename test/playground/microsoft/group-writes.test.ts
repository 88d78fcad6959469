import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { APPROVERS_GROUP_ID, ENGINEERS_GROUP_ID, PERIMETER_APP, RITA, SAM } from '../../../src/playground/cast.ts';
import { type Bench, code, rows, startBench, text, until } from './far-end.ts';

const GRAPH = 'https://graph.microsoft.com';
const MINUTE = 60_000;
const PIM = '/identityGovernance/privilegedAccess/group';
const REQUESTS = `${PIM}/assignmentScheduleRequests`;
const INSTANCES = `${PIM}/assignmentScheduleInstances`;
const OF_SAM = `$filter=groupId eq '${ENGINEERS_GROUP_ID}' and principalId eq '${SAM.objectId}'`;
const BY_HAND = { kind: 'user', id: RITA.objectId, objectId: RITA.objectId, name: RITA.name } as const;

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());
beforeEach(() => {
  bench.far.tenant.reset();
  bench.far.tenant.groupSchedules.pim.processingMs = 0;
});

const members = (groupId = ENGINEERS_GROUP_ID) => bench.far.tenant.directory.group(groupId)?.memberIds ?? [];
const reference = (id: string) => ({ '@odata.id': `${GRAPH}/v1.0/directoryObjects/${id}` });
const add = (groupId: string, memberId: string) =>
  bench.graph('perimeter', 'POST', `/groups/${groupId}/members/$ref`, reference(memberId));
const remove = (groupId: string, memberId: string) =>
  bench.graph('perimeter', 'DELETE', `/groups/${groupId}/members/${memberId}/$ref`);
/** A caller with these permissions and no others. */
const having = async (...roles: string[]) => {
  bench.far.tenant.permissions.set(PERIMETER_APP.clientId, GRAPH, roles);
  return { token: text((await bench.tokenOf(PERIMETER_APP.clientId, `${GRAPH}/.default`)).body['access_token']) };
};

describe('a member by reference', () => {
  it('joins once, leaves once, and is told by the audit as what it was', async () => {
    expect((await add(ENGINEERS_GROUP_ID, SAM.objectId)).status).toBe(204);
    expect(members()).toContain(SAM.objectId);
    const again = await add(ENGINEERS_GROUP_ID, SAM.objectId);
    expect([again.status, code(again)]).toEqual([400, 'Request_BadRequest']);
    expect((await remove(ENGINEERS_GROUP_ID, SAM.objectId)).status).toBe(204);
    expect(members()).not.toContain(SAM.objectId);
    expect((await remove(ENGINEERS_GROUP_ID, SAM.objectId)).status).toBe(404);
    bench.far.tenant.audit.lagMs = 0;
    const told = rows(await bench.graph('perimeter', 'GET', `/auditLogs/directoryAudits`));
    expect(told).toMatchObject([
      { activityDisplayName: 'Remove member from group', loggedByService: 'Core Directory' },
      {
        activityDisplayName: 'Add member to group',
        loggedByService: 'Core Directory',
        initiatedBy: { app: { appId: null, servicePrincipalId: PERIMETER_APP.principalId } },
        targetResources: [
          { id: SAM.objectId, modifiedProperties: [{ displayName: 'Group.ObjectID', newValue: `"${ENGINEERS_GROUP_ID}"` }] },
          { id: ENGINEERS_GROUP_ID, type: 'Group' },
        ],
      },
    ]);
  });

  it('is read as late as readers are', async () => {
    await add(ENGINEERS_GROUP_ID, SAM.objectId);
    const listed = async () =>
      rows(await bench.graph('perimeter', 'GET', `/groups/${ENGINEERS_GROUP_ID}/members?$select=id`)).map((row) =>
        text(row['id']),
      );
    expect(await listed()).toContain(SAM.objectId);
    bench.far.faults.setStaleness(60_000);
    expect(await listed()).toEqual([RITA.objectId]);
    bench.far.faults.setStaleness(0);
  });

  it('is not there for a group that takes nobody, that nobody knows, or for nobody', async () => {
    const { directory } = bench.far.tenant;
    directory.changeGroup(ENGINEERS_GROUP_ID, { membershipRule: 'user.department -eq "Platform"' }, BY_HAND);
    for (const answer of [await add(ENGINEERS_GROUP_ID, SAM.objectId), await remove(ENGINEERS_GROUP_ID, RITA.objectId)])
      expect([answer.status, code(answer)]).toEqual([400, 'Request_BadRequest']);
    directory.changeGroup(ENGINEERS_GROUP_ID, { membershipRule: null, onPremisesSyncEnabled: true }, BY_HAND);
    expect(code(await add(ENGINEERS_GROUP_ID, SAM.objectId))).toBe('Request_BadRequest');
    expect((await add(PERIMETER_APP.principalId, SAM.objectId)).status).toBe(404);
    directory.changeGroup(ENGINEERS_GROUP_ID, { onPremisesSyncEnabled: null }, BY_HAND);
    expect((await add(ENGINEERS_GROUP_ID, ENGINEERS_GROUP_ID.replace('1', '9'))).status).toBe(404);
  });

  it('of a role-assignable group needs the permission for directory roles too', async () => {
    const one = await having('GroupMember.ReadWrite.All');
    const path = `/groups/${APPROVERS_GROUP_ID}/members/$ref`;
    expect(code(await bench.graph(one, 'POST', path, reference(SAM.objectId)))).toBe('Authorization_RequestDenied');
    const both = await having('GroupMember.ReadWrite.All', 'RoleManagement.ReadWrite.Directory');
    expect((await bench.graph(both, 'POST', path, reference(SAM.objectId))).status).toBe(204);
  });

  it('without the reference is the person: whoever may delete people deletes one', async () => {
    const strict = await startBench({ recorded: false });
    const path = `/groups/${ENGINEERS_GROUP_ID}/members/${RITA.objectId}`;
    expect((await strict.graph('perimeter', 'DELETE', path)).status).toBe(403);
    strict.far.tenant.permissions.set(PERIMETER_APP.clientId, GRAPH, ['User.ReadWrite.All']);
    const token = text((await strict.tokenOf(PERIMETER_APP.clientId, `${GRAPH}/.default`)).body['access_token']);
    expect((await strict.graph({ token }, 'DELETE', path)).status).toBe(204);
    expect(strict.far.tenant.directory.user(RITA.objectId)).toBeUndefined();
    await strict.close();
  });

  it.each([
    ['nothing', {}],
    ['something unpublished', { ...reference(SAM.objectId), role: 'owner' }],
    ['another kind of object', { '@odata.id': `${GRAPH}/v1.0/users/${SAM.objectId}` }],
    ['no id', { '@odata.id': `${GRAPH}/v1.0/directoryObjects/sam` }],
  ])('is not added by a body that names %s', async (_name, body) => {
    const strict = await startBench({ recorded: false });
    expect((await strict.graph('perimeter', 'POST', `/groups/${ENGINEERS_GROUP_ID}/members/$ref`, body)).status).toBe(400);
    await strict.close();
  });
});

describe('PIM for groups', () => {
  const ask = (change: Record<string, unknown> = {}) => ({
    accessId: 'member',
    groupId: ENGINEERS_GROUP_ID,
    principalId: SAM.objectId,
    action: 'adminAssign',
    justification: 'incident 4711',
    ticketInfo: { ticketNumber: 'req0000001', ticketSystem: 'hallpass' },
    scheduleInfo: { expiration: { type: 'afterDuration', duration: 'PT30M' } },
    ...change,
  });
  const post = (body: unknown) => bench.graph('perimeter', 'POST', REQUESTS, body);
  const isMember = () => members().includes(SAM.objectId);
  const given = async () => {
    const id = text((await post(ask())).body['id']);
    await until(bench.far, isMember);
    return id;
  };
  const removal = ask({ action: 'adminRemove', scheduleInfo: undefined });
  const instances = async () => rows(await bench.graph('perimeter', 'GET', `${INSTANCES}?${OF_SAM}`));

  it('makes a member a moment after its 201, until the end, which it keeps by itself', async () => {
    const answer = await post(ask());
    expect([answer.status, answer.body['status']]).toEqual([201, 'PendingProvisioning']);
    await until(bench.far, isMember);
    const id = text(answer.body['id']);
    expect(answer.body['targetScheduleId']).toBe(`${ENGINEERS_GROUP_ID}_member_${id}`);
    expect(await instances()).toMatchObject([
      {
        accessId: 'member',
        assignmentType: 'assigned',
        memberType: 'direct',
        assignmentScheduleId: `${ENGINEERS_GROUP_ID}_member_${id}`,
        endDateTime: new Date(bench.clock.now() + 30 * MINUTE).toISOString(),
      },
    ]);
    bench.clock.advance(30 * MINUTE - 1);
    expect(isMember()).toBe(true);
    bench.clock.advance(1);
    expect(isMember()).toBe(false);
    expect(await instances()).toEqual([]);
  });

  it('does not take away in the first five minutes, and does at five', async () => {
    await given();
    bench.clock.advance(5 * MINUTE - 1);
    expect(code(await post(removal))).toBe('ActiveDurationTooShort');
    bench.clock.advance(1);
    expect((await post(removal)).body['status']).toBe('Revoked');
    await until(bench.far, () => !isMember());
    expect(code(await post(removal))).toBe('RoleAssignmentDoesNotExist');
  });

  it('brings a group under itself by the first request, and then shows who was in it all along', async () => {
    const ofRita = `$filter=groupId eq '${ENGINEERS_GROUP_ID}' and principalId eq '${RITA.objectId}'`;
    const shown = async () =>
      rows(await bench.graph('perimeter', 'GET', `${INSTANCES}?${ofRita}`)).map((row) => row['endDateTime']);
    expect(await shown()).toEqual([]);
    await given();
    expect(await shown()).toEqual([null]);
    expect(code(await post(ask({ principalId: RITA.objectId })))).toBe('RoleAssignmentExists');
  });

  it('loses what it made to whoever removes the member from the group', async () => {
    await given();
    await remove(ENGINEERS_GROUP_ID, SAM.objectId);
    expect(await instances()).toEqual([]);
    expect(code(await post(removal))).toBe('RoleAssignmentDoesNotExist');
  });

  it('keeps no end any more without the licence, and answers nothing', async () => {
    await given();
    bench.far.tenant.setLicence('P1');
    bench.clock.advance(31 * MINUTE);
    expect(isMember()).toBe(true);
    expect(code(await bench.graph('perimeter', 'GET', `${INSTANCES}?${OF_SAM}`))).toBe('AadPremiumLicenseRequired');
  });

  it('calls off what waits for somebody', async () => {
    bench.far.tenant.groupSchedules.pim.nextOutcome = 'PendingApproval';
    const id = text((await post(ask())).body['id']);
    const status = () => bench.far.tenant.groupSchedules.pim.request(id)?.status;
    while (status() !== 'PendingApproval') await new Promise(setImmediate);
    expect((await bench.graph('perimeter', 'POST', `${REQUESTS}/${id}/cancel`)).status).toBe(204);
    expect(status()).toBe('Canceled');
  });

  it('needs its own permission, and says so in its own way', async () => {
    const wrong = await having('GroupMember.ReadWrite.All', 'RoleAssignmentSchedule.ReadWrite.Directory');
    const answer = await bench.graph(wrong, 'GET', `${INSTANCES}?${OF_SAM}`);
    expect([answer.status, code(answer), text(answer.body['error']?.['message'])]).toEqual([
      403,
      'UnknownError',
      expect.stringContaining('PrivilegedAssignmentSchedule'),
    ]);
    const remover = await having('PrivilegedAssignmentSchedule.Remove.AzureADGroup');
    expect((await bench.graph(remover, 'POST', REQUESTS, ask())).status).toBe(403);
    expect(code(await bench.graph(remover, 'POST', REQUESTS, removal))).toBe('RoleAssignmentDoesNotExist');
  });

  it.each([
    ['without saying of what', { accessId: undefined }, 400, 'BadRequest'],
    ['of something else', { accessId: 'reader' }, 400, 'BadRequest'],
    ['without an end', { scheduleInfo: undefined }, 400, 'BadRequest'],
    ['of a role', { roleDefinitionId: RITA.objectId }, 400, 'BadRequest'],
    [
      'for longer than the rules allow',
      { scheduleInfo: { expiration: { type: 'noExpiration' } } },
      400,
      'RoleAssignmentRequestPolicyValidationFailed',
    ],
    ['without a reason', { justification: null }, 400, 'RoleAssignmentRequestPolicyValidationFailed'],
    ['of a group that nobody knows', { groupId: RITA.objectId }, 404, 'ResourceNotFound'],
    ['for nobody', { principalId: '00000000-0000-4000-8000-00000000dead' }, 400, 'SubjectNotFound'],
  ])('takes no request %s', async (_name, change, status, told) => {
    const strict = await startBench({ recorded: false });
    const answer = await strict.graph('perimeter', 'POST', REQUESTS, ask(change));
    expect([answer.status, code(answer)]).toEqual([status, told]);
    await strict.close();
  });

  it('takes no group that a rule fills, or that comes from on-premises', async () => {
    const { directory } = bench.far.tenant;
    for (const change of [{ membershipRule: 'user.accountEnabled' }, { membershipRule: null, onPremisesSyncEnabled: true }]) {
      directory.changeGroup(ENGINEERS_GROUP_ID, change, BY_HAND);
      expect(code(await post(ask()))).toBe('InvalidRoleAssignmentRequest');
    }
  });

  it('lists nothing unless it is told of which group or whom', async () => {
    const strict = await startBench({ recorded: false });
    for (const path of [REQUESTS, INSTANCES, `${REQUESTS}?$filter=status eq 'Provisioned'`])
      expect((await strict.graph('perimeter', 'GET', path)).status).toBe(400);
    await strict.close();
  });
});
