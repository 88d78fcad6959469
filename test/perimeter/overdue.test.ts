import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { RITA } from './support/perimeter-config.ts';
import { startWorld, type World } from './support/world.ts';

jest.setTimeout(180_000);

let world: World;
beforeAll(async () => {
  world = await startWorld({ endsOnlyByHallpass: true });
  // Without PIM nothing but Hallpass ends it.
  world.microsoft.tenant.setLicence('P1');
});
afterAll(() => world.close());

describe('access that should be gone and is not', () => {
  it('sounds an alarm of its own, tells the bot how to end it by hand, and is taken away as soon as that is possible', async () => {
    await world.register('overdue00001');
    await world.approve('overdue00001');
    await world.factsUntil('overdue00001', 'given');
    world.microsoft.faults.setOffline('graph', true);
    // The first alarm is answered badly: it is sent again.
    let alarms = 0;
    const sounded = new Promise<void>((resolve) => {
      world.alarms.answerWith(() => {
        alarms += 1;
        if (alarms === 2) resolve();
        return { status: alarms === 1 ? 500 : 200, body: {} };
      });
    });
    world.advance(31);
    world.advance(7);
    const facts = await world.factsUntil('overdue00001', 'overdue');
    const overdue = facts.at(-1);
    expect(overdue).toMatchObject({ type: 'overdue', byHand: expect.stringContaining('az rest --method DELETE') });
    await sounded;
    const [first] = world.alarms.asked;
    expect(first).toMatchObject({
      method: 'POST',
      path: '/alarm',
      body: { kind: 'overdue', requestId: 'overdue00001', principalId: RITA.objectId },
    });
    expect(JSON.stringify(first)).not.toContain('ticket 42');
    expect(world.holders()).toEqual([RITA.objectId]);

    world.microsoft.faults.setOffline('graph', false);
    await world.factsUntil('overdue00001', 'ended');
    expect(world.holders()).toEqual([]);
  });

  it('is taken away while nothing can be given', async () => {
    await world.register('takefirst001');
    await world.approve('takefirst001');
    await world.factsUntil('takefirst001', 'given');
    world.microsoft.faults.add({ farEnds: ['graph'], method: 'POST', rate: 1, kinds: ['throttled'], retryAfterSeconds: 30 });
    world.advance(31);
    await world.factsUntil('takefirst001', 'ended');
    world.microsoft.faults.clear();
    expect(world.holders()).toEqual([]);
  });
});
