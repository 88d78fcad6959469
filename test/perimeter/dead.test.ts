import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ANNA, GLOBAL_READER, RITA, SECURITY_READER } from './support/perimeter-config.ts';
import { startWorld, type World } from './support/world.ts';

jest.setTimeout(180_000);

const DAY_MINUTES = 24 * 60;
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
};

let world: World;
beforeEach(async () => {
  world = await startWorld({
    endsOnlyByHallpass: true,
    longestMinutes: 8 * DAY_MINUTES,
    file: { approvalsGoodForMinutes: 2 * DAY_MINUTES },
  });
});
afterEach(() => world.close());

const given = async (requestId: string, different: Parameters<World['register']>[1] = {}): Promise<void> => {
  await world.register(requestId, different);
  await world.approve(requestId);
  await world.factsUntil(requestId, 'given');
};
const holders = () => [...world.holders(GLOBAL_READER), ...world.holders(SECURITY_READER)];
/** One that only Hallpass ends, and one that Entra ends by itself. */
const giveBoth = async (durationMinutes: number): Promise<void> => {
  world.microsoft.tenant.setLicence('P1');
  await given('plainofrita1', { durationMinutes });
  world.microsoft.tenant.setLicence('P2');
  await given('pimofanna001', { durationMinutes, requester: ANNA, principal: ANNA });
  expect(holders().toSorted()).toEqual([RITA.objectId, ANNA.objectId].toSorted());
};

/** The directory shows what is gone before the ledger has noted it; a clock that jumps in between makes it overdue. */
const untilOpen = async (count: number): Promise<void> => {
  for (;;) {
    const open = (await world.ops('/metrics')).text.matchAll(/^hallpass_open_grants\{.*\} (\d+)$/gm);
    if ([...open].reduce((sum, [, some]) => sum + Number(some), 0) === count) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

describe('a perimeter that is dead for a day', () => {
  it('has what ends by itself ended on time meanwhile, and ends the rest before it gives anything', async () => {
    await giveBoth(60);
    await world.register('waitsforaday', {
      entitlementId: 'security-reader',
      approvalWindowMinutes: 2 * DAY_MINUTES,
      durationMinutes: 3 * DAY_MINUTES,
    });
    // Approved, and not given yet: it waits in the ledger when the perimeter dies.
    world.microsoft.faults.add({ farEnds: ['graph'], method: 'POST', rate: 1, kinds: ['throttled'], retryAfterSeconds: 1 });
    await world.approve('waitsforaday');
    await until(() => world.microsoft.faults.log.length > 0);
    await world.stop();
    world.microsoft.faults.clear();
    const before = world.microsoft.tenant.audit.entries.length;
    world.advance(DAY_MINUTES);
    await until(() => holders().length === 1);
    expect(holders()).toEqual([RITA.objectId]);

    await world.start();
    await world.factsUntil('plainofrita1', 'ended');
    await world.factsUntil('waitsforaday', 'given');
    const deeds = world.microsoft.tenant.audit.entries.slice(before).map(({ action }) => action);
    expect(deeds.filter((action) => ['role.ended', 'role.taken', 'role.given'].includes(action))).toEqual([
      'role.ended',
      'role.taken',
      'role.given',
    ]);
    expect((await world.factsUntil('plainofrita1', 'ended')).at(-1)).toMatchObject({ how: 'expired' });
    expect((await world.factsUntil('pimofanna001', 'ended')).at(-1)).toMatchObject({ how: 'expired' });
  });
});

describe('a bot that is dead for a week', () => {
  it('is not needed: everything ends on time, and what nobody decided lapses', async () => {
    await giveBoth(60);
    await given('fivedays0001', { entitlementId: 'security-reader', durationMinutes: 5 * DAY_MINUTES });
    await world.register('nobodysays01', {
      entitlementId: 'security-reader',
      requester: ANNA,
      principal: ANNA,
      approvalWindowMinutes: 120,
    });
    world.advance(59);
    expect(holders()).toHaveLength(3);
    world.advance(2);
    await until(() => holders().length === 1);
    await untilOpen(2);
    for (let day = 0; day < 4; day++) {
      world.advance(DAY_MINUTES);
      expect(holders()).toEqual([RITA.objectId]);
    }
    world.advance(DAY_MINUTES);
    await until(() => holders().length === 0);
    await untilOpen(0);
    world.advance(2 * DAY_MINUTES);
    // When it comes back, it hears what became of all of it.
    for (const id of ['plainofrita1', 'pimofanna001', 'fivedays0001'])
      expect((await world.factsUntil(id, 'ended')).at(-1)).toMatchObject({ how: 'expired', confirmedAt: expect.any(String) });
    expect((await world.factsUntil('nobodysays01', 'ended')).at(-1)).toMatchObject({ how: 'lapsed' });
    expect(world.alarms.asked).toEqual([]);
  });
});
