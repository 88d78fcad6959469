import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { RITA } from './support/perimeter-config.ts';
import { startWorld, type World } from './support/world.ts';

jest.setTimeout(60_000);

let world: World;
afterEach(() => world.close());

describe('a tenant that loses PIM while access is held', () => {
  it('has the access taken away on time all the same, although Entra no longer ends it', async () => {
    world = await startWorld();
    await world.register('lapsed000001');
    await world.approve('lapsed000001');
    await world.factsUntil('lapsed000001', 'given');
    world.microsoft.tenant.setLicence('P1');
    expect(world.microsoft.tenant.holders().find(({ principalId }) => principalId === RITA.objectId)?.endsAt).toBeUndefined();

    world.advance(31);
    const facts = await world.factsUntil('lapsed000001', 'ended');
    expect(facts.at(-1)).toMatchObject({ how: 'expired', confirmedAt: expect.any(String) });
    expect(world.holders()).toEqual([]);
  });

  it('is told how to end it by hand without PIM, when Hallpass may not', async () => {
    world = await startWorld();
    await world.register('lapsed000002');
    await world.approve('lapsed000002');
    await world.factsUntil('lapsed000002', 'given');
    const { tenant, faults } = world.microsoft;
    tenant.setLicence('P1');
    faults.add({ farEnds: ['graph'], method: 'DELETE', rate: 1, kinds: ['unavailable'], retryAfterSeconds: 1 });
    world.advance(31);
    while (faults.log.length === 0) await sleep(20);
    world.advance(7);
    const facts = await world.factsUntil('lapsed000002', 'overdue');
    const assignment = tenant.holders().find(({ principalId }) => principalId === RITA.objectId);
    expect(facts.at(-1)).toMatchObject({
      byHand: expect.stringContaining(`/roleAssignments/${assignment?.assignmentId ?? ''}'`),
    });
    faults.clear();
    await world.factsUntil('lapsed000002', 'ended');
    expect(world.holders()).toEqual([]);
  });
});
