import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { RITA } from './support/perimeter-config.ts';
import { startWorld, type World } from './support/world.ts';

// What is shown late is late in real time.
jest.setTimeout(60_000);

const STALE_MS = 1_500;

let world: World;
afterEach(() => world.close());

describe('who gives access back and asks for it again at once', () => {
  it.each(['P2', 'P1'] as const)('is given it, although Entra (%s) still shows the access that is gone', async (licence) => {
    world = await startWorld({ endsOnlyByHallpass: true });
    world.microsoft.tenant.setLicence(licence);
    await world.register('first0000001');
    await world.approve('first0000001');
    await world.factsUntil('first0000001', 'given');
    // A reader of a while ago has to have seen it.
    await sleep(STALE_MS);
    world.advance(6);
    await world.end('first0000001');
    await world.factsUntil('first0000001', 'ended');

    world.microsoft.faults.setStaleness(STALE_MS);
    await world.register('again0000001');
    await world.approve('again0000001');
    const facts = await Promise.race([world.factsUntil('again0000001', 'given'), world.factsUntil('again0000001', 'refused')]);
    expect(facts.map(({ type }) => type)).toEqual(['registered', 'decided', 'giving', 'given']);
    expect(world.holders()).toEqual([RITA.objectId]);
  });
});
