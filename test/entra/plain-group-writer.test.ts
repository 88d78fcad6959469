import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { assert, asyncProperty, constantFrom, oneof, string, tuple, uuid } from 'fast-check';
import { createGraphClient } from '../../src/entra/graph-client.ts';
import { createPlainGroupWriter } from '../../src/entra/plain-group-writer.ts';
import { createLog } from '../../src/observe/log.ts';
import type { GroupMembership } from '../../src/access/core/target.ts';
import type { AccessWriter, Order } from '../../src/perimeter/access-writer.ts';
import { type Answer, type Asked, graphError, type HttpsServer, startHttps } from '../support/https-server.ts';

const RITA = '0b7ec700-0000-4000-8000-000000000001';
const SAM = '0b7ec700-0000-4000-8000-000000000005';
const GROUP = '96000000-0000-4000-8000-000000000006';
const OURS = '9e710000-0000-4000-8000-0000000000a2';
const order: Order<GroupMembership> = {
  grantId: 'grant00001',
  principalId: RITA.toUpperCase(),
  target: { kind: 'group', groupId: GROUP.toUpperCase() },
  endsAt: '2026-03-01T13:00:00.000Z',
  justification: '',
};
const given: Order<GroupMembership> = { ...order, assignment: { kind: 'plain', id: RITA } };
const found: Order<GroupMembership> = { ...order, assignment: { kind: 'plain', id: RITA, seen: 'found' } };
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const TOKEN = `${part({ alg: 'none' })}.${part({ oid: OURS, appid: '9e710000-0000-4000-8000-000000000002' })}.x`;
const audit = (activityDisplayName: string, servicePrincipalId: string, groupId = GROUP) => ({
  activityDisplayName,
  activityDateTime: '2026-03-01T12:00:01Z',
  loggedByService: 'Core Directory',
  result: 'success',
  initiatedBy: { app: { servicePrincipalId } },
  targetResources: [
    { id: RITA, modifiedProperties: [{ displayName: 'Group.ObjectID', oldValue: null, newValue: `"${groupId}"` }] },
    { id: groupId },
  ],
});

let server: HttpsServer;
let writer: AccessWriter<GroupMembership>;
let members: string[];
let audits: readonly unknown[];
let onWrite: (asked: Asked) => Answer;
let before: number;
const asked = () => server.asked.slice(before);
const writes = () => asked().filter(({ method }) => method !== 'GET');

beforeAll(async () => {
  server = await startHttps((call) => {
    if (call.method !== 'GET') return onWrite(call);
    if (call.path.endsWith('/directoryAudits')) return { status: 200, body: { value: audits } };
    // Two pages, so that whoever stops at the first misses half.
    const isFirst = call.query.get('$skiptoken') === null;
    const half = Math.ceil(members.length / 2);
    const value = (isFirst ? members.slice(0, half) : members.slice(half)).map((id) => ({ id }));
    const next = `${server.url}${call.path}?$skiptoken=2`;
    return { status: 200, body: { value, ...(isFirst ? { '@odata.nextLink': next } : {}) } };
  });
  const credential = { getToken: () => Promise.resolve({ token: TOKEN, expiresOnTimestamp: Date.now() + 3_600_000 }) };
  writer = createPlainGroupWriter(createGraphClient({ graphUrl: server.url, credential, log: createLog('perimeter', 'silent') }));
});
afterAll(() => server.close());
beforeEach(() => {
  before = server.asked.length;
  members = [SAM];
  audits = [];
  onWrite = ({ method }) => {
    members = method === 'POST' ? [...members, RITA] : members.filter((id) => id !== RITA);
    return { status: 204 };
  };
});

describe('a membership', () => {
  it('is given by a reference to the member', async () => {
    expect(await writer.give(order)).toEqual({ kind: 'plain', id: RITA });
    expect(writes().map(({ method, path, body }) => [method, path, body])).toEqual([
      ['POST', `/v1.0/groups/${GROUP}/members/$ref`, { '@odata.id': `${server.url}/v1.0/directoryObjects/${RITA}` }],
    ]);
  });

  it('is held by those who are members themselves, on whatever page they stand', async () => {
    expect(await writer.held(order)).toEqual([]);
    members = [SAM, OURS, RITA];
    expect(await writer.held(order)).toEqual([RITA]);
    expect(await writer.look(given)).toEqual({ isThere: true });
    expect(asked().every(({ path }) => path === `/v1.0/groups/${GROUP}/members`)).toBe(true);
  });

  it.each([
    [[SAM, RITA], 'directory.exists', /member already/],
    [[SAM], 'directory.rejected', /rule|on-premises/],
  ])('that Entra refuses with one code for all is told by what is there: %j', async (there, code, hint) => {
    members = there;
    onWrite = () => graphError(400, 'Request_BadRequest');
    await expect(writer.give(order)).rejects.toMatchObject({ code, hint: expect.stringMatching(hint), retryable: false });
  });

  it('of a role-assignable group needs another permission, which the hint names', async () => {
    onWrite = () => graphError(403, 'Authorization_RequestDenied');
    await expect(writer.give(order)).rejects.toMatchObject({
      code: 'directory.forbidden',
      hint: expect.stringMatching(/GroupMember\.ReadWrite\.All.*RoleManagement\.ReadWrite\.Directory/),
    });
  });

  it('is taken away by its reference, and read back as gone', async () => {
    members = [RITA, SAM];
    expect(await writer.take(given)).toEqual({ found: true });
    expect(writes().map(({ method, path }) => [method, path])).toEqual([
      ['DELETE', `/v1.0/groups/${GROUP}/members/${RITA}/$ref`],
    ]);
    expect(members).toEqual([SAM]);
  });

  it('was not there when somebody removed it before us, or Entra does not know it yet', async () => {
    onWrite = () => graphError(404, 'Request_ResourceNotFound');
    expect(await writer.take(given)).toEqual({ found: false });
  });

  it('is not gone while it is still listed', async () => {
    members = [RITA];
    onWrite = () => ({ status: 204 });
    await expect(writer.take(given)).rejects.toMatchObject({ code: 'directory.settling', retryable: true });
  });
});

describe.each([
  ['was found after a write without an answer', found],
  ['was not even looked for since', order],
])('a membership that %s', (_name, wanted) => {
  beforeEach(() => {
    members = [SAM, RITA];
  });

  it('is remembered as found', async () => {
    expect(await writer.find(wanted)).toEqual({ kind: 'plain', id: RITA, seen: 'found' });
  });

  it('is taken away when the audit says that we made it', async () => {
    audits = [audit('Add member to group', OURS)];
    expect(await writer.take(wanted)).toEqual({ found: true });
    expect(members).toEqual([SAM]);
  });

  it('is left alone when the audit says that another made it', async () => {
    audits = [audit('Add member to group', RITA)];
    expect(await writer.take(wanted)).toEqual({ found: true, theirs: true });
    expect(writes()).toEqual([]);
  });

  it.each([
    ['nothing yet', () => []],
    ['that it is gone, and so runs behind', () => [audit('Remove member from group', OURS)]],
    ['something of another group', () => [audit('Add member to group', OURS, SAM)]],
    ['something of a role', () => [audit('Add member to role', OURS)]],
    ['not who it was', () => [audit('Add member to group', '')]],
  ])('waits while the audit says %s', async (_what, said) => {
    audits = said();
    await expect(writer.take(wanted)).rejects.toMatchObject({ code: 'directory.settling', retryable: true, retryAfterMs: 5_000 });
    expect(writes()).toEqual([]);
  });

  it('is not there any more when it is not listed, and nobody is asked', async () => {
    members = [SAM];
    expect(await writer.take(wanted)).toEqual({ found: false });
    expect(asked().filter(({ path }) => path.endsWith('/directoryAudits'))).toEqual([]);
  });

  it('is ended by hand only by whoever has looked who made it, and never by an address that could delete a person', () => {
    expect(writer.byHand(wanted)).toMatch(/^Only if .*AuditLog\.Read\.All.*az ad group member remove --group /);
    expect(writer.byHand(given)).toBe(
      `az ad group member remove --group ${order.target.groupId} --member-id ${order.principalId}`,
    );
  });
});

describe('whatever an order says', () => {
  const guid = uuid();
  const nasty = oneof(
    string({ unit: 'grapheme' }),
    tuple(guid, constantFrom('', '/', '?', '#', '/../', '%2f', '/$ref?', '%00', '\n', ' ')).map(([id, end]) => `${id}${end}`),
    tuple(constantFrom('../', '/', '?', ''), guid).map(([start, id]) => `${start}${id}`),
  );

  it('never lets a DELETE out that does not end in /$ref, nor one of another shape', async () => {
    onWrite = () => ({ status: 204 });
    members = [];
    await assert(
      asyncProperty(nasty, nasty, async (groupId, principalId) => {
        await writer.take({ ...given, principalId, target: { kind: 'group', groupId } }).catch(() => undefined);
      }),
      { numRuns: 300 },
    );
    const sent = writes().map(({ method, path }) => `${method} ${path}`);
    expect(sent.filter((line) => !/^DELETE \/v1\.0\/groups\/[0-9a-f-]{36}\/members\/[0-9a-f-]{36}\/\$ref$/.test(line))).toEqual(
      [],
    );
    expect(sent.length).toBeGreaterThan(0);
  });
});
