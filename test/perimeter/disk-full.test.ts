import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SECURITY_READER } from './support/perimeter-config.ts';
import { approval, startWorld, type World } from './support/world.ts';

jest.setTimeout(180_000);

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

describe('a perimeter whose disk is full', () => {
  it('registers, decides and gives nothing, takes away all the same, and goes on when there is room', async () => {
    await world.register('givenbefore1', { entitlementId: 'security-reader' });
    await world.approve('givenbefore1');
    await world.factsUntil('givenbefore1', 'given');
    await world.register('waiting00001');

    world.fillDisk(true);
    const body = { requestId: 'toolate00001', ...honest() };
    expect(await world.call('POST', '/grants', body)).toMatchObject({ status: 503, body: { code: 'store.full' } });
    const decision = await world.call('POST', '/grants/waiting00001/decisions', approval('d'));
    expect(decision).toMatchObject({ status: 503, body: { code: 'store.full' } });
    expect((await world.call('GET', '/healthz')).body).toEqual({ status: 'degraded' });
    world.advance(31);
    expect((await world.factsUntil('givenbefore1', 'ended')).at(-1)).toMatchObject({ how: 'expired' });
    expect(world.holders(SECURITY_READER)).toEqual([]);

    world.fillDisk(false);
    expect((await world.call('POST', '/grants/waiting00001/decisions', approval('d'))).status).toBe(202);
    await world.factsUntil('waiting00001', 'given');
  });

  it('gives what was approved before only once there is room again', async () => {
    const { faults } = world.microsoft;
    await world.register('approved0001', { entitlementId: 'security-reader' });
    // Who decides is looked up at once; what the principal holds, only by the command that follows.
    const taken = faults.add({
      farEnds: ['graph'],
      path: /roleManagement/,
      rate: 1,
      kinds: ['unavailable'],
      retryAfterSeconds: 1,
    });
    const before = faults.log.length;
    await world.approve('approved0001');
    while (faults.log.length === before) await new Promise(setImmediate);
    world.fillDisk(true);
    taken();
    // The next try is refused by the full disk, and leaves no trace at Graph.
    const asked = world.microsoft.exchanges.recent().length;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(world.microsoft.exchanges.recent()).toHaveLength(asked);
    world.fillDisk(false);
    await world.factsUntil('approved0001', 'given');
  });
});

function honest() {
  const rita = { tenantId: '5c0ffee0-1111-4222-8333-444455556666', objectId: '0b7ec700-0000-4000-8000-000000000001' };
  return {
    requester: rita,
    principal: rita,
    entitlementId: 'global-reader',
    durationMinutes: 30,
    justification: 'x',
    approvalWindowMinutes: 60,
  };
}
