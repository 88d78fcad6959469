import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, PageIterator, type PageCollection } from '@microsoft/microsoft-graph-client';
import {
  ABEL,
  ANNA,
  APPROVERS_GROUP_ID,
  APPROVERS_TEAM_GROUP_ID,
  EVERYBODY,
  ENGINEERS_GROUP_ID,
  GINA,
  OTHER_ACCOUNTS,
  RITA,
} from '../../../src/playground/cast.ts';
import type { Actor } from '../../../src/playground/microsoft/tenant/audit.ts';
import { type Bench, code, rows, startBench, text, trust } from './far-end.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
  trust(bench.far);
});
afterAll(() => bench.close());
beforeEach(() => bench.far.tenant.reset());

const BY_HAND: Actor = { kind: 'user', id: GINA.objectId, objectId: GINA.objectId, name: GINA.name };
const PEOPLE = EVERYBODY.length + OTHER_ACCOUNTS.length;
const guid = (index: number) => `dddddddd-0000-4000-8000-${String(index).padStart(12, '0')}`;

describe('people', () => {
  it('come without whether they are enabled, unless that is asked for', async () => {
    const plain = await bench.graph('bot', 'GET', `/users/${RITA.objectId}`);
    expect(plain.body).toMatchObject({ displayName: RITA.name, jobTitle: RITA.jobTitle });
    expect(plain.body).not.toHaveProperty('accountEnabled');
    bench.far.tenant.disableUser(RITA.objectId);
    const asked = await bench.graph('bot', 'GET', `/users/${RITA.objectId}?$select=accountEnabled,department`);
    expect(asked.body).toEqual({ '@odata.context': expect.any(String), accountEnabled: false, department: 'Platform' });
  });

  it('are found by id without regard to case, and by name', async () => {
    for (const id of [RITA.objectId.toUpperCase(), RITA.userPrincipalName])
      expect((await bench.graph('bot', 'GET', `/users/${id}?$select=id`)).body['id']).toBe(RITA.objectId);
  });

  it('are not found when they are not there, and then Graph says 404', async () => {
    const answer = await bench.graph('bot', 'GET', `/users/${guid(1)}`);
    expect([answer.status, code(answer)]).toEqual([404, 'Request_ResourceNotFound']);
  });

  it.each([
    [`id in ('${RITA.objectId}','${ANNA.objectId}')`, 2],
    ["startswith(displayName,'A')", 3],
    ["department eq 'Security' and accountEnabled eq true", 4],
    ["employeeId eq 'E1002'", 2],
    ["(jobTitle eq 'Head of IT' or displayName eq 'Rita Requester')", 2],
    ["displayName eq 'O''Brien'", 0],
  ])('can be filtered: %s', async (filter, found) => {
    const answer = await bench.graph('bot', 'GET', `/users?$filter=${filter}&$select=id`);
    expect([answer.status, rows(answer).length]).toEqual([200, found]);
  });
});

describe('memberships', () => {
  const check = (groupIds: unknown, of = `users/${RITA.objectId}`) =>
    bench.graph('bot', 'POST', `/${of}/checkMemberGroups`, { groupIds });
  const inGroups = (groupIds: unknown) => check(groupIds, `groups/${ENGINEERS_GROUP_ID}`);

  it('are told through groups in groups', async () => {
    const outer = guid(7);
    bench.far.tenant.directory.addGroup({ id: outer, displayName: 'Outer', memberIds: [ENGINEERS_GROUP_ID] }, BY_HAND);
    const answer = await check([outer, ENGINEERS_GROUP_ID, APPROVERS_GROUP_ID, guid(8)]);
    expect(rows(answer)).toEqual([outer, ENGINEERS_GROUP_ID]);
    expect(rows(await inGroups([outer, ENGINEERS_GROUP_ID, guid(8)]))).toEqual([outer]);
    expect((await check([outer], `groups/${guid(8)}`)).status).toBe(404);
    const members = await bench.graph('bot', 'GET', `/groups/${outer}/transitiveMembers?$select=id`);
    expect(rows(members).map((one) => one['@odata.type'])).toEqual(['#microsoft.graph.group', '#microsoft.graph.user']);
    const of = await bench.graph('bot', 'GET', `/users/${RITA.objectId}/transitiveMemberOf?$select=id`);
    expect(rows(of).length).toBe(2);
  });

  it('are asked for at most twenty groups at a time', async () => {
    const many = Array.from({ length: 21 }, (_, index) => guid(index));
    expect((await check(many.slice(0, 20))).status).toBe(200);
    expect((await check(many)).status).toBe(400);
    expect((await inGroups(many.slice(0, 20))).status).toBe(200);
    expect((await inGroups(many)).status).toBe(400);
  });

  it.each([[[]], [['not a guid']], [undefined]])('are not told for the question %j', async (groupIds) => {
    expect((await check(groupIds)).status).toBe(400);
    expect((await inGroups(groupIds)).status).toBe(400);
  });

  it('end when somebody is taken out of a group', async () => {
    bench.far.tenant.directory.removeMember(ENGINEERS_GROUP_ID, RITA.objectId, BY_HAND);
    expect(rows(await check([ENGINEERS_GROUP_ID]))).toEqual([]);
    const group = await bench.graph('bot', 'GET', `/groups/${APPROVERS_GROUP_ID}/transitiveMembers?$select=id,displayName`);
    expect(rows(group).map((one) => one['id'])).toEqual([ANNA.objectId, ABEL.objectId]);
  });
});

describe('pages', () => {
  it("hold a hundred when nothing is said, and Microsoft's own client reads them all", async () => {
    for (let index = 0; index < 250; index++)
      bench.far.tenant.directory.addUser(
        { id: guid(index), displayName: `Extra ${index}`, userPrincipalName: `extra${index}@playground.example` },
        BY_HAND,
      );
    const first = await bench.graph('bot', 'GET', '/users?$select=id');
    expect(rows(first).length).toBe(100);
    const token = text(
      (await bench.tokenOf('b0700000-0000-4000-8000-000000000001', 'https://graph.microsoft.com/.default')).body['access_token'],
    );
    const client = Client.initWithMiddleware({
      baseUrl: `${bench.far.graphUrl}/`,
      customHosts: new Set(['localhost']),
      authProvider: { getAccessToken: () => Promise.resolve(token) },
    });
    const ids = new Set<string>();
    const page: PageCollection = await client.api('/users').select('id').top(70).get();
    await new PageIterator(client, page, (user: { id: string }) => ids.add(user.id).size > 0).iterate();
    expect(ids.size).toBe(250 + PEOPLE);
  });

  it.each([['$top=0'], ['$top=1000'], ['$skiptoken=made-up']])('are not cut by %s', async (query) => {
    expect((await bench.graph('bot', 'GET', `/users?${query}`)).status).toBe(400);
  });

  it('lose their place when the object they go on from is gone', async () => {
    const first = await bench.graph('bot', 'GET', '/users?$select=id&$top=1');
    bench.far.tenant.directory.removeUser(text(rows(first)[0]?.['id']), BY_HAND);
    expect(code(await bench.graph('bot', 'GET', text(first.body['@odata.nextLink'])))).toBe('Directory_ExpiredPageToken');
  });
});

describe('groups', () => {
  it('tell who may join them, where Entra does', async () => {
    const ask = async (id: string) => (await bench.graph('bot', 'GET', `/groups/${id}?$select=id,visibility,groupTypes`)).body;
    expect(await ask(APPROVERS_TEAM_GROUP_ID)).toMatchObject({ visibility: 'Private', groupTypes: ['Unified'] });
    expect(await ask(APPROVERS_GROUP_ID)).toMatchObject({ visibility: 'Private', groupTypes: [] });
    expect(await ask(ENGINEERS_GROUP_ID)).toMatchObject({ visibility: null });
    bench.far.tenant.openTeam(APPROVERS_TEAM_GROUP_ID, true);
    expect(await ask(APPROVERS_TEAM_GROUP_ID)).toMatchObject({ visibility: 'Public' });
    bench.far.tenant.directory.setVisibility(APPROVERS_TEAM_GROUP_ID, 'HiddenMembership', BY_HAND);
    expect(await ask(APPROVERS_TEAM_GROUP_ID)).toMatchObject({ visibility: 'HiddenMembership' });
  });
});

describe('a question that is put wrongly is refused, never answered as if it were another', () => {
  let strict: Bench;
  beforeAll(async () => {
    strict = await startBench({ recorded: false });
  });
  afterAll(() => strict.close());

  it.each([
    ["/users?$filter=nickname eq 'x'", 'BadRequest'],
    ["/users?$filter=displayName is 'x'", 'BadRequest'],
    ['/users?$filter=displayName eq x', 'BadRequest'],
    ["/users?$filter=displayName eq 'x' or", 'BadRequest'],
    ["/users?$filter=displayName eq 'x", 'BadRequest'],
    ["/users?$filter=displayName ne 'x'", 'Request_UnsupportedQuery'],
    ['/users?$filter=createdDateTime ge 2026-01-01T00:00:00Z', 'Request_UnsupportedQuery'],
    ['/users?$count=true', 'Request_BadRequest'],
    ['/users?$search="displayName:x"', 'Request_UnsupportedQuery'],
    ['/users?$select=id,nickname', 'BadRequest'],
    ['/users?$expand=friends', 'BadRequest'],
    ['/users?$fitler=x', 'BadRequest'],
    ['/users?$top=1&$top=2', 'BadRequest'],
    ['/users?$top=many', 'BadRequest'],
    ['/users?$skip=3', 'Request_BadRequest'],
    ['/nonsense', 'BadRequest'],
    ['/groups/not-a-guid', 'Request_BadRequest'],
    [`/roleManagement/directory/roleAssignments?$filter=principalId eq ${RITA.objectId}`, 'BadRequest'],
  ])('%s', async (path, expected) => {
    const answer = await strict.graph('bot', 'GET', path);
    expect([answer.status, code(answer)]).toEqual([400, expected]);
  });

  it('and the same with the header that advanced filters need is answered', async () => {
    const headers = { consistencylevel: 'eventual' };
    const answer = await strict.graph('bot', 'GET', "/users?$filter=displayName ne 'x'&$count=true", undefined, headers);
    expect([answer.status, answer.body['@odata.count']]).toEqual([200, PEOPLE]);
  });

  it.each([
    ['PATCH', '/users', 405],
    ['DELETE', `/users/${RITA.objectId}`, 405],
    ['GET', 'BETA', 404],
  ])('%s %s is not offered', async (method, path, status) => {
    const address = path === 'BETA' ? `${strict.far.graphUrl}/beta/users` : path;
    expect((await strict.graph('perimeter', method, address)).status).toBe(status);
  });

  it.each([
    ['text/plain', '{"groupIds":[]}', 415],
    ['application/json', '{"groupIds":', 400],
    ['application/json', '[]', 400],
    ['application/json', `{"groupIds":["${'x'.repeat(5 * 1024 * 1024)}"]}`, 413],
  ])('a body of %s that begins %.20s', async (type, content, status) => {
    const token = text(
      (await strict.tokenOf('b0700000-0000-4000-8000-000000000001', 'https://graph.microsoft.com/.default')).body['access_token'],
    );
    const headers = { authorization: `Bearer ${token}`, 'content-type': type };
    const answer = await strict.raw(
      'POST',
      `${strict.far.graphUrl}/v1.0/users/${RITA.objectId}/checkMemberGroups`,
      headers,
      content,
    );
    expect([answer.status, typeof code(answer)]).toEqual([status, 'string']);
  });
});

describe('every answer', () => {
  it('carries its ids in the headers, and an error carries them in its body too', async () => {
    const mine = 'c0ffee00-0000-4000-8000-000000000001';
    const answer = await bench.graph('bot', 'GET', `/users/${guid(1)}`, undefined, { 'client-request-id': mine });
    const inner = answer.body['error']?.['innerError'];
    expect(inner?.['client-request-id']).toBe(mine);
    expect(inner?.['request-id']).toBe(answer.headers['request-id']);
    expect(answer.headers['date']).toBeDefined();
  });
});

describe('a batch', () => {
  it('is answered part by part, whatever becomes of each', async () => {
    const requests = [
      { id: '1', method: 'GET', url: `/users/${RITA.objectId}?$select=id` },
      { id: '2', method: 'GET', url: `/users/${guid(1)}` },
      { id: '3', method: 'GET', url: `/users/${ANNA.objectId}?$select=id`, dependsOn: ['2'] },
    ];
    const answer = await bench.graph('bot', 'POST', '/$batch', { requests });
    expect(rows(answer, 'responses').map((one) => [one['id'], one['status']])).toEqual([
      ['1', 200],
      ['2', 404],
      ['3', 424],
    ]);
    const many = Array.from({ length: 21 }, (_, index) => ({ ...requests[0], id: String(index) }));
    const strict = await startBench({ recorded: false });
    expect((await strict.graph('bot', 'POST', '/$batch', { requests: many })).status).toBe(400);
    await strict.close();
  });
});
