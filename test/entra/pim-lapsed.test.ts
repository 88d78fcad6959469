import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createGraphClient } from '../../src/entra/graph-client.ts';
import { provesNothingWritten } from '../../src/access/core/answered-error.ts';
import { createPimRoleWriter } from '../../src/entra/pim-role-writer.ts';
import { createLog } from '../../src/observe/log.ts';
import type { DirectoryRole } from '../../src/access/core/target.ts';
import type { AccessWriter, Order } from '../../src/perimeter/access-writer.ts';
import { type Answer, graphError, type HttpsServer, startHttps } from '../support/https-server.ts';

const RITA = '0b7ec700-0000-4000-8000-000000000001';
const ROLE = 'f2ef992c-3afb-46b9-b7cf-a126ee74c451';
const NOW = Date.parse('2026-03-01T12:00:00Z');
const GRAPH = 'https://graph.microsoft.com/v1.0/roleManagement/directory/roleAssignments';
const triple = { principalId: RITA, roleDefinitionId: ROLE, directoryScopeId: '/' };
const order: Order<DirectoryRole> = {
  grantId: 'grant00001',
  principalId: RITA,
  target: { kind: 'directoryRole', roleDefinitionId: ROLE, directoryScopeId: '/' },
  endsAt: '2026-03-01T13:00:00.000Z',
  justification: '',
};
const given: Order<DirectoryRole> = { ...order, assignment: { kind: 'pim', id: 'request', roleAssignmentId: 'entra-id' } };
const unnamed: Order<DirectoryRole> = { ...order, assignment: { kind: 'pim', id: 'request' } };

const request = { ...triple, id: 'request', status: 'Provisioned', action: 'adminAssign', targetScheduleId: 'request' };
const instance = { ...triple, id: 'instance', roleAssignmentScheduleId: 'request', roleAssignmentOriginId: 'entra-id' };

let server: HttpsServer;
let writer: AccessWriter<DirectoryRole>;
let now = NOW;
let isLicensed = true;
let createdAt: string;
let instances: Answer;
/** Ids of the plain assignments in that place. */
let assignments: string[];
let before: number;
const removals = () => server.asked.slice(before).filter(({ method }) => method === 'DELETE');

function answer(method: string, path: string): Answer {
  if (path.includes('/roleAssignments')) {
    if (method === 'GET') return { status: 200, body: { value: assignments.map((id) => ({ ...triple, id })) } };
    const isThere = assignments.includes(path.slice(path.lastIndexOf('/') + 1));
    assignments = assignments.filter((id) => !path.endsWith(`/${id}`));
    return isThere ? { status: 204 } : graphError(404, 'Request_ResourceNotFound');
  }
  if (!isLicensed) return graphError(400, 'AadPremiumLicenseRequired');
  if (path.endsWith('/roleAssignmentScheduleInstances')) return instances;
  return { status: method === 'POST' ? 201 : 200, body: { ...request, createdDateTime: createdAt } };
}

beforeAll(async () => {
  server = await startHttps(({ method, path }) => answer(method, path));
});
afterAll(() => server.close());
beforeEach(() => {
  const credential = { getToken: () => Promise.resolve({ token: 't', expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const graph = createGraphClient({ graphUrl: server.url, credential, log: createLog('perimeter', 'silent') });
  writer = createPimRoleWriter(graph, { now: () => now, onMoved: () => () => undefined });
  now = NOW;
  isLicensed = true;
  createdAt = new Date(NOW).toISOString();
  instances = { status: 200, body: { value: [instance] } };
  assignments = ['entra-id'];
  before = server.asked.length;
});

describe('giving by PIM, with a day without PIM in mind', () => {
  it('remembers by which id the directory itself knows what was given', async () => {
    expect(await writer.give(order)).toEqual(given.assignment);
    expect(await writer.find(unnamed)).toEqual(given.assignment);
  });

  it.each<[string, Answer]>([
    ['is not listed yet', { status: 200, body: { value: [] } }],
    ['cannot be listed', graphError(429, 'TooManyRequests')],
  ])('looks again for it when it %s, and does not call it unwritten', async (_name, listed) => {
    instances = listed;
    const error: unknown = await writer.give(order).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'directory.settling', retryable: true });
    expect(provesNothingWritten(error)).toBe(false);
    now = NOW + 15_000;
    expect(await writer.give(order)).toEqual(unnamed.assignment);
  });

  it('does not look for it for longer because our clock is minutes behind Microsoft’s', async () => {
    instances = { status: 200, body: { value: [] } };
    now = NOW - 4 * 60_000;
    expect(await writer.give(order)).toEqual(unnamed.assignment);
  });
});

describe('taking when the licence of PIM has lapsed', () => {
  beforeEach(() => {
    isLicensed = false;
  });

  it('removes what was given by its id in the directory, and reads back that it is gone', async () => {
    assignments = ['entra-id', 'by-hand'];
    expect(await writer.take(given)).toEqual({ found: true });
    expect(assignments).toEqual(['by-hand']);
  });

  it('finds nothing when somebody removed it by hand', async () => {
    assignments = [];
    expect(await writer.take(given)).toEqual({ found: false });
  });

  it('leaves alone what it cannot know to be ours, and goes on saying so', async () => {
    for (const one of [order, unnamed]) {
      await expect(writer.take(one)).rejects.toMatchObject({ code: 'directory.not-licensed', hint: expect.any(String) });
    }
    expect(removals()).toEqual([]);
    expect(assignments).toEqual(['entra-id']);
  });

  it('without an id, believes that nothing is there only once a late reader cannot be the reason', async () => {
    assignments = [];
    expect(await writer.take(order)).toEqual({ found: false });
    now = Date.parse(order.endsAt) - 1;
    await expect(writer.take(unnamed)).rejects.toMatchObject({ code: 'directory.not-licensed' });
    now += 1;
    expect(await writer.take(unnamed)).toEqual({ found: true });
  });

  it('says how to do it by hand without PIM, from the first taking that found it out until PIM is back', async () => {
    expect(writer.byHand(given)).toContain('adminRemove');
    await writer.take(given);
    expect(writer.byHand(given)).toBe(`az rest --method DELETE --url '${GRAPH}/entra-id'`);
    const search = writer.byHand(order);
    expect(search).toContain(`az rest --method GET --url '${GRAPH}?%24filter=principalId%20eq%20%27${RITA}%27%20and%20`);
    expect(search).toContain(`DELETE --url '${GRAPH}/<its id>'`);
    isLicensed = true;
    instances = { status: 200, body: { value: [] } };
    now = Date.parse(order.endsAt);
    await writer.take(given);
    expect(writer.byHand(given)).toContain('adminRemove');
  });
});
