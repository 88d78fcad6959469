import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createGraphClient } from '../../src/entra/graph-client.ts';
import { createPimGroupWriter } from '../../src/entra/pim-group-writer.ts';
import { createLog } from '../../src/observe/log.ts';
import type { GroupMembership } from '../../src/access/core/target.ts';
import type { AccessWriter, Order } from '../../src/perimeter/access-writer.ts';
import { type Answer, type Asked, graphError, type HttpsServer, startHttps } from '../support/https-server.ts';

const RITA = '0b7ec700-0000-4000-8000-000000000001';
const GROUP = '96000000-0000-4000-8000-000000000006';
const REQUEST = '6aacaee8-4089-4048-9510-3119367fc943';
const NOW = Date.parse('2026-03-01T12:00:00Z');
const START = '2026-03-01T11:58:00Z';
const DIGEST = 'q80-8Z1VSQ9KqX6yRr0qzVqZr3xq5b0o3kq1m2n4p5A';
const REQUESTS = '/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests';
const order: Order<GroupMembership> = {
  grantId: 'grant00001',
  principalId: RITA,
  target: { kind: 'group', groupId: GROUP },
  endsAt: '2026-03-01T13:00:00.000Z',
  justification: 'ticket 42',
};
const given: Order<GroupMembership> = { ...order, assignment: { kind: 'pim', id: REQUEST, roleAssignmentId: RITA } };

type Row = Record<string, unknown>;
const ids = { accessId: 'member', groupId: GROUP, principalId: RITA };
const ownRequest: Row = {
  ...ids,
  id: REQUEST,
  status: 'Provisioned',
  action: 'adminAssign',
  targetScheduleId: `${GROUP}_member_${REQUEST}`,
  createdDateTime: START,
  ticketInfo: { ticketNumber: 'grant00001', ticketSystem: 'hallpass' },
};
const live: Row = {
  ...ids,
  id: `${GROUP}_member_${REQUEST}_instance`,
  assignmentType: 'assigned',
  memberType: 'direct',
  startDateTime: START,
  endDateTime: order.endsAt,
  assignmentScheduleId: `${GROUP}_member_${REQUEST}`,
};
const byHand: Row = { ...live, assignmentScheduleId: `${GROUP}_member_another` };

let server: HttpsServer;
let writer: AccessWriter<GroupMembership>;
let now = NOW;
let requests: Row[];
let instances: Row[];
let members: string[];
let isLicensed: boolean;
let onWrite: (asked: Asked) => Answer;
let before: number;
const asked = () => server.asked.slice(before);
const writes = () => asked().filter(({ method }) => method !== 'GET');

beforeAll(async () => {
  server = await startHttps((call) => {
    if (!isLicensed && call.path.includes('/privilegedAccess/')) return graphError(400, 'AadPremiumLicenseRequired');
    if (call.method !== 'GET') return onWrite(call);
    if (call.path.endsWith('/members')) return { status: 200, body: { value: members.map((id) => ({ id })) } };
    return { status: 200, body: { value: call.path === REQUESTS ? requests : instances } };
  });
  const credential = { getToken: () => Promise.resolve({ token: 't', expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const graph = createGraphClient({ graphUrl: server.url, credential, log: createLog('perimeter', 'silent') });
  writer = createPimGroupWriter(graph, { now: () => now, onMoved: () => () => undefined });
});
afterAll(() => server.close());
beforeEach(() => {
  before = server.asked.length;
  now = NOW;
  requests = [];
  instances = [];
  members = [];
  isLicensed = true;
  onWrite = () => ({ status: 201, body: ownRequest });
});

describe('giving a membership by PIM', () => {
  it('asks for one with an end, under the number of the grant and the digest of its evidence', async () => {
    instances = [live];
    expect(await writer.give({ ...order, evidenceDigest: DIGEST })).toEqual(given.assignment);
    expect(writes().map(({ path, body }) => [path, body])).toEqual([
      [
        REQUESTS,
        {
          ...ids,
          action: 'adminAssign',
          justification: 'ticket 42',
          ticketInfo: { ticketNumber: 'grant00001', ticketSystem: `hallpass:${DIGEST}` },
          scheduleInfo: {
            startDateTime: '2026-03-01T12:00:00.000Z',
            expiration: { type: 'afterDateTime', endDateTime: '2026-03-01T13:00:00.000Z' },
          },
        },
      ],
    ]);
  });

  it('does not believe a 201 alone', async () => {
    onWrite = () => ({ status: 201, body: { ...ownRequest, status: 'PendingProvisioning' } });
    await expect(writer.give(order)).rejects.toMatchObject({ code: 'directory.settling', retryable: true });
    onWrite = () => ({ status: 201, body: { ...ownRequest, status: 'PendingApproval' } });
    await expect(writer.give(order)).rejects.toMatchObject({ code: 'directory.awaits-approval' });
  });
});

describe('what is held already', () => {
  it('is what PIM lists, in whatever way it came to be, but not what comes through another group', async () => {
    instances = [live, { ...byHand, assignmentType: 'activated' }];
    expect(await writer.held(order)).toEqual([REQUEST, 'another']);
    instances = [{ ...byHand, memberType: 'group' }];
    expect(await writer.held(order)).toEqual([]);
  });

  it('is also who is in a group that PIM does not know yet', async () => {
    members = [RITA];
    expect(await writer.held(order)).toEqual([RITA]);
    members = [];
    expect(await writer.held(order)).toEqual([]);
  });

  it('is not ownership, nor anything of another group or person', async () => {
    instances = [
      { ...live, accessId: 'owner' },
      { ...live, groupId: RITA },
      { ...live, principalId: GROUP },
    ];
    expect(await writer.held(order)).toEqual([]);
  });

  it('cannot be told without the licence', async () => {
    isLicensed = false;
    await expect(writer.held(order)).rejects.toMatchObject({ code: 'directory.not-licensed' });
  });
});

describe('finding what an earlier try gave', () => {
  it.each([
    ['as it was given before there was evidence', 'hallpass'],
    ['with a digest, even one of a later decision', `hallpass:${DIGEST}`],
  ])('knows its own request by its ticket, %s', async (_name, ticketSystem) => {
    requests = [
      { ...ownRequest, id: 'by-hand', ticketInfo: { ticketNumber: null, ticketSystem: null } },
      { ...ownRequest, id: 'elsewhere', ticketInfo: { ticketNumber: 'grant00001', ticketSystem: 'hallpassport' } },
      { ...ownRequest, id: 'another-grant', ticketInfo: { ticketNumber: 'grant00002', ticketSystem } },
      { ...ownRequest, id: 'ownership', accessId: 'owner', ticketInfo: { ticketNumber: 'grant00001', ticketSystem } },
      { ...ownRequest, id: 'a-removal', action: 'adminRemove', ticketInfo: { ticketNumber: 'grant00001', ticketSystem } },
      { ...ownRequest, ticketInfo: { ticketNumber: 'grant00001', ticketSystem } },
    ];
    expect(await writer.find(order)).toEqual({ kind: 'pim', id: REQUEST });
  });

  it('asks for one group and one person: Graph lists nothing without', async () => {
    expect(await writer.find(order)).toBeUndefined();
    expect(asked().map(({ query }) => query.get('$filter'))).toEqual([`groupId eq '${GROUP}' and principalId eq '${RITA}'`]);
  });
});

describe('taking a membership by PIM', () => {
  const removing = (): void => {
    requests = [ownRequest];
    instances = [live];
    onWrite = () => {
      instances = [];
      return {
        status: 201,
        body: { ...ownRequest, id: 'removal', action: 'adminRemove', status: 'Revoked', targetScheduleId: null },
      };
    };
  };

  it.each([
    ['by what is remembered of it', given],
    ['by its ticket when the answer to the giving was lost', order],
  ])('removes what is ours, %s, and reads back that it is gone', async (_name, one) => {
    removing();
    expect(await writer.take(one)).toEqual({ found: true });
    expect(writes().map(({ method, path, body }) => [method, path, body])).toMatchObject([
      ['POST', REQUESTS, { ...ids, action: 'adminRemove' }],
    ]);
  });

  it('removes what PIM has forgotten to have been asked for', async () => {
    removing();
    requests = [];
    expect(await writer.take(given)).toEqual({ found: true });
    expect(writes()).toHaveLength(1);
  });

  it('leaves a membership alone that somebody else made in its place', async () => {
    requests = [ownRequest];
    instances = [byHand];
    expect(await writer.take(given)).toEqual({ found: true });
    expect(writes()).toEqual([]);
  });

  it('comes again at five minutes when PIM refuses an earlier end', async () => {
    removing();
    onWrite = () => graphError(400, 'ActiveDurationTooShort');
    await expect(writer.take(given)).rejects.toMatchObject({ code: 'directory.too-early', retryAfterMs: 180_000 });
  });

  it('is not done while the removed membership is still listed', async () => {
    removing();
    onWrite = () => ({ status: 201, body: { ...ownRequest, action: 'adminRemove', status: 'Revoked' } });
    await expect(writer.take(given)).rejects.toMatchObject({ code: 'directory.settling', retryable: true });
  });

  it('calls off a request that waits for an approval in PIM', async () => {
    requests = [{ ...ownRequest, status: 'PendingApproval' }];
    onWrite = () => ({ status: 204 });
    expect(await writer.take(order)).toEqual({ found: true });
    expect(writes().map(({ path }) => path)).toEqual([`${REQUESTS}/${REQUEST}/cancel`]);
  });

  it('goes by the group itself when the licence of PIM has lapsed', async () => {
    isLicensed = false;
    members = [RITA];
    onWrite = ({ path }) => {
      if (path.endsWith(`/members/${RITA}/$ref`)) members = [];
      return { status: 204 };
    };
    expect(writer.byHand(given)).toContain('adminRemove');
    expect(await writer.take(given)).toEqual({ found: true });
    expect(members).toEqual([]);
    expect(writer.byHand(given)).toBe(`az ad group member remove --group ${GROUP} --member-id ${RITA}`);
  });
});

describe('a look for drift', () => {
  it('tells the end that PIM will keep', async () => {
    requests = [ownRequest];
    instances = [byHand, { ...live, endDateTime: '2026-03-01T14:00:00Z' }];
    expect(await writer.look(given)).toEqual({ isThere: true, endsAt: '2026-03-01T14:00:00.000Z' });
  });

  it('notices who removed the member from the group', async () => {
    requests = [ownRequest];
    expect(await writer.look(given)).toEqual({ isThere: false });
    instances = [byHand];
    expect(await writer.look(given)).toEqual({ isThere: false });
  });
});
