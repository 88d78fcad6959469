import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Person } from '../../../src/access/core/person.ts';
import { ANNA_ADMIN, GUS, PERIMETER_APP } from '../../../src/playground/cast.ts';
import type { GuardedEntitlement } from '../../../src/perimeter/perimeter-config.ts';
import {
  ABEL,
  ANNA,
  APPROVERS,
  type ConfigWishes,
  ENGINEERS,
  GINA,
  perimeterConfig,
  SECURITY_READER,
  TENANT_ID,
} from '../support/perimeter-config.ts';
import { startWorld, type World } from '../support/world.ts';

jest.setTimeout(120_000);

const human = { kind: 'outside' } as never;
const person = (objectId: string): Person => ({ tenantId: TENANT_ID, objectId });
const byGroup = { approvers: { people: [], groups: [APPROVERS] } };

let world: World;
afterEach(() => world.close());

const forThemselves = (who: Person) => ({ requester: who, principal: who });
async function decide(requestId: string, approver: Person): Promise<number> {
  const decision = { decisionId: approver.objectId, decision: 'approve', approver, decidedAt: '2026-03-01T12:00:00.000Z' };
  return (await world.call('POST', `/grants/${requestId}/decisions`, decision)).status;
}
/** What became of it: `given`, or the code of the refusal. */
async function outcome(requestId: string): Promise<string> {
  const facts = await Promise.race([world.factsUntil(requestId, 'given'), world.factsUntil(requestId, 'refused')]);
  const last = facts.at(-1);
  return last?.type === 'refused' ? last.code : (last?.type ?? '');
}

describe('who receives, by the tenant’s own word', () => {
  it('is no guest in a group that may, unless the guest is named', async () => {
    world = await startWorld();
    world.microsoft.tenant.directory.addMember(ENGINEERS, GUS.objectId, human);
    const guest = forThemselves(person(GUS.objectId));
    await world.register('guest0000001', guest);
    expect(await outcome('guest0000001')).toBe('guardrail.principal-guest');

    await world.stop();
    await world.start({ more: { mayReceive: { groups: [], people: [person(GUS.objectId)] } } });
    await world.register('guest0000002', guest);
    await decide('guest0000002', ABEL);
    expect(await outcome('guest0000002')).toBe('given');
  });

  it('is no service principal, also where the file names it by mistake', async () => {
    world = await startWorld({ more: { mayReceive: { groups: [], people: [person(PERIMETER_APP.principalId)] } } });
    await world.register('service00001', forThemselves(person(PERIMETER_APP.principalId)));
    expect(await outcome('service00001')).toBe('guardrail.principal-absent');
  });
});

describe('who approves, by the tenant’s own word', () => {
  it.each<[string, NonNullable<ConfigWishes['more']>, Person, string]>([
    ['a member of the group', byGroup, ABEL, 'given'],
    ['nobody else', byGroup, person(ANNA_ADMIN.objectId), 'guardrail.approver'],
    ['the manager', { approvers: { people: [], groups: [], managerOf: 'principal' } }, ANNA, 'given'],
    ['nobody but the manager', { approvers: { people: [], groups: [], managerOf: 'principal' } }, ABEL, 'guardrail.approver'],
  ])('is %s', async (_name, more, approver, expected) => {
    world = await startWorld({ more });
    await world.register('decided00001');
    await decide('decided00001', approver);
    expect(await outcome('decided00001')).toBe(expected);
  });

  it.each([
    ['their own second account', ANNA_ADMIN.objectId, 'guardrail.same-person'],
    ['an account of somebody else', ABEL.objectId, 'given'],
  ])('is not %s', async (_name, approver, expected) => {
    world = await startWorld({ file: { samePerson: { attribute: 'employeeId' } } });
    await world.register('second000001', forThemselves(ANNA));
    await decide('second000001', person(approver));
    expect(await outcome('second000001')).toBe(expected);
  });

  it.each([
    ['was disabled after approving', true, 'guardrail.approver-disabled'],
    ['is what they were', false, 'given'],
  ])('is asked again when it is given: the first of two %s', async (_name, disabled, expected) => {
    world = await startWorld({ more: { ...byGroup, approvalsNeeded: 2 } });
    await world.register('twice0000001');
    await decide('twice0000001', ABEL);
    if (disabled) world.microsoft.tenant.directory.setEnabled(ABEL.objectId, false, human);
    await decide('twice0000001', ANNA);
    expect(await outcome('twice0000001')).toBe(expected);
  });

  it('counts once, however often they say so', async () => {
    world = await startWorld({ more: { ...byGroup, approvalsNeeded: 2 } });
    await world.register('again0000001');
    const again = { decision: 'approve', approver: ABEL, decidedAt: '2026-03-01T12:00:00.000Z' };
    const replies = await Promise.all(
      ['one', 'two', 'three'].map((decisionId) => world.call('POST', '/grants/again0000001/decisions', { ...again, decisionId })),
    );
    expect(replies.map(({ status, body }) => [status, body])).toMatchObject(
      Array.from({ length: 3 }, () => [202, { state: 'registered' }]),
    );
    await decide('again0000001', ANNA);
    expect(await outcome('again0000001')).toBe('given');
  });
});

describe('a group that is given', () => {
  const INNER = '96000000-0000-4000-8000-0000000000aa';
  /** Gina may receive this group and nothing else. */
  const inner = (shared: GuardedEntitlement): GuardedEntitlement => {
    const { directoryRole: _, ...rest } = shared;
    return { ...rest, id: 'inner', group: { groupId: INNER }, mayReceive: { groups: [], people: [GINA] } };
  };

  it.each([
    ['refused where the group is in one that receives', true, 'guardrail.unsafe-group'],
    ['given where it is in none', false, 'given'],
  ])('is %s', async (_name, nested, expected) => {
    const [shared] = perimeterConfig().entitlements;
    if (shared === undefined) throw new Error('the file has no entitlements');
    world = await startWorld({ file: { entitlements: [inner(shared), shared] } });
    await world.stop();
    world.microsoft.tenant.directory.addGroup({ id: INNER, displayName: 'Inner', memberIds: [] }, human);
    if (nested) world.microsoft.tenant.directory.addMember(ENGINEERS, INNER, human);
    await world.start();

    const asked = { ...forThemselves(GINA), entitlementId: 'inner' };
    const { state } = await world.register('inner0000001', asked);
    if (state === 'registered') await decide('inner0000001', ABEL);
    expect(await outcome('inner0000001')).toBe(expected);
    const { directory } = world.microsoft.tenant;
    expect([...directory.transitiveMemberIds(ENGINEERS)].includes(GINA.objectId)).toBe(false);
    expect(directory.group(INNER)?.memberIds).toEqual(nested ? [] : [GINA.objectId]);
  });
});

describe('an approval in chat', () => {
  it('does not count where it has to be signed, and changes nothing; a denial does', async () => {
    world = await startWorld({ more: { ...byGroup, assurance: 'signed' } });
    await world.register('unsigned0001');
    const approve = { decisionId: 'a', decision: 'approve', approver: ABEL, decidedAt: '2026-03-01T12:00:00.000Z' };
    const reply = await world.call('POST', '/grants/unsigned0001/decisions', approve);
    expect([reply.status, reply.body]).toMatchObject([409, { code: 'approval.must-be-signed' }]);
    expect((await world.call('GET', '/grants/unsigned0001')).body).toMatchObject({ state: 'registered' });
    await world.call('POST', '/grants/unsigned0001/decisions', { ...approve, decision: 'deny', decisionId: 'd' });
    expect((await world.factsUntil('unsigned0001', 'ended')).at(-1)).toMatchObject({ how: 'denied' });
  });
});

describe('budgets', () => {
  it('give the last place to one of two who are approved at the same time, and the other one gets it later', async () => {
    world = await startWorld({ more: { atMostLive: 1 } });
    await Promise.all([world.register('rita00000001'), world.register('anna00000001', forThemselves(ANNA))]);
    await Promise.all([decide('rita00000001', ABEL), decide('anna00000001', ABEL)]);
    const outcomes = await Promise.all([outcome('rita00000001'), outcome('anna00000001')]);
    expect(outcomes.toSorted()).toEqual(['given', 'guardrail.live-budget']);
    expect(world.holders()).toHaveLength(1);

    world.advance(31);
    await world.factsUntil(outcomes[0] === 'given' ? 'rita00000001' : 'anna00000001', 'ended');
    await world.register('later0000001', forThemselves(ANNA));
    await decide('later0000001', ABEL);
    expect(await outcome('later0000001')).toBe('given');
  });

  it('end a chain of renewals, by whatever name', async () => {
    world = await startWorld({ more: { coolDownMinutes: 30, atMostPerPrincipalPerDay: 2 } });
    const once = async (requestId: string, entitlementId: string): Promise<string> => {
      const { state } = await world.register(requestId, { entitlementId });
      if (state === 'registered') await decide(requestId, ABEL);
      const what = await outcome(requestId);
      if (what !== 'given') return what;
      world.advance(31);
      await world.factsUntil(requestId, 'ended');
      return what;
    };
    expect(await once('chain0000001', 'global-reader')).toBe('given');
    expect(await once('chain0000002', 'global-reader-again')).toBe('guardrail.cool-down');
    world.advance(31);
    expect(await once('chain0000003', 'global-reader-again')).toBe('given');
    world.advance(31);
    expect(await once('chain0000004', 'global-reader')).toBe('guardrail.daily-budget');
    expect(await once('chain0000005', 'security-reader')).toBe('given');
    world.advance(24 * 60);
    expect(await once('chain0000006', 'global-reader')).toBe('given');
    expect([...world.holders(), ...world.holders(SECURITY_READER)]).toEqual([]);
  });
});
