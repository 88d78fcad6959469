import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ABEL, ENGINEERS_GROUP_ID, GINA, PERIMETER_APP, RITA } from '../../../src/playground/cast.ts';
import { lets } from '../../../src/playground/microsoft/arm/condition.ts';
import {
  AZURE_ROLES,
  PERIMETER_CONDITION,
  SHOP_SCOPE,
  SUBSCRIPTION_SCOPE,
} from '../../../src/playground/microsoft/tenant/azure-assignments.ts';
import { type Bench, code, rows, startBench, text, until } from './far-end.ts';

const MINUTE = 60_000;
const NAME = 'd0000000-0000-4000-8000-0000000000f1';
const OTHER = 'd0000000-0000-4000-8000-0000000000f2';
const reader = AZURE_ROLES.reader.id;
const roleId = (id: string) => `${SUBSCRIPTION_SCOPE}/providers/Microsoft.Authorization/roleDefinitions/${id}`;
const GINA_ACTOR = { kind: 'user', id: GINA.objectId, objectId: GINA.objectId, name: GINA.name } as const;

let bench: Bench;
/** For what no contract covers: mistakes made on purpose. */
let strict: Bench;
beforeAll(async () => {
  bench = await startBench();
  strict = await startBench({ recorded: false });
});
afterAll(async () => {
  await bench.close();
  await strict.close();
});
beforeEach(() => {
  for (const { far } of [bench, strict]) {
    far.tenant.reset();
    far.tenant.azurePim.processingMs = 0;
    far.limits.reset();
  }
});

const path = (kind: string, name: string, version: string, scope = SHOP_SCOPE) =>
  `${scope}/providers/Microsoft.Authorization/${kind}${name === '' ? '' : `/${name}`}?api-version=${version}`;
const assignment = (name = NAME, scope = SHOP_SCOPE) => path('roleAssignments', name, '2022-04-01', scope);
const body = (change: object = {}) => ({
  properties: { roleDefinitionId: roleId(reader), principalId: RITA.objectId, principalType: 'User', ...change },
});
const standing = (at = bench) => at.far.tenant.azure.all().filter(({ principalId }) => principalId === RITA.objectId);

describe('a plain role assignment', () => {
  it('is made under the name that the caller says, again as often as one likes, and removed by it', async () => {
    const made = await bench.arm('perimeter', 'PUT', assignment(), body({ description: 'hallpass:req0000001' }));
    expect([made.status, made.body['name'], made.body['properties']?.['scope']]).toEqual([201, NAME, SHOP_SCOPE]);
    expect((await bench.arm('perimeter', 'PUT', assignment(), body({ description: 'hallpass:req0000001' }))).status).toBe(200);
    expect(standing()).toMatchObject([{ name: NAME, description: 'hallpass:req0000001', createdBy: PERIMETER_APP.principalId }]);
    const filter = `$filter=principalId eq '${RITA.objectId}'`;
    expect(rows(await bench.arm('perimeter', 'GET', `${assignment('')}&${filter}`)).map(({ name }) => name)).toEqual([NAME]);
    const read = await bench.arm('perimeter', 'GET', assignment());
    expect(read.body['properties']).toMatchObject({ description: 'hallpass:req0000001' });
    expect((await bench.arm('perimeter', 'DELETE', assignment())).status).toBe(200);
    expect(code(await bench.arm('perimeter', 'GET', assignment()))).toBe('RoleAssignmentNotFound');
    expect((await bench.arm('perimeter', 'DELETE', assignment())).status).toBe(204);
    expect(standing()).toEqual([]);
  });

  it('is not made twice under two names, nor is a name given to something else', async () => {
    await bench.arm('perimeter', 'PUT', assignment(), body());
    const twice = await bench.arm('perimeter', 'PUT', assignment(OTHER), body());
    expect([twice.status, code(twice)]).toEqual([409, 'RoleAssignmentExists']);
    expect(text(twice.body['error']?.['message'])).toContain(NAME.replaceAll('-', ''));
    const renamed = await bench.arm('perimeter', 'PUT', assignment(), body({ principalId: ABEL.objectId }));
    expect([renamed.status, code(renamed)]).toEqual([400, 'RoleAssignmentUpdateNotPermitted']);
  });

  it('of somebody who is new is made only by who says what they are', async () => {
    const fresh = '0b7ec700-0000-4000-8000-0000000000f9';
    bench.far.tenant.directory.addUser({ id: fresh, displayName: 'Nina New' }, GINA_ACTOR);
    const unsaid = await bench.arm('perimeter', 'PUT', assignment(), body({ principalId: fresh, principalType: undefined }));
    expect([unsaid.status, code(unsaid)]).toEqual([400, 'PrincipalNotFound']);
    expect((await bench.arm('perimeter', 'PUT', assignment(), body({ principalId: fresh }))).status).toBe(201);
  });

  it('does not outlive what it is about', async () => {
    await bench.arm('perimeter', 'PUT', assignment(), body());
    bench.far.tenant.azure.removeResourceGroup('shop', GINA_ACTOR);
    expect(standing()).toEqual([]);
    for (const method of ['GET', 'DELETE'])
      expect(code(await bench.arm('perimeter', method, assignment(method === 'GET' ? '' : NAME)))).toBe('ResourceGroupNotFound');
  });

  it.each<[string, string, object, number, string]>([
    ['under a name that is no GUID', assignment('mine'), body(), 400, 'InvalidRoleAssignmentId'],
    ['in letters of another case', assignment(), { Properties: body().properties }, 400, 'InvalidRequestContent'],
    ['with what is not published', assignment(), body({ expiresOn: '2026-12-01' }), 400, 'InvalidRequestContent'],
    ['of a role by its bare id', assignment(), body({ roleDefinitionId: reader }), 400, 'InvalidRoleDefinitionId'],
    ['of a role that does not exist', assignment(), body({ roleDefinitionId: roleId(NAME) }), 400, 'RoleDefinitionDoesNotExist'],
    ['for nobody', assignment(), body({ principalId: NAME }), 400, 'PrincipalNotFound'],
    [
      'for a group that is called a person',
      assignment(),
      body({ principalId: ENGINEERS_GROUP_ID }),
      400,
      'UnmatchedPrincipalType',
    ],
    ['with a condition of no version', assignment(), body({ condition: 'x' }), 400, 'InvalidConditionOrVersion'],
    [
      'with a condition of the old version',
      assignment(),
      body({ condition: 'x', conditionVersion: '1.0' }),
      400,
      'InvalidConditionOrVersion',
    ],
    [
      'in a place that is not there',
      assignment(NAME, `${SUBSCRIPTION_SCOPE}/resourceGroups/none`),
      body(),
      404,
      'ResourceGroupNotFound',
    ],
    ['in another version', path('roleAssignments', NAME, '2015-07-01'), body(), 400, 'InvalidApiVersionParameter'],
    [
      'at the root',
      assignment(NAME, ''),
      body({ roleDefinitionId: roleId(reader).replace(SUBSCRIPTION_SCOPE, '') }),
      403,
      'AuthorizationFailed',
    ],
  ])('is not made %s', async (_name, address, content, status, told) => {
    const answer = await strict.arm('perimeter', 'PUT', address, content);
    expect([answer.status, code(answer)]).toEqual([status, told]);
    expect(standing(strict)).toEqual([]);
  });
});

describe('the condition of whoever gives', () => {
  const write = 'Microsoft.Authorization/roleAssignments/write';
  const remove = 'Microsoft.Authorization/roleAssignments/delete';
  const owner = AZURE_ROLES.owner.id;
  const onlyWrite = PERIMETER_CONDITION.slice(0, PERIMETER_CONDITION.indexOf('\nAND\n'));

  it.each<[string, string | null, typeof write | typeof remove, string, boolean]>([
    ['none binds nothing', null, write, owner, true],
    ['lets ordinary roles be given', PERIMETER_CONDITION, write, reader, true],
    ['and taken', PERIMETER_CONDITION, remove, reader, true],
    ['lets no role be given that gives roles', PERIMETER_CONDITION, write, owner, false],
    ['nor taken', PERIMETER_CONDITION, remove, owner, false],
    ['without a clause for taking lets anything be taken', onlyWrite, remove, owner, true],
    ['that looks in the wrong place lets nothing be given', onlyWrite.replace('@Request', '@Resource'), write, reader, false],
    [
      'that names what may be given lets nothing else',
      onlyWrite.replace('ForAnyOfAllValues:GuidNotEquals', 'ForAnyOfAnyValues:GuidEquals'),
      write,
      reader,
      false,
    ],
    ['that is not understood lets nothing be done', "@Request[x] StringEquals 'y'", write, reader, false],
    ['with half of it not understood lets nothing be done', `${onlyWrite}\nAND\n(true)`, remove, reader, false],
  ])('%s', (_name, condition, action, role, allowed) => {
    expect(lets(condition, action, role)).toBe(allowed);
  });

  it('keeps the perimeter from making or removing an owner', async () => {
    const answer = await bench.arm('perimeter', 'PUT', assignment(), body({ roleDefinitionId: roleId(AZURE_ROLES.owner.id) }));
    expect([answer.status, code(answer)]).toEqual([403, 'AuthorizationFailed']);
    const ginas = bench.far.tenant.azure.all().find((row) => row.roleId === AZURE_ROLES.owner.id)?.name ?? '';
    expect((await bench.arm('perimeter', 'DELETE', assignment(ginas, SUBSCRIPTION_SCOPE))).status).toBe(403);
    expect((await bench.arm('bot', 'PUT', assignment(), body())).status).toBe(403);
  });
});

describe('PIM for Azure roles', () => {
  const request = (name = NAME, scope = SHOP_SCOPE) => path('roleAssignmentScheduleRequests', name, '2020-10-01', scope);
  const INSTANCES = `${path('roleAssignmentScheduleInstances', '', '2020-10-01')}&$filter=principalId eq '${RITA.objectId}'`;
  const ask = (change: object = {}) => ({
    properties: {
      principalId: RITA.objectId,
      roleDefinitionId: roleId(reader),
      requestType: 'AdminAssign',
      justification: 'incident 4711',
      ticketInfo: { ticketNumber: 'req0000001', ticketSystem: 'hallpass' },
      scheduleInfo: { expiration: { type: 'AfterDuration', duration: 'PT30M' } },
      ...change,
    },
  });
  const removal = {
    properties: {
      principalId: RITA.objectId,
      roleDefinitionId: roleId(reader),
      requestType: 'AdminRemove',
      justification: 'over',
    },
  };
  const given = async () => {
    await bench.arm('perimeter', 'PUT', request(), ask());
    await until(bench.far, () => standing().length > 0);
  };

  it('gives a moment after its 201, until the end, which Azure keeps by itself', async () => {
    const answer = await bench.arm('perimeter', 'PUT', request(), ask());
    expect([answer.status, answer.body['name'], answer.body['properties']?.['status']]).toEqual([
      201,
      NAME,
      'PendingProvisioning',
    ]);
    await until(bench.far, () => standing().length > 0);
    const [live] = rows(await bench.arm('perimeter', 'GET', INSTANCES)).map((row) => row['properties']);
    const known = (await bench.arm('perimeter', 'GET', request())).body['properties'];
    expect(known).toMatchObject({
      status: 'Provisioned',
      requestType: 'AdminAssign',
      ticketInfo: { ticketNumber: 'req0000001' },
    });
    expect(live).toMatchObject({
      memberType: 'Direct',
      assignmentType: 'Assigned',
      endDateTime: new Date(bench.clock.now() + 30 * MINUTE).toISOString(),
      roleAssignmentScheduleId: expect.stringContaining(text(known?.['targetRoleAssignmentScheduleId'])),
      originRoleAssignmentId: expect.stringContaining(standing()[0]?.name ?? 'none'),
    });
    bench.clock.advance(30 * MINUTE - 1);
    expect(standing()).toHaveLength(1);
    bench.clock.advance(1);
    expect(standing()).toEqual([]);
  });

  it('takes a name once and for ever', async () => {
    await given();
    const again = await bench.arm('perimeter', 'PUT', request(), ask());
    expect([again.status, code(again)]).toEqual([409, 'RoleAssignmentRequestExists']);
    expect(code(await bench.arm('perimeter', 'PUT', request(OTHER), ask()))).toBe('RoleAssignmentExists');
  });

  it('does not take away in the first five minutes, and does at five', async () => {
    await given();
    bench.clock.advance(5 * MINUTE - 1);
    expect(code(await bench.arm('perimeter', 'PUT', request(OTHER), removal))).toBe('ActiveDurationTooShort');
    bench.clock.advance(1);
    expect((await bench.arm('perimeter', 'PUT', request(OTHER), removal)).body['properties']?.['status']).toBe('Revoked');
    await until(bench.far, () => standing().length === 0);
  });

  it('calls off what waits for somebody, and nothing else', async () => {
    bench.far.tenant.azurePim.nextOutcome = 'PendingApproval';
    await bench.arm('perimeter', 'PUT', request(), ask());
    const status = () => bench.far.tenant.azurePim.request(NAME)?.status;
    while (status() !== 'PendingApproval') await new Promise(setImmediate);
    const cancel = request().replace('?', '/cancel?');
    expect((await bench.arm('perimeter', 'POST', cancel)).status).toBe(200);
    expect(status()).toBe('Canceled');
    expect((await bench.arm('perimeter', 'POST', cancel)).status).toBe(400);
    expect((await bench.arm('perimeter', 'POST', cancel.replace(NAME, OTHER))).status).toBe(404);
  });

  it('keeps no end any more without the licence, and answers nothing', async () => {
    await given();
    bench.far.tenant.setLicence('P1');
    bench.clock.advance(31 * MINUTE);
    expect(standing()).toHaveLength(1);
    for (const answer of [
      await bench.arm('perimeter', 'GET', INSTANCES),
      await bench.arm('perimeter', 'PUT', request(OTHER), ask()),
    ])
      expect([answer.status, code(answer)]).toEqual([400, 'AadPremiumLicenseRequired']);
  });

  it.each<[string, object, number, string]>([
    ['in the spelling of Graph', ask({ requestType: 'adminAssign' }), 400, 'InvalidRequestContent'],
    [
      'with an end in the spelling of Graph',
      ask({ scheduleInfo: { expiration: { type: 'afterDuration', duration: 'PT1H' } } }),
      400,
      'InvalidRequestContent',
    ],
    ['without an end', ask({ scheduleInfo: undefined }), 400, 'InvalidRoleAssignmentRequest'],
    [
      'for ever',
      ask({ scheduleInfo: { expiration: { type: 'NoExpiration' } } }),
      400,
      'RoleAssignmentRequestPolicyValidationFailed',
    ],
    ['without a reason', ask({ justification: undefined }), 400, 'RoleAssignmentRequestPolicyValidationFailed'],
    ['as if it were an activation', ask({ linkedRoleEligibilityScheduleId: NAME }), 400, 'InvalidRoleAssignmentRequest'],
    ['with a principal type, which plain assignments have', ask({ principalType: 'User' }), 400, 'InvalidRequestContent'],
    [
      'of what the condition of the caller forbids',
      ask({ roleDefinitionId: roleId(AZURE_ROLES.owner.id) }),
      403,
      'AuthorizationFailed',
    ],
    ['for nobody', ask({ principalId: NAME }), 400, 'SubjectNotFound'],
  ])('takes no request %s', async (_name, content, status, told) => {
    const answer = await strict.arm('perimeter', 'PUT', request(), content);
    expect([answer.status, code(answer)]).toEqual([status, told]);
  });
});
