import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AzureRole } from '../../src/access/core/target.ts';
import { type AzureOrder, azureNameOf } from '../../src/azure/azure-target.ts';
import { createPimAzureRoleWriter } from '../../src/azure/pim-azure-role-writer.ts';
import type { AccessWriter } from '../../src/perimeter/access-writer.ts';
import { type Answer, type Asked, type HttpsServer, startHttps } from '../support/https-server.ts';
import { armError, armOn, DIGEST, order, RITA, ROLE_ID, SHOP, SUBSCRIPTION } from './azure-order.ts';

const NAME = azureNameOf('roleAssignmentScheduleRequest', order);
const SCHEDULE = 'c9e264ff-3133-4776-a81a-ebc7c33c8ec6';
const ORIGIN = 'ed9b8180-cef7-4c77-a63c-b8566ecfc412';
const AUTHORIZATION = `${SHOP}/providers/Microsoft.Authorization`;
const REQUESTS = `${AUTHORIZATION}/roleAssignmentScheduleRequests`;
const NOW = Date.parse('2026-03-01T12:00:00Z');
const START = '2026-03-01T11:58:00Z';
const given: AzureOrder = { ...order, assignment: { kind: 'pim', id: NAME, roleAssignmentId: ORIGIN } };

type Row = Readonly<Record<string, unknown>>;
const ids = { principalId: RITA, roleDefinitionId: ROLE_ID, scope: SHOP };
const request = (properties: object = {}, name = NAME): Row => ({
  name,
  properties: {
    ...ids,
    requestType: 'AdminAssign',
    status: 'Provisioned',
    targetRoleAssignmentScheduleId: SCHEDULE,
    createdOn: START,
    ticketInfo: { ticketNumber: 'grant00001', ticketSystem: 'hallpass' },
    ...properties,
  },
});
const instance = (properties: object = {}): Row => ({
  name: 'instance',
  properties: {
    ...ids,
    assignmentType: 'Assigned',
    memberType: 'Direct',
    startDateTime: START,
    endDateTime: order.endsAt,
    roleAssignmentScheduleId: `${AUTHORIZATION}/RoleAssignmentSchedules/${SCHEDULE}`,
    originRoleAssignmentId: `${AUTHORIZATION}/roleAssignments/${ORIGIN.toUpperCase()}`,
    ...properties,
  },
});
const byHand = instance({ roleAssignmentScheduleId: 'another', originRoleAssignmentId: '/x/by-hand' });

let server: HttpsServer;
let writer: AccessWriter<AzureRole>;
let now: number;
let known: Row | undefined;
let instances: Row[];
let assignments: string[];
let isLicensed: boolean;
let onWrite: (asked: Asked) => Answer;
let before: number;
const asked = () => server.asked.slice(before);
const writes = () => asked().filter(({ method }) => method !== 'GET');

beforeAll(async () => {
  server = await startHttps((call) => {
    if (call.path.includes('/roleAssignments')) {
      if (call.method === 'GET') return { status: 200, body: { value: assignments.map((name) => ({ name, properties: ids })) } };
      const isThere = assignments.some((name) => call.path.endsWith(`/${name}`));
      assignments = assignments.filter((name) => !call.path.endsWith(`/${name}`));
      return { status: isThere ? 200 : 204 };
    }
    if (!isLicensed) return armError(400, 'AadPremiumLicenseRequired');
    if (call.method !== 'GET') return onWrite(call);
    if (call.path.endsWith('/roleAssignmentScheduleInstances')) return { status: 200, body: { value: instances } };
    return known === undefined ? armError(404, 'RoleAssignmentScheduleRequestNotFound') : { status: 200, body: known };
  });
  writer = createPimAzureRoleWriter(armOn(server), { now: () => now, onMoved: () => () => undefined });
});
afterAll(() => server.close());
beforeEach(() => {
  before = server.asked.length;
  now = NOW;
  known = undefined;
  instances = [];
  assignments = [];
  isLicensed = true;
  onWrite = () => ({ status: 201, body: request() });
});

describe('giving an Azure role by PIM', () => {
  it('asks, under a name made of the grant, for one with an end, and remembers by which name Azure knows it', async () => {
    instances = [byHand, instance()];
    expect(await writer.give({ ...order, evidenceDigest: DIGEST })).toEqual(given.assignment);
    expect(writes().map(({ method, path, query, body }) => [method, path, query.get('api-version'), body])).toEqual([
      [
        'PUT',
        `${REQUESTS}/${NAME}`,
        '2020-10-01',
        {
          properties: {
            principalId: RITA,
            roleDefinitionId: ROLE_ID,
            requestType: 'AdminAssign',
            justification: 'ticket 42',
            ticketInfo: { ticketNumber: 'grant00001', ticketSystem: `hallpass:${DIGEST}` },
            scheduleInfo: {
              startDateTime: '2026-03-01T12:00:00.000Z',
              expiration: { type: 'AfterDateTime', endDateTime: '2026-03-01T13:00:00.000Z' },
            },
          },
        },
      ],
    ]);
  });

  it('says its condition, and no other version of the language than there is', async () => {
    await writer.give({ ...order, target: { ...order.target, condition: 'x' } });
    expect(writes()[0]?.body).toMatchObject({ properties: { condition: 'x', conditionVersion: '2.0' } });
  });

  it.each([
    ['Accepted', 'directory.settling'],
    ['PendingEvaluation', 'directory.settling'],
    ['PendingProvisioning', 'directory.settling'],
    ['ProvisioningStarted', 'directory.settling'],
    ['PendingExternalProvisioning', 'directory.settling'],
    ['ScheduleCreated', 'directory.settling'],
    ['PendingApproval', 'directory.awaits-approval'],
    ['PendingAdminDecision', 'directory.awaits-approval'],
    ['FailedAsResourceIsLocked', 'directory.rejected'],
    ['TimedOut', 'directory.rejected'],
    ['Invalid', 'directory.rejected'],
  ])('does not believe a 201 whose status is %s', async (status, code) => {
    onWrite = () => ({ status: 201, body: request({ status }) });
    await expect(writer.give(order)).rejects.toMatchObject({ code });
  });

  it('knows its own request when a repeated one is refused for its name', async () => {
    onWrite = () => armError(409, 'RoleAssignmentRequestExists');
    known = request();
    instances = [instance()];
    expect(await writer.give(order)).toEqual(given.assignment);
  });

  it('does not call it unwritten when it is refused for its name and cannot be read yet', async () => {
    onWrite = () => armError(409, 'RoleAssignmentRequestExists');
    await expect(writer.give(order)).rejects.toMatchObject({ code: 'directory.settling', retryable: true });
  });

  it.each([
    ['RoleAssignmentExists', 'directory.exists'],
    ['RoleAssignmentRequestPolicyValidationFailed', 'directory.rejected'],
    ['AadPremiumLicenseRequired', 'directory.not-licensed'],
    ['PendingRoleAssignmentRequest', 'directory.pending'],
  ])('says what %s means', async (code, told) => {
    onWrite = () => armError(400, code);
    await expect(writer.give(order)).rejects.toMatchObject({ code: told });
  });
});

describe('what is held already', () => {
  it('is what PIM lists at exactly this scope, by the name that Azure has for it', async () => {
    instances = [instance(), byHand, instance({ scope: SUBSCRIPTION }), instance({ principalId: SCHEDULE })];
    expect(await writer.held(order)).toEqual([ORIGIN, 'by-hand']);
    expect(asked()[0]?.query.get('$filter')).toBe(`principalId eq '${RITA}'`);
  });

  it('cannot be told without the licence', async () => {
    isLicensed = false;
    await expect(writer.held(order)).rejects.toMatchObject({ code: 'directory.not-licensed' });
  });
});

describe('finding what an earlier try gave', () => {
  it('asks for it by its name', async () => {
    expect(await writer.find(order)).toBeUndefined();
    known = request();
    instances = [instance()];
    expect(await writer.find(order)).toEqual(given.assignment);
    expect(asked()[0]?.path).toBe(`${REQUESTS}/${NAME}`);
  });

  it.each([
    ['has another number', { ticketInfo: { ticketNumber: 'grant00002', ticketSystem: 'hallpass' } }],
    ['has no ticket', { ticketInfo: null }],
    ['is no giving', { requestType: 'AdminRemove' }],
  ])('does not take for its own what %s', async (_name, properties) => {
    known = request(properties);
    expect(await writer.find(order)).toBeUndefined();
  });

  it('does not take a failing answer for "there is none"', async () => {
    isLicensed = false;
    await expect(writer.find(order)).rejects.toMatchObject({ code: 'directory.not-licensed' });
  });
});

describe('taking an Azure role by PIM', () => {
  const removing = (): void => {
    known = request();
    instances = [instance()];
    onWrite = () => {
      instances = [];
      return { status: 201, body: request({ requestType: 'AdminRemove', status: 'Revoked' }, 'removal') };
    };
  };

  it.each([
    ['by what is remembered of it', given],
    ['by its name when the answer to the giving was lost', order],
  ])('asks for the removal, %s, under a name of its own each time, and reads back that it is gone', async (_name, one) => {
    removing();
    expect(await writer.take(one)).toEqual({ found: true });
    const [first] = writes();
    expect(first).toMatchObject({ method: 'PUT', body: { properties: { principalId: RITA, requestType: 'AdminRemove' } } });
    removing();
    await writer.take(one);
    expect(writes().map(({ path }) => path)).not.toContain(`${REQUESTS}/${NAME}`);
    expect(new Set(writes().map(({ path }) => path)).size).toBe(2);
  });

  it('knows what is ours by its name in Azure when PIM has forgotten the request', async () => {
    removing();
    known = undefined;
    expect(await writer.take(given)).toEqual({ found: true });
    expect(writes()).toHaveLength(1);
  });

  it('leaves alone what somebody else gave in its place', async () => {
    known = request();
    instances = [byHand];
    expect(await writer.take(given)).toEqual({ found: true });
    expect(writes()).toEqual([]);
  });

  it('comes again at five minutes of active time', async () => {
    removing();
    onWrite = () => armError(400, 'ActiveDurationTooShort');
    await expect(writer.take(given)).rejects.toMatchObject({ code: 'directory.too-early', retryAfterMs: 180_000 });
  });

  it('is not done while it is still listed, nor while the giving is still under way', async () => {
    removing();
    onWrite = () => ({ status: 201, body: request({ requestType: 'AdminRemove', status: 'Revoked' }) });
    await expect(writer.take(given)).rejects.toMatchObject({ code: 'directory.settling' });
    instances = [];
    known = request({ status: 'PendingProvisioning' });
    onWrite = () => armError(400, 'RoleAssignmentDoesNotExist');
    await expect(writer.take(order)).rejects.toMatchObject({ code: 'directory.settling' });
  });

  it('calls off a request that waits for somebody', async () => {
    known = request({ status: 'PendingApproval' });
    onWrite = () => ({ status: 200 });
    expect(await writer.take(order)).toEqual({ found: true });
    expect(writes().map(({ method, path }) => [method, path])).toEqual([['POST', `${REQUESTS}/${NAME}/cancel`]]);
  });

  it('goes by the name in Azure when the licence of PIM has lapsed', async () => {
    isLicensed = false;
    assignments = [ORIGIN, 'by-hand'];
    expect(writer.byHand(given)).toMatch(/^az rest --method PUT --url '\/subscriptions\/.*"requestType":"AdminRemove"/);
    expect(await writer.take(given)).toEqual({ found: true });
    expect(assignments).toEqual(['by-hand']);
    expect(writer.byHand(given)).toBe(`az role assignment delete --ids '${AUTHORIZATION}/roleAssignments/${ORIGIN}'`);
    expect(writer.byHand(order)).toMatch(
      /^az role assignment list --assignee .* and, if nobody else gave it: az role assignment delete/,
    );
    await expect(writer.take(order)).rejects.toMatchObject({ code: 'directory.not-licensed' });
  });
});

describe('a look for drift', () => {
  it('tells the end that Azure will keep, and notices when it is gone', async () => {
    known = request();
    instances = [byHand, instance({ endDateTime: '2026-03-01T14:00:00Z' })];
    expect(await writer.look(given)).toEqual({ isThere: true, endsAt: '2026-03-01T14:00:00.000Z' });
    instances = [byHand];
    expect(await writer.look(given)).toEqual({ isThere: false });
  });
});
