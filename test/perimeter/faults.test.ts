import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ANNA, GLOBAL_READER, RITA, SECURITY_READER } from './support/perimeter-config.ts';
import { startWorld, type World } from './support/world.ts';

// Backoff and Retry-After are real time.
jest.setTimeout(180_000);

const SEED = Number(process.env['HALLPASS_TEST_SEED'] ?? 7);

describe.each(['P2', 'P1'] as const)('with three calls in ten to a %s tenant going wrong in every way', (licence) => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ endsOnlyByHallpass: true });
    world.microsoft.tenant.setLicence(licence);
    world.microsoft.faults.seed(SEED);
  });
  afterAll(() => world.close());

  it('everything that was approved is given once, and everything given is gone after its end', async () => {
    world.microsoft.faults.add({ farEnds: ['graph'], rate: 0.3, slowMs: 100, staleMs: 500 });
    const asked = [RITA, ANNA].flatMap((person) =>
      ['global-reader', 'security-reader'].map((entitlementId) => ({
        id: `${entitlementId.replace('-', '')}${person.objectId.at(-1) ?? ''}`,
        entitlementId,
        person,
      })),
    );
    const outcomes = await Promise.all(
      asked.map(async ({ id, entitlementId, person }) => {
        await again(() => world.register(id, { entitlementId, requester: person, principal: person }));
        await again(() => world.approve(id));
        await world.factsUntil(id, 'giving');
        return Promise.race([world.factsUntil(id, 'given'), world.factsUntil(id, 'refused')]);
      }),
    );
    expect(outcomes.map((facts) => facts.at(-1)?.type)).toEqual(asked.map(() => 'given'));
    for (const role of [GLOBAL_READER, SECURITY_READER])
      expect(world.holders(role).toSorted((a, b) => a.localeCompare(b))).toEqual([RITA.objectId, ANNA.objectId]);

    world.advance(31);
    const ends = await Promise.all(asked.map(({ id }) => world.factsUntil(id, 'ended')));
    expect(ends.map((facts) => facts.map(({ type }) => type).filter((type) => type !== 'overdue'))).toEqual(
      asked.map(() => ['registered', 'decided', 'giving', 'given', 'ended']),
    );
    expect([...world.holders(GLOBAL_READER), ...world.holders(SECURITY_READER)]).toEqual([]);
  });
});

/** As the bot's commands do: what could not be judged is sent again. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes('503')) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
