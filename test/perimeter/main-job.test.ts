import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ABEL, GLOBAL_READER, RITA, SECURITY_READER } from './support/perimeter-config.ts';
import { startWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

describe('access by PIM', () => {
  it('is given after the decision, and taken away on time', async () => {
    expect(await world.register('ontime000001')).toMatchObject({ state: 'registered' });
    expect(world.holders()).toEqual([]);
    await world.approve('ontime000001');
    const given = await world.factsUntil('ontime000001', 'given');
    expect(given.map(({ type }) => type)).toEqual(['registered', 'decided', 'giving', 'given']);
    expect(world.holders()).toEqual([RITA.objectId]);
    world.advance(29);
    expect(world.holders()).toEqual([RITA.objectId]);
    world.advance(2);
    const facts = await world.factsUntil('ontime000001', 'ended');
    expect(facts.map(({ type }) => type)).toEqual(['registered', 'decided', 'giving', 'given', 'ended']);
    expect(facts.at(-1)).toMatchObject({ how: 'expired', confirmedAt: expect.any(String) });
    expect(world.holders()).toEqual([]);
  });

  it('is given back early, also within the five minutes that Entra insists on', async () => {
    await world.register('early0000001', { entitlementId: 'security-reader' });
    await world.approve('early0000001');
    await world.factsUntil('early0000001', 'given');
    await world.end('early0000001');
    expect(world.holders(SECURITY_READER)).toEqual([RITA.objectId]);
    world.advance(5.1);
    const facts = await world.factsUntil('early0000001', 'ended');
    expect(facts.at(-1)).toMatchObject({ how: 'released' });
    expect(world.holders(SECURITY_READER)).toEqual([]);
  });

  it('is never given to somebody who holds it by another hand, and theirs stays', async () => {
    const byHand = world.microsoft.tenant.grantRole({ principalId: RITA.objectId, roleDefinitionId: GLOBAL_READER });
    const before = world.microsoft.exchanges.recent().filter(isWrite).length;
    await world.register('byhand000001');
    await world.approve('byhand000001');
    const facts = await world.factsUntil('byhand000001', 'refused');
    expect(facts.at(-1)).toMatchObject({ code: 'grant.already-held' });
    expect(world.holders()).toEqual([RITA.objectId]);
    expect(world.microsoft.exchanges.recent().filter(isWrite)).toHaveLength(before);
    world.microsoft.tenant.ungrantRole(byHand);
  });

  it('leaves nothing behind for an approval in PIM that Hallpass does not wait for', async () => {
    const { pim } = world.microsoft.tenant;
    pim.nextOutcome = 'PendingApproval';
    await world.register('awaitsappr01');
    await world.approve('awaitsappr01');
    expect((await world.factsUntil('awaitsappr01', 'refused')).at(-1)).toMatchObject({ code: 'directory.awaits-approval' });
    expect(pim.requests().map(({ status }) => status)).not.toContain('PendingApproval');
    expect(world.holders()).toEqual([]);
  });

  it('is not given when the requester approves', async () => {
    await world.register('selfappr0001');
    const decision = { decisionId: 'd1', decision: 'approve', approver: RITA, decidedAt: '2026-03-01T12:00:00Z' };
    expect((await world.call('POST', '/grants/selfappr0001/decisions', decision)).status).toBe(202);
    const facts = await world.factsUntil('selfappr0001', 'refused');
    expect(facts.map(({ type }) => type)).toEqual(['registered', 'refused']);
    expect(facts.at(-1)).toMatchObject({ code: 'guardrail.self-approval' });
    expect(world.holders()).toEqual([]);
  });

  it('is not given after a denial', async () => {
    await world.register('denied000001');
    const decision = { decisionId: 'd1', decision: 'deny', approver: ABEL, decidedAt: '2026-03-01T12:00:00Z' };
    await world.call('POST', '/grants/denied000001/decisions', decision);
    expect((await world.factsUntil('denied000001', 'ended')).at(-1)).toMatchObject({ how: 'denied' });
    expect(await world.approve('denied000001')).toMatchObject({ state: 'ended' });
  });

  it('is not given after the window for decisions has closed', async () => {
    await world.register('lapsed000001', { approvalWindowMinutes: 10 });
    world.advance(11);
    await world.approve('lapsed000001');
    expect((await world.factsUntil('lapsed000001', 'ended')).at(-1)).toMatchObject({ how: 'lapsed' });
    expect(world.holders()).toEqual([]);
  });

  it('is taken away by a withdrawal that arrives while it is being given', async () => {
    await world.register('during000001');
    await Promise.all([world.approve('during000001'), world.end('during000001', 'withdraw')]);
    world.advance(6);
    const facts = await world.factsUntil('during000001', 'ended');
    expect(facts.at(-1)).toMatchObject({ how: 'withdrawn' });
    expect(world.holders()).toEqual([]);
  });

  it('is never given when the end was asked for before the request arrived', async () => {
    expect(await world.end('tombst000001', 'withdraw')).toMatchObject({ state: 'ended' });
    expect(await world.register('tombst000001')).toMatchObject({ state: 'ended' });
    expect(await world.approve('tombst000001')).toMatchObject({ state: 'ended' });
    expect((await world.factsUntil('tombst000001', 'ended')).map(({ type }) => type)).toEqual(['ended']);
  });
});

function isWrite({ method, url }: { readonly method: string; readonly url: string }): boolean {
  return method === 'POST' && url.includes('roleManagement');
}
