import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createGraphClient } from '../../src/entra/graph-client.ts';
import { createPlainRoleWriter } from '../../src/entra/plain-role-writer.ts';
import { createLog } from '../../src/observe/log.ts';
import type { DirectoryRole } from '../../src/access/core/target.ts';
import type { AccessWriter, Order } from '../../src/perimeter/access-writer.ts';
import { type Answer, type Asked, graphError, type HttpsServer, startHttps } from '../support/https-server.ts';

const RITA = '0b7ec700-0000-4000-8000-000000000001';
const ROLE = 'f2ef992c-3afb-46b9-b7cf-a126ee74c451';
const order: Order<DirectoryRole> = {
  grantId: 'grant00001',
  principalId: RITA,
  target: { kind: 'directoryRole', roleDefinitionId: ROLE, directoryScopeId: '/' },
  endsAt: '2026-03-01T13:00:00.000Z',
  justification: '',
};
const given: Order<DirectoryRole> = { ...order, assignment: { kind: 'plain', id: 'ours' } };
const found: Order<DirectoryRole> = { ...order, assignment: { kind: 'plain', id: 'ours', seen: 'found' } };
const OURS = '9e710000-0000-4000-8000-0000000000a2';
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const TOKEN = `${part({ alg: 'none' })}.${part({ oid: OURS, appid: '9e710000-0000-4000-8000-000000000002' })}.x`;
const audit = (activityDisplayName: string, servicePrincipalId: string) => ({
  activityDisplayName,
  activityDateTime: '2026-03-01T12:00:01Z',
  loggedByService: 'Core Directory',
  result: 'success',
  initiatedBy: { app: { servicePrincipalId } },
  targetResources: [{ id: RITA }, { id: ROLE }],
});
const row = (id: string, scope = '/') => ({ id, principalId: RITA, roleDefinitionId: ROLE, directoryScopeId: scope });

let server: HttpsServer;
let writer: AccessWriter<DirectoryRole>;
let assignments: ReturnType<typeof row>[];
let audits: readonly unknown[];
let onWrite: (asked: Asked) => Answer;
let before: number;
const writes = () => server.asked.slice(before).filter(({ method }) => method !== 'GET');

beforeAll(async () => {
  server = await startHttps((asked) => {
    if (asked.method !== 'GET') return onWrite(asked);
    return { status: 200, body: { value: asked.path.endsWith('/directoryAudits') ? audits : assignments } };
  });
  const credential = { getToken: () => Promise.resolve({ token: TOKEN, expiresOnTimestamp: Date.now() + 3_600_000 }) };
  writer = createPlainRoleWriter(createGraphClient({ graphUrl: server.url, credential, log: createLog('perimeter', 'silent') }));
});
afterAll(() => server.close());
beforeEach(() => {
  before = server.asked.length;
  assignments = [];
  audits = [];
  onWrite = ({ method, path }) => {
    if (method === 'POST') return { status: 201, body: row('ours') };
    assignments = assignments.filter(({ id }) => !path.endsWith(`/${id}`));
    return { status: 204 };
  };
});

describe('a role without an end of its own', () => {
  it('is given, and remembered by the id that the directory gave it', async () => {
    expect(await writer.give(order)).toEqual({ kind: 'plain', id: 'ours' });
    expect(writes().map(({ body }) => body)).toMatchObject([
      { principalId: RITA, roleDefinitionId: ROLE, directoryScopeId: '/' },
    ]);
  });

  it('counts as held when anybody gave it, at this scope', async () => {
    expect(await writer.held(order)).toEqual([]);
    assignments = [row('elsewhere', '/administrativeUnits/1')];
    expect(await writer.held(order)).toEqual([]);
    assignments = [row('by-hand')];
    expect(await writer.held(order)).toEqual(['by-hand']);
  });

  it.each([400, 409])('is not given twice: a %i is understood by reading what is there', async (status) => {
    onWrite = () => graphError(status, 'Request_BadRequest', 'A conflicting object is present in the directory.');
    await expect(writer.give(order)).rejects.toMatchObject({ code: 'directory.rejected' });
    assignments = [row('by-hand')];
    await expect(writer.give(order)).rejects.toMatchObject({ code: 'directory.exists' });
  });

  it('is taken away by its id, and read back as gone', async () => {
    assignments = [row('ours'), row('by-hand')];
    expect(await writer.take(given)).toEqual({ found: true });
    expect(assignments.map(({ id }) => id)).toEqual(['by-hand']);
  });

  it('was not there when somebody removed it before us, or Entra does not know it yet, and only theirs stays', async () => {
    assignments = [row('by-hand')];
    onWrite = () => graphError(404, 'Request_ResourceNotFound');
    expect(await writer.take(given)).toEqual({ found: false });
    expect(assignments).toHaveLength(1);
  });

  it('is not gone while it is still listed', async () => {
    assignments = [row('ours')];
    onWrite = () => ({ status: 204 });
    await expect(writer.take(given)).rejects.toMatchObject({ code: 'directory.settling', retryable: true });
  });
});

describe.each([
  ['was found after a write without an answer', found],
  ['was not even looked for since', order],
])('a role that %s', (_name, wanted) => {
  beforeEach(() => {
    assignments = [row('ours')];
  });

  it('is remembered as found', async () => {
    expect(await writer.find(wanted)).toEqual({ kind: 'plain', id: 'ours', seen: 'found' });
  });

  it('is taken away when the audit says that we made it', async () => {
    audits = [audit('Add member to role', OURS)];
    expect(await writer.take(wanted)).toEqual({ found: true });
    expect(assignments).toEqual([]);
    expect(await writer.take(wanted)).toEqual({ found: false });
  });

  it('is left alone when the audit says that another made it', async () => {
    audits = [audit('Add member to role', RITA)];
    expect(await writer.take(wanted)).toEqual({ found: true, theirs: true });
    expect(writes()).toEqual([]);
  });

  it.each([
    ['nothing yet', () => []],
    ['that it is gone, and so runs behind', () => [audit('Remove member from role', OURS)]],
    ['not who it was', () => [audit('Add member to role', '')]],
  ])('waits while the audit says %s', async (_what, said) => {
    audits = said();
    await expect(writer.take(wanted)).rejects.toMatchObject({ code: 'directory.settling', retryable: true, retryAfterMs: 5_000 });
    expect(writes()).toEqual([]);
  });

  it('is not there any more when it is not listed, and nobody is asked', async () => {
    assignments = [];
    const already = server.asked.length;
    expect(await writer.take(wanted)).toEqual({ found: false });
    expect(server.asked.slice(already).filter(({ path }) => path.endsWith('/directoryAudits'))).toEqual([]);
  });

  it('is ended by hand only by whoever has looked who made it', () => {
    expect(writer.byHand(wanted)).toMatch(
      /^Only if .*audit log says that Hallpass added it.*AuditLog\.Read\.All.*az rest --method DELETE/,
    );
    expect(writer.byHand(given)).toMatch(/^az rest --method DELETE .*\/ours$/);
  });
});
