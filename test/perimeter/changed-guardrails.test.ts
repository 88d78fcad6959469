import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { type ConfigWishes, SECURITY_READER } from './support/perimeter-config.ts';
import { startWorld, type World } from './support/world.ts';

jest.setTimeout(180_000);
const ID = 'waiting00001';

let world: World;
afterEach(() => world.close());

async function restartWith(changed: ConfigWishes): Promise<void> {
  await world.stop();
  await world.start(changed);
}

describe('perimeter.yaml, changed while a request waits for its decision', () => {
  it.each<[string, ConfigWishes, string]>([
    ['no longer allows that long', { longestMinutes: 15 }, 'guardrail.duration'],
    ['means another role by the same name', { readerRole: SECURITY_READER }, 'guardrail.entitlement'],
    ['no longer has it', { without: 'global-reader' }, 'guardrail.entitlement'],
  ])('counts as it stands when it is given: it %s', async (_, changed, code) => {
    world = await startWorld();
    await world.register(ID);
    await restartWith(changed);
    await world.approve(ID);
    const facts = await world.factsUntil(ID, 'refused');
    expect(facts.at(-1)).toMatchObject({ code });
    expect([...world.holders(), ...world.holders(SECURITY_READER)]).toEqual([]);
  });

  it('gives what it still allows', async () => {
    world = await startWorld();
    await world.register(ID);
    await restartWith({ longestMinutes: 30 });
    await world.approve(ID);
    await world.factsUntil(ID, 'given');
    expect(world.holders()).toHaveLength(1);
  });
});

describe('perimeter.yaml, changed while access is held', () => {
  it.each<[string, ConfigWishes, ConfigWishes]>([
    ['the entitlement is taken out, with PIM', {}, { without: 'global-reader' }],
    ['the entitlement is taken out, without PIM', { endsOnlyByHallpass: true }, { without: 'global-reader' }],
    ['endsOnlyByHallpass is taken out', { endsOnlyByHallpass: true }, { endsOnlyByHallpass: false }],
    ['it means another role by the same name', {}, { readerRole: SECURITY_READER }],
  ])('moves no end: %s', async (_, before, changed) => {
    world = await startWorld(before);
    if (before.endsOnlyByHallpass === true) world.microsoft.tenant.setLicence('P1');
    await world.register(ID);
    await world.approve(ID);
    await world.factsUntil(ID, 'given');
    await restartWith(changed);
    world.advance(31);
    await world.factsUntil(ID, 'ended');
    expect(world.holders()).toEqual([]);
  });
});
