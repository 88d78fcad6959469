import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GINA, RITA, ROLES } from '../../../src/playground/cast.ts';
import { type Bench, code, rows, startBench, text, until } from './far-end.ts';

const REQUESTS = '/roleManagement/directory/roleAssignmentScheduleRequests';
const INSTANCES = '/roleManagement/directory/roleAssignmentScheduleInstances';
const MINUTE = 60_000;
const TRIPLE = { principalId: RITA.objectId, roleDefinitionId: ROLES.globalReader, directoryScopeId: '/' };
const OF_RITA = `$filter=principalId eq '${RITA.objectId}'`;

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());
beforeEach(() => {
  bench.far.tenant.reset();
  bench.far.tenant.pim.processingMs = 0;
});

const ask = (change: Record<string, unknown> = {}) => ({
  action: 'adminAssign',
  ...TRIPLE,
  justification: 'incident 4711',
  ticketInfo: { ticketNumber: 'req0000001', ticketSystem: 'hallpass' },
  scheduleInfo: { startDateTime: '2026-11-21T09:00:00Z', expiration: { type: 'AfterDuration', duration: 'PT30M' } },
  ...change,
});
const post = (body: unknown) => bench.graph('perimeter', 'POST', REQUESTS, body);
const held = () => bench.far.tenant.holders().some(({ principalId }) => principalId === RITA.objectId);
const given = async () => {
  const answer = await post(ask({ scheduleInfo: { expiration: { type: 'afterDuration', duration: 'PT30M' } } }));
  await until(bench.far, held);
  return text(answer.body['id']);
};
const remove = () => post({ action: 'adminRemove', ...TRIPLE, justification: 'over' });

describe('an active assignment by PIM', () => {
  it('is answered 201 before it is done, and is held a moment later until its end', async () => {
    bench.far.tenant.pim.processingMs = 60_000;
    const answer = await post(ask());
    expect([answer.status, answer.body['status'], answer.body['completedDateTime']]).toEqual([201, 'PendingProvisioning', null]);
    expect(held()).toBe(false);
    const early = await bench.graph('perimeter', 'GET', `${INSTANCES}?${OF_RITA}`);
    expect(rows(early)).toEqual([]);
  });

  it('ends by itself when the domain clock reaches its end, not a moment sooner', async () => {
    await given();
    bench.clock.advance(30 * MINUTE - 1);
    expect(held()).toBe(true);
    bench.clock.advance(1);
    expect(held()).toBe(false);
    const { entries } = bench.far.tenant.audit;
    expect(entries.map(({ action, via }) => `${action} ${via}`)).toEqual([
      'role.asked pim',
      'role.given pim',
      'role.ended native',
    ]);
    expect(rows(await bench.graph('bot', 'GET', `${INSTANCES}?${OF_RITA}`))).toEqual([]);
  });

  it('carries its ticket number and says Provisioned once it is there', async () => {
    const id = await given();
    const answer = await bench.graph('perimeter', 'GET', `${REQUESTS}/${id}`);
    expect(answer.body).toMatchObject({
      status: 'Provisioned',
      ticketInfo: { ticketNumber: 'req0000001', ticketSystem: 'hallpass' },
    });
    const instances = await bench.graph(
      'bot',
      'GET',
      `${INSTANCES}?${OF_RITA}&$expand=roleDefinition($select=displayName),principal`,
    );
    expect(rows(instances)[0]).toMatchObject({
      roleAssignmentScheduleId: id,
      assignmentType: 'Assigned',
      memberType: 'Direct',
      endDateTime: new Date(bench.clock.now() + 30 * MINUTE).toISOString(),
      roleDefinition: { displayName: 'Global Reader' },
      principal: { '@odata.type': '#microsoft.graph.user', displayName: 'Rita Requester' },
    });
  });

  it('is not taken away in its first five minutes, and is at five', async () => {
    await given();
    bench.clock.advance(5 * MINUTE - 1);
    const early = await remove();
    expect([early.status, code(early)]).toEqual([400, 'ActiveDurationTooShort']);
    bench.clock.advance(1);
    const late = await remove();
    expect([late.status, late.body['status'], late.body['scheduleInfo']]).toEqual([201, 'Revoked', null]);
    await until(bench.far, () => !held());
  });

  it('says Revoked while it is still there: the word comes before the deed', async () => {
    await given();
    bench.clock.advance(6 * MINUTE);
    bench.far.tenant.pim.processingMs = 60_000;
    expect((await remove()).body['status']).toBe('Revoked');
    expect(held()).toBe(true);
    expect(code(await remove())).toBe('RoleAssignmentDoesNotExist');
  });

  it('waits for a start in the future as Granted, and can be called off until then', async () => {
    const later = { startDateTime: '2026-12-01T00:00:00Z', expiration: { type: 'afterDuration', duration: 'PT1H' } };
    const id = text((await post(ask({ scheduleInfo: later }))).body['id']);
    await until(
      bench.far,
      () => bench.far.tenant.pim.request(id)?.status === 'Granted' || bench.far.tenant.assignments.length > 1,
    );
    expect((await bench.graph('perimeter', 'GET', `${REQUESTS}/${id}`)).body['status']).toBe('Granted');
    expect(held()).toBe(false);
    expect((await bench.graph('perimeter', 'POST', `${REQUESTS}/${id}/cancel`)).status).toBe(204);
    expect((await bench.graph('perimeter', 'GET', `${REQUESTS}/${id}`)).body['status']).toBe('Canceled');
    expect(code(await bench.graph('perimeter', 'POST', `${REQUESTS}/${id}/cancel`))).toBe('Request_BadRequest');
  });

  it.each(['Failed', 'Denied', 'PendingApproval'] as const)('can be answered 201 and then turn out %s', async (outcome) => {
    bench.far.tenant.pim.nextOutcome = outcome;
    const id = text((await post(ask())).body['id']);
    const settled = () => bench.far.tenant.pim.request(id)?.status === outcome;
    while (!settled()) await new Promise((resolve) => setImmediate(resolve));
    expect((await bench.graph('perimeter', 'GET', `${REQUESTS}/${id}`)).body['status']).toBe(outcome);
    expect(held()).toBe(false);
  });

  it('is only thought through with isValidationOnly', async () => {
    const answer = await post(ask({ isValidationOnly: true }));
    expect([answer.status, answer.body['isValidationOnly']]).toEqual([201, true]);
    expect(bench.far.tenant.pim.requests()).toEqual([]);
    await given();
    expect(code(await post(ask({ isValidationOnly: true })))).toBe('RoleAssignmentExists');
  });
});

describe('PIM refuses', () => {
  const expiration = (value: unknown) => ask({ scheduleInfo: { expiration: value } });
  it.each([
    ['an unknown role', ask({ roleDefinitionId: RITA.objectId }), 'RoleNotFound'],
    ['an unknown principal', ask({ principalId: ROLES.globalReader }), 'SubjectNotFound'],
    ['a scope that is none', ask({ directoryScopeId: '/applications/all' }), 'InvalidScope'],
    ['an assignment without an end', expiration({ type: 'noExpiration' }), 'RoleAssignmentRequestPolicyValidationFailed'],
    [
      'more than the role allows',
      expiration({ type: 'afterDuration', duration: 'P16D' }),
      'RoleAssignmentRequestPolicyValidationFailed',
    ],
    [
      'an end in the past',
      expiration({ type: 'afterDateTime', endDateTime: '2026-11-21T08:00:00Z' }),
      'RoleAssignmentRequestPolicyValidationFailed',
    ],
    ['no justification', ask({ justification: ' ' }), 'RoleAssignmentRequestPolicyValidationFailed'],
    ['a duration that is none', expiration({ type: 'afterDuration', duration: '30 minutes' }), 'BadRequest'],
    ['an unknown property', ask({ because: 'I said so' }), 'BadRequest'],
    ['an unknown inner property', ask({ ticketInfo: { number: '1' } }), 'BadRequest'],
    ['an unknown action', ask({ action: 'adminWish' }), 'BadRequest'],
    ['no action', ask({ action: undefined }), 'BadRequest'],
    ['no schedule', ask({ scheduleInfo: undefined }), 'BadRequest'],
    ['a principal that is no GUID', ask({ principalId: "x' or '1'='1" }), 'BadRequest'],
    ['removing what is not there', { action: 'adminRemove', ...TRIPLE }, 'RoleAssignmentDoesNotExist'],
  ])('%s', async (_, body, expected) => {
    const answer = await post(body);
    expect([answer.status, code(answer)]).toEqual([400, expected]);
    expect(bench.far.tenant.audit.entries).toEqual([]);
  });

  it('names the broken rules in its text', async () => {
    const answer = await post(ask({ justification: '', scheduleInfo: { expiration: { type: 'noExpiration' } } }));
    expect(answer.body['error']?.['message']).toContain('["ExpirationRule","JustificationRule"]');
  });

  it('the same request while the first is being worked on, and once it stands, whoever made it', async () => {
    bench.far.tenant.pim.processingMs = 60_000;
    await post(ask());
    expect(code(await post(ask()))).toBe('PendingRoleAssignmentRequest');
    expect(code(await remove())).toBe('PendingRoleAssignmentRequest');
    bench.far.tenant.reset();
    bench.far.tenant.grantRole(TRIPLE);
    expect(code(await post(ask()))).toBe('RoleAssignmentExists');
  });

  it('to remove a standing assignment in its first five minutes too', async () => {
    bench.far.tenant.grantRole(TRIPLE);
    expect(code(await remove())).toBe('ActiveDurationTooShort');
    bench.clock.advance(5 * MINUTE);
    expect((await remove()).status).toBe(201);
  });

  it.each(['P1', 'free'] as const)('everything in a tenant with the licence %s', async (licence) => {
    bench.far.tenant.setLicence(licence);
    for (const answer of [await post(ask()), await bench.graph('bot', 'GET', INSTANCES)])
      expect([answer.status, code(answer)]).toEqual([400, 'AadPremiumLicenseRequired']);
  });
});

describe("the rules of a role's policy", () => {
  const path = `/policies/roleManagementPolicyAssignments?$filter=scopeId eq '/' and scopeType eq 'DirectoryRole' and roleDefinitionId eq '${ROLES.globalReader}'&$expand=policy($expand=rules)`;

  it('can be read before asking, and are what PIM holds requests against', async () => {
    const unrecorded = await startBench({ recorded: false });
    try {
      unrecorded.far.tenant.pim.setPolicy(ROLES.globalReader, { permanentActive: true, maximumDuration: 'P30D' });
      const answer = await unrecorded.graph('perimeter', 'GET', path);
      const rules = rows(answer)[0]?.['policy']?.['rules'];
      expect(rules?.[0]).toMatchObject({
        id: 'Expiration_Admin_Assignment',
        isExpirationRequired: false,
        maximumDuration: 'P30D',
      });
      const endless = ask({ scheduleInfo: { expiration: { type: 'noExpiration' } } });
      expect((await unrecorded.graph('perimeter', 'POST', REQUESTS, endless)).status).toBe(201);
      expect(code(await unrecorded.graph('perimeter', 'GET', '/policies/roleManagementPolicyAssignments'))).toBe('BadRequest');
    } finally {
      await unrecorded.close();
    }
  });
});

describe('assignments that Hallpass did not make', () => {
  it('stand among the instances without a start or an end', async () => {
    const answer = await bench.graph('bot', 'GET', `${INSTANCES}?$filter=principalId eq '${GINA.objectId}'`);
    expect(rows(answer)[0]).toMatchObject({ startDateTime: null, endDateTime: null, memberType: 'Direct' });
  });

  it('get the id they had before when they are made again', () => {
    const first = bench.far.tenant.grantRole(TRIPLE);
    expect(bench.far.tenant.ungrantRole(first)).toBe(true);
    expect(bench.far.tenant.grantRole(TRIPLE)).toBe(first);
  });
});
