import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createGraphClient } from '../../src/entra/graph-client.ts';
import { provesNothingWritten } from '../../src/access/core/answered-error.ts';
import { createPimRoleWriter } from '../../src/entra/pim-role-writer.ts';
import { createLog } from '../../src/observe/log.ts';
import type { DirectoryRole } from '../../src/access/core/target.ts';
import type { AccessWriter, Order } from '../../src/perimeter/access-writer.ts';
import { type Answer, type Asked, graphError, type HttpsServer, startHttps } from '../support/https-server.ts';

const RITA = '0b7ec700-0000-4000-8000-000000000001';
const ROLE = 'f2ef992c-3afb-46b9-b7cf-a126ee74c451';
const NOW = Date.parse('2026-03-01T12:00:00Z');
const START = '2026-03-01T11:58:00Z';
const order: Order<DirectoryRole> = {
  grantId: 'grant00001',
  principalId: RITA,
  target: { kind: 'directoryRole', roleDefinitionId: ROLE, directoryScopeId: '/' },
  endsAt: '2026-03-01T13:00:00.000Z',
  justification: 'ticket 42',
};
const given: Order<DirectoryRole> = { ...order, assignment: { kind: 'pim', id: 'ours' } };

type Row = Record<string, unknown>;
const ownRequest: Row = {
  id: 'ours',
  status: 'Provisioned',
  action: 'adminAssign',
  principalId: RITA,
  roleDefinitionId: ROLE,
  directoryScopeId: '/',
  targetScheduleId: 'ours',
  createdDateTime: START,
  ticketInfo: { ticketNumber: 'grant00001', ticketSystem: 'hallpass' },
};
const live: Row = {
  id: 'instance-1',
  principalId: RITA,
  roleDefinitionId: ROLE,
  directoryScopeId: '/',
  assignmentType: 'Assigned',
  memberType: 'Direct',
  startDateTime: START,
  roleAssignmentScheduleId: 'ours',
};

let server: HttpsServer;
let writer: AccessWriter<DirectoryRole>;
let now = NOW;
/** What the tenant holds, and how it answers a POST. */
let requests: Row[];
let instances: Row[];
let onPost: (asked: Asked) => Answer;

beforeAll(async () => {
  server = await startHttps((asked) => {
    if (asked.method === 'POST') return onPost(asked);
    if (asked.path.endsWith('/roleAssignmentScheduleRequests')) return { status: 200, body: { value: requests } };
    if (asked.path.endsWith('/roleAssignmentScheduleInstances')) return { status: 200, body: { value: instances } };
    const one = requests.find(({ id }) => asked.path.endsWith(`/${String(id)}`));
    return one === undefined ? graphError(404, 'Request_ResourceNotFound') : { status: 200, body: one };
  });
  const credential = { getToken: () => Promise.resolve({ token: 't', expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const graph = createGraphClient({ graphUrl: server.url, credential, log: createLog('perimeter', 'silent') });
  writer = createPimRoleWriter(graph, { now: () => now, onMoved: () => () => undefined });
});
afterAll(() => server.close());
let asked: () => readonly Asked[];
beforeEach(() => {
  const before = server.asked.length;
  asked = () => server.asked.slice(before);
  now = NOW;
  requests = [];
  instances = [];
  onPost = () => ({ status: 201, body: ownRequest });
});
const posts = () => asked().filter(({ method }) => method === 'POST');
const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => error,
  );

describe('giving by PIM', () => {
  it('asks for an assignment with an end, under the number of the grant', async () => {
    expect(await writer.give(order)).toEqual({ kind: 'pim', id: 'ours' });
    expect(posts().map(({ path, body }) => [path, body])).toEqual([
      [
        '/v1.0/roleManagement/directory/roleAssignmentScheduleRequests',
        {
          action: 'adminAssign',
          principalId: RITA,
          roleDefinitionId: ROLE,
          directoryScopeId: '/',
          justification: 'ticket 42',
          ticketInfo: { ticketNumber: 'grant00001', ticketSystem: 'hallpass' },
          scheduleInfo: {
            startDateTime: '2026-03-01T12:00:00.000Z',
            expiration: { type: 'afterDateTime', endDateTime: '2026-03-01T13:00:00.000Z' },
          },
        },
      ],
    ]);
  });

  it.each([
    ['PendingScheduleCreation', 'directory.settling', true],
    ['PendingProvisioning', 'directory.settling', true],
    ['Granted', 'directory.settling', true],
    ['Failed', 'directory.rejected', false],
    ['Denied', 'directory.rejected', false],
    ['PendingApproval', 'directory.awaits-approval', false],
    ['SomethingNew', 'directory.rejected', false],
  ])('does not believe a 201 whose status is %s, and does not call it unwritten', async (status, code, retryable) => {
    onPost = () => ({ status: 201, body: { ...ownRequest, status } });
    const error = await errorOf(writer.give(order));
    expect(error).toMatchObject({ code, retryable });
    expect(provesNothingWritten(error)).toBe(false);
  });

  it('says that somebody holds it already when PIM says so', async () => {
    onPost = () => graphError(400, 'RoleAssignmentExists');
    expect(await errorOf(writer.give(order))).toMatchObject({ code: 'directory.exists', retryable: false });
  });
});

describe('finding what an earlier try gave', () => {
  it('knows its own request by its ticket, among those of others', async () => {
    requests = [
      { ...ownRequest, id: 'by-hand', ticketInfo: { ticketNumber: null, ticketSystem: null } },
      { ...ownRequest, id: 'same-number-elsewhere', ticketInfo: { ticketNumber: 'grant00001', ticketSystem: 'servicedesk' } },
      { ...ownRequest, id: 'another-grant', ticketInfo: { ticketNumber: 'grant00002', ticketSystem: 'hallpass' } },
      { ...ownRequest, id: 'another-scope', directoryScopeId: '/administrativeUnits/1' },
      { ...ownRequest, id: 'a-removal', action: 'adminRemove' },
      ownRequest,
    ];
    expect(await writer.find(order)).toEqual({ kind: 'pim', id: 'ours' });
  });

  it('finds nothing where there is nothing of its own', async () => {
    requests = [{ ...ownRequest, ticketInfo: null }];
    expect(await writer.find(order)).toBeUndefined();
  });
});

describe('taking by PIM', () => {
  const removing = (): void => {
    requests = [ownRequest];
    instances = [live];
    onPost = () => {
      instances = [];
      return { status: 201, body: { ...ownRequest, id: 'removal', action: 'adminRemove', status: 'Revoked' } };
    };
  };

  it('removes what is ours and reads back that it is gone', async () => {
    removing();
    expect(await writer.take(given)).toEqual({ found: true });
    expect(posts().map(({ body }) => body)).toMatchObject([{ action: 'adminRemove', principalId: RITA, directoryScopeId: '/' }]);
  });

  it('finds what is ours by its ticket when the answer to the giving was lost', async () => {
    removing();
    expect(await writer.take(order)).toEqual({ found: true });
    expect(posts()).toHaveLength(1);
  });

  it('leaves an assignment alone that somebody else made in its place', async () => {
    requests = [ownRequest];
    instances = [{ ...live, roleAssignmentScheduleId: 'by-hand' }];
    expect(await writer.take(given)).toEqual({ found: true });
    expect(posts()).toHaveLength(0);
  });

  it('touches nothing when nothing of ours was ever there', async () => {
    instances = [{ ...live, roleAssignmentScheduleId: 'by-hand' }];
    expect(await writer.take(order)).toEqual({ found: false });
    expect(posts()).toHaveLength(0);
  });

  it('writes nothing when Entra has ended it by itself', async () => {
    requests = [ownRequest];
    now = Date.parse(order.endsAt);
    expect(await writer.take(given)).toEqual({ found: true });
    expect(posts()).toHaveLength(0);
  });

  it('before the end, does not take an empty list for an end: it asks for the removal', async () => {
    requests = [ownRequest];
    onPost = () => graphError(400, 'RoleAssignmentDoesNotExist');
    expect(await writer.take(given)).toEqual({ found: false });
    expect(posts()).toHaveLength(1);
  });

  it('is done when PIM has nothing to remove because it never carried out what it took in', async () => {
    requests = [{ ...ownRequest, status: 'Failed' }];
    onPost = () => graphError(400, 'RoleAssignmentDoesNotExist');
    expect(await writer.take(order)).toEqual({ found: true });
  });

  it('comes again at five minutes of active time when PIM refuses an earlier end', async () => {
    requests = [ownRequest];
    instances = [live];
    onPost = () => graphError(400, 'ActiveDurationTooShort');
    expect(await errorOf(writer.take(given))).toMatchObject({
      code: 'directory.too-early',
      retryable: true,
      retryAfterMs: 180_000,
    });
  });

  it('is not done while the removed assignment is still listed', async () => {
    requests = [ownRequest];
    instances = [live];
    onPost = () => ({ status: 201, body: { ...ownRequest, action: 'adminRemove', status: 'Revoked' } });
    expect(await errorOf(writer.take(given))).toMatchObject({ code: 'directory.settling', retryable: true });
    onPost = () => graphError(400, 'RoleAssignmentDoesNotExist');
    expect(await errorOf(writer.take(given))).toMatchObject({ code: 'directory.settling', retryable: true });
  });

  it('is not done while the giving itself is still under way', async () => {
    requests = [{ ...ownRequest, status: 'PendingProvisioning' }];
    onPost = () => graphError(400, 'RoleAssignmentDoesNotExist');
    expect(await errorOf(writer.take(order))).toMatchObject({ code: 'directory.settling', retryable: true });
  });

  it('calls off a request that waits for an approval in PIM', async () => {
    requests = [{ ...ownRequest, status: 'PendingApproval' }];
    onPost = () => ({ status: 204 });
    expect(await writer.take(order)).toEqual({ found: true });
    expect(posts().map(({ path }) => path)).toEqual([
      '/v1.0/roleManagement/directory/roleAssignmentScheduleRequests/ours/cancel',
    ]);
  });

  describe('what PIM gave by a request that it no longer finds', () => {
    it('is gone at its end when nothing of it is live', async () => {
      now = Date.parse(order.endsAt);
      expect(await writer.take(given)).toEqual({ found: true });
      expect(posts()).toHaveLength(0);
    });

    it.each([
      ['before its end', NOW],
      ['at its end', Date.parse(order.endsAt)],
    ])('is removed %s when it is live', async (_name, at) => {
      now = at;
      removing();
      requests = [];
      expect(await writer.take(given)).toEqual({ found: true });
      expect(posts()).toHaveLength(1);
    });

    it('is not gone while it is still listed', async () => {
      now = Date.parse(order.endsAt);
      instances = [live];
      onPost = () => graphError(400, 'RoleAssignmentDoesNotExist');
      expect(await errorOf(writer.take(given))).toMatchObject({ code: 'directory.settling', retryable: true });
    });

    it('is asked to be removed before its end, although nothing is listed', async () => {
      onPost = () => graphError(400, 'RoleAssignmentDoesNotExist');
      expect(await writer.take(given)).toEqual({ found: false });
      expect(posts()).toHaveLength(1);
    });

    it('is left alone when somebody else’s is in its place', async () => {
      now = Date.parse(order.endsAt);
      instances = [{ ...live, roleAssignmentScheduleId: 'by-hand' }];
      expect(await writer.take(given)).toEqual({ found: true });
      expect(posts()).toHaveLength(0);
    });
  });

  it.each<[string, Answer]>([
    ['cannot be read', graphError(503, 'ServiceUnavailable')],
    ['has no list in it', { status: 200, body: {} }],
  ])('is not done when the answer %s', async (_name, answer) => {
    server.answerWith(() => answer);
    expect(await errorOf(writer.take(order))).toMatchObject({ code: 'directory.unavailable', retryable: true });
  });

  it.each<[string, Order<DirectoryRole>]>([
    ['the request', given],
    ['the lists', order],
  ])('is not done when %s cannot be found, and what is live neither', async (_name, one) => {
    now = Date.parse(order.endsAt);
    server.answerWith(() => graphError(404, 'Request_ResourceNotFound'));
    expect(await errorOf(writer.take(one))).toMatchObject({ code: 'directory.not-found' });
  });
});
