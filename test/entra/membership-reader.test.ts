import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { ClientSecretCredential } from '@azure/identity';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { codeOf } from '../../src/access/core/app-error.ts';
import { createGraphClient } from '../../src/entra/graph-client.ts';
import { createMembershipReader, type MembershipReader } from '../../src/entra/membership-reader.ts';
import { createLog } from '../../src/observe/log.ts';
import {
  ABEL,
  ANNA,
  ANNA_ADMIN,
  APPROVERS_GROUP_ID,
  APPROVERS_TEAM_GROUP_ID,
  BUILD_PIPELINE_PRINCIPAL_ID,
  DORA,
  ENGINEERS_GROUP_ID,
  GINA,
  GUS,
  PERIMETER_APP,
  RELEASE_GROUP_ID,
  RITA,
  TENANT_ID,
} from '../../src/playground/cast.ts';
import { type MicrosoftFarEnd, startMicrosoft } from '../../src/playground/microsoft/start.ts';
import { virtualClock } from '../durable/support/durable-world.ts';
import { type Answer, graphError, type HttpsServer, startHttps } from '../support/https-server.ts';

const log = createLog('perimeter', 'silent');
const NOBODY = '0b7ec700-0000-4000-8000-0000000000ff';
const human = { kind: 'outside' } as never;

describe('people in the tenant, as the perimeter may read them', () => {
  let microsoft: MicrosoftFarEnd;
  let people: MembershipReader;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hallpass-members-'));
    microsoft = await startMicrosoft({ clock: virtualClock(Date.now()), folder, limits: 'off' });
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(microsoft.caFile, 'utf8')]);
    const { clientId } = PERIMETER_APP;
    const options = { authorityHost: microsoft.loginUrl, disableInstanceDiscovery: true };
    const credential = new ClientSecretCredential(TENANT_ID, clientId, microsoft.tenant.clientSecretOf(clientId), options);
    people = createMembershipReader(createGraphClient({ graphUrl: microsoft.graphUrl, credential, log }));
  });
  afterAll(() => microsoft.close());

  it.each([
    ['a member', RITA.objectId, { enabled: true, userType: 'Member', employeeId: RITA.employeeId }],
    ['a guest', GUS.objectId, { enabled: true, userType: 'Guest', employeeId: '' }],
    ['somebody who left', DORA.objectId, { enabled: false, userType: 'Member' }],
    ['a second account', ANNA_ADMIN.objectId, { employeeId: ANNA.employeeId }],
  ])('are known: %s', async (_name, objectId, facts) => {
    expect(await people.factsOf(objectId, [])).toMatchObject({ status: 'known', ...facts });
  });

  it.each([
    ['nobody', NOBODY],
    ['a service principal', PERIMETER_APP.principalId],
    ['a group', ENGINEERS_GROUP_ID],
  ])('are absent: %s', async (_name, objectId) => {
    expect(await people.factsOf(objectId, [])).toEqual({ status: 'absent' });
  });

  it('are in the groups that were asked about, also through another group, and however many are asked about', async () => {
    const outer = '96000000-0000-4000-8000-0000000000f0';
    const inside = { id: outer, displayName: 'Outer', memberIds: [ENGINEERS_GROUP_ID] };
    microsoft.tenant.directory.addGroup(inside, human);
    const many = Array.from({ length: 40 }, (_, at) => `96000000-0000-4000-8000-0000000001${String(at).padStart(2, '0')}`);
    const facts = await people.factsOf(RITA.objectId, [APPROVERS_GROUP_ID, ...many, outer.toUpperCase(), outer]);
    expect(facts).toMatchObject({ memberOf: new Set([outer]) });
  });

  it('are given a group that is in others, at any depth, and only those that were asked about are told', async () => {
    const [middle, outer, hidden] = ['a1', 'a2', 'a3'].map((end) => `96000000-0000-4000-8000-0000000000${end}`) as [
      string,
      string,
      string,
    ];
    for (const [id, memberId] of [
      [middle, RELEASE_GROUP_ID],
      [outer, middle],
      [hidden, outer],
    ] as const)
      microsoft.tenant.directory.addGroup({ id, displayName: id, memberIds: [memberId] }, human);
    const many = Array.from({ length: 40 }, (_, at) => `96000000-0000-4000-8000-0000000001${String(at).padStart(2, '0')}`);
    const around = await people.groupsAround(RELEASE_GROUP_ID, [
      APPROVERS_GROUP_ID,
      ...many,
      outer.toUpperCase(),
      RELEASE_GROUP_ID,
    ]);
    expect(around).toEqual({ status: 'known', ids: new Set([outer]) });
    expect(await people.groupsAround(outer, [middle, RELEASE_GROUP_ID])).toEqual({ status: 'known', ids: new Set() });
    expect(await people.groupsAround(NOBODY, [outer])).toMatchObject({ status: 'unknown', code: 'directory.not-found' });
  });

  it('have a manager, or none', async () => {
    expect(await people.managerOf(RITA.objectId)).toEqual({ status: 'known', ids: new Set([ANNA.objectId]) });
    expect(await people.managerOf(GINA.objectId)).toEqual({ status: 'known', ids: new Set() });
    expect(await people.managerOf(NOBODY)).toEqual({ status: 'known', ids: new Set() });
  });

  it('own groups, and a group that is not there is not one without owners', async () => {
    expect(await people.ownersOf(ENGINEERS_GROUP_ID)).toEqual({ status: 'known', ids: new Set([GINA.objectId]) });
    expect(await people.ownersOf(RELEASE_GROUP_ID)).toEqual({ status: 'known', ids: new Set() });
    expect(await people.ownersOf(NOBODY)).toMatchObject({ status: 'unknown', code: 'directory.not-found' });
  });

  it('share a group with an application that owns it too, and Graph names as many owners as it expands and no more', async () => {
    const { directory } = microsoft.tenant;
    const before = directory.group(RELEASE_GROUP_ID)?.ownerIds ?? [];
    directory.changeGroup(RELEASE_GROUP_ID, { ownerIds: [BUILD_PIPELINE_PRINCIPAL_ID] }, human);
    expect(await people.ownersOf(RELEASE_GROUP_ID)).toEqual({ status: 'known', ids: new Set([BUILD_PIPELINE_PRINCIPAL_ID]) });
    const many = Array.from({ length: 20 }, (_, at) => directory.users()[at % directory.users().length]?.id ?? '');
    directory.changeGroup(RELEASE_GROUP_ID, { ownerIds: many }, human);
    expect((await people.ownersOf(RELEASE_GROUP_ID)).status).toBe('unknown');
    directory.changeGroup(RELEASE_GROUP_ID, { ownerIds: before }, human);
  });

  it('are in groups of several kinds', async () => {
    const of = async (id: string) => people.groupOf(id);
    expect(await of(APPROVERS_GROUP_ID)).toEqual({ status: 'known', roleAssignable: true, dynamic: false, synced: false });
    expect(await of(ENGINEERS_GROUP_ID.toUpperCase())).toMatchObject({ status: 'known', roleAssignable: false });
    expect(await of(APPROVERS_TEAM_GROUP_ID)).toMatchObject({ status: 'known', roleAssignable: false, dynamic: false });
    microsoft.tenant.directory.changeGroup(
      RELEASE_GROUP_ID,
      { membershipRule: 'user.x -eq 1', onPremisesSyncEnabled: true },
      human,
    );
    expect(await of(RELEASE_GROUP_ID)).toMatchObject({ status: 'known', dynamic: true, synced: true });
    expect(await of(NOBODY)).toEqual({ status: 'absent' });
  });
});

describe('an answer that is none', () => {
  let server: HttpsServer;
  let people: MembershipReader;
  beforeAll(async () => {
    server = await startHttps(() => ({ status: 200, body: {} }));
    const credential = { getToken: () => Promise.resolve({ token: 'the-token', expiresOnTimestamp: Date.now() + 3_600_000 }) };
    people = createMembershipReader(createGraphClient({ graphUrl: server.url, credential, log }));
  });
  beforeEach(() => server.answerWith(() => ({ status: 200, body: {} })));
  afterAll(() => server.close());

  const user = (id: string) => ({ status: 200, body: { id, accountEnabled: true, userType: 'Member', employeeId: 'E1' } });
  const groups = (...value: readonly string[]) => ({ status: 200, body: { value } });
  const both =
    (one: Answer, other: Answer) =>
    ({ method }: { readonly method: string }) =>
      method === 'GET' ? one : other;

  it.each<[string, Answer, Answer, object]>([
    ['nothing', user(RITA.objectId), groups(), { status: 'known', memberOf: new Set() }],
    ['the same, in capitals', user(RITA.objectId.toUpperCase()), groups(APPROVERS_GROUP_ID.toUpperCase()), { status: 'known' }],
    ['another person', user(ABEL.objectId), groups(), { status: 'unknown', code: 'directory.contradictory' }],
    [
      'a group nobody asked about',
      user(RITA.objectId),
      groups(ENGINEERS_GROUP_ID),
      { status: 'unknown', code: 'directory.contradictory' },
    ],
    [
      'no groups, for want of a permission',
      user(RITA.objectId),
      graphError(403, 'Authorization_RequestDenied'),
      { status: 'unknown', code: 'directory.forbidden' },
    ],
    [
      'an account that is not said to be enabled',
      { status: 200, body: { id: RITA.objectId } },
      groups(),
      { status: 'known', enabled: false, userType: '' },
    ],
  ])('about a person: %s', async (_name, one, other, expected) => {
    server.answerWith(both(one, other));
    expect(await people.factsOf(RITA.objectId, [APPROVERS_GROUP_ID])).toMatchObject(expected);
  });

  it('about a group: one that nobody asked about is a contradiction', async () => {
    server.answerWith(() => groups(RELEASE_GROUP_ID));
    const about = await people.groupsAround(ENGINEERS_GROUP_ID, [APPROVERS_GROUP_ID]);
    expect(about).toMatchObject({ status: 'unknown', code: 'directory.contradictory' });
  });

  it.each<[string, Answer, string]>([
    ['an outage', graphError(503, 'ServiceUnavailable'), 'directory.unavailable'],
    ['a page of a proxy', { status: 200, body: '<html>' }, 'directory.unavailable'],
    ['nothing that Graph would say', { status: 200, body: { value: [{ name: 'x' }] } }, 'directory.unavailable'],
  ])('is asked for again: %s', async (_name, answer, code) => {
    server.answerWith(() => answer);
    const about = ENGINEERS_GROUP_ID;
    const questions = [
      () => people.factsOf(RITA.objectId, []),
      () => people.managerOf(RITA.objectId),
      () => people.ownersOf(about),
      () => people.groupOf(about),
      () => people.groupsAround(about, [APPROVERS_GROUP_ID]),
    ];
    for (const ask of questions) expect(await ask().then(String, codeOf)).toBe(code);
  });

  it.each([
    ['managers', () => people.managerOf(RITA.objectId), 'User.Read.All'],
    ['owners', () => people.ownersOf(ENGINEERS_GROUP_ID), 'GroupMember.Read.All'],
    ['groups', () => people.groupOf(ENGINEERS_GROUP_ID), 'GroupMember.Read.All'],
    ['groups around one', () => people.groupsAround(ENGINEERS_GROUP_ID, [APPROVERS_GROUP_ID]), 'GroupMember.Read.All'],
  ])('is no "none" of %s, and names the permission', async (_name, ask, permission) => {
    server.answerWith(() => graphError(403, 'Authorization_RequestDenied'));
    expect(await ask()).toMatchObject({
      status: 'unknown',
      code: 'directory.forbidden',
      hint: expect.stringContaining(permission),
    });
  });
});
