import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { GLOBAL_READER, RITA } from './support/perimeter-config.ts';
import { startWorld, type World } from './support/world.ts';

// Restarts, and waits that Entra imposes.
jest.setTimeout(180_000);

const REQUESTS = /roleAssignmentScheduleRequests/;
const ASSIGNMENTS = /roleManagement\/directory\/roleAssignments/;

describe.each([
  ['PIM', { licence: 'P2', write: REQUESTS }],
  ['a plain role', { licence: 'P1', write: ASSIGNMENTS }],
] as const)('a perimeter that is stopped in the middle, with %s', (_name, { licence, write }) => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld({ endsOnlyByHallpass: true });
    world.microsoft.tenant.setLicence(licence);
  });
  afterEach(() => world.close());
  const writes = () =>
    world.microsoft.exchanges
      .recent()
      .filter(({ method, url, status }) => method === 'POST' && write.test(url) && status === 201);
  const restart = async (): Promise<void> => {
    await world.stop();
    world.microsoft.faults.clear();
    await world.start();
  };
  /** Waits until so many faults were imposed: the write has been tried. */
  const tried = async (times: number): Promise<void> => {
    while (world.microsoft.faults.log.length < times) await new Promise(setImmediate);
  };

  it('knows after the restart what it gave without hearing the answer, and gives nothing twice', async () => {
    world.microsoft.faults.add({ farEnds: ['graph'], method: 'POST', path: write, rate: 1, kinds: ['lost'] });
    await world.register('lostanswer01');
    await world.approve('lostanswer01');
    await tried(1);
    await restart();
    const facts = await world.factsUntil('lostanswer01', 'given');
    expect(facts.map(({ type }) => type)).toEqual(['registered', 'decided', 'giving', 'given']);
    expect(world.holders()).toEqual([RITA.objectId]);
    world.advance(31);
    await world.factsUntil('lostanswer01', 'ended');
    expect(world.holders()).toEqual([]);
  });

  it('gives after the restart what never left', async () => {
    world.microsoft.faults.add({ farEnds: ['graph'], method: 'POST', path: write, rate: 1, kinds: ['reset'] });
    await world.register('neverleft001');
    await world.approve('neverleft001');
    await tried(1);
    await restart();
    await world.factsUntil('neverleft001', 'given');
    expect(world.holders()).toEqual([RITA.objectId]);
  });

  it('takes away what was given without an answer, when the end is asked for meanwhile', async () => {
    world.microsoft.faults.add({ farEnds: ['graph'], method: 'POST', path: write, rate: 1, kinds: ['lost'], times: 1 });
    await world.register('endmeanwhile');
    await world.approve('endmeanwhile');
    await tried(1);
    world.microsoft.faults.add({ farEnds: ['graph'], rate: 1, kinds: ['unavailable'], retryAfterSeconds: 1 });
    await world.end('endmeanwhile', 'withdraw');
    await restart();
    world.advance(6);
    const facts = await world.factsUntil('endmeanwhile', 'ended');
    expect(facts.at(-1)).toMatchObject({ how: 'withdrawn' });
    expect(world.holders()).toEqual([]);
  });

  it('never comes back to a giving that was overtaken by its end', async () => {
    world.microsoft.faults.add({
      farEnds: ['graph'],
      method: 'POST',
      path: write,
      rate: 1,
      kinds: ['throttled'],
      retryAfterSeconds: 30,
    });
    await world.register('overtaken001');
    await world.approve('overtaken001');
    await tried(1);
    await world.end('overtaken001', 'withdraw');
    await world.factsUntil('overtaken001', 'ended');
    await restart();
    expect(world.holders()).toEqual([]);
    // Whoever asks next gets it by the own request alone.
    await world.register('asksagain001');
    await world.approve('asksagain001');
    expect((await world.factsUntil('asksagain001', 'given')).map(({ type }) => type)).toEqual([
      'registered',
      'decided',
      'giving',
      'given',
    ]);
    expect(writes()).toHaveLength(1);
  });

  it('takes away what ended while it was down, before anybody asks', async () => {
    await world.register('whiledown001');
    await world.approve('whiledown001');
    await world.factsUntil('whiledown001', 'given');
    await world.stop();
    world.advance(31);
    await world.start();
    expect((await world.factsUntil('whiledown001', 'ended')).at(-1)).toMatchObject({ how: 'expired' });
    expect(world.holders()).toEqual([]);
  });

  it('lets a write arrive that is under way, and takes it back, when the end comes in between', async () => {
    world.microsoft.faults.add({
      farEnds: ['graph'],
      method: 'POST',
      path: write,
      rate: 1,
      kinds: ['slow'],
      slowMs: 300,
      times: 1,
    });
    await world.register('underway0001');
    await world.approve('underway0001');
    await world.factsUntil('underway0001', 'giving');
    await world.end('underway0001', 'withdraw');
    while (writes().length === 0) await new Promise(setImmediate);
    world.advance(6);
    const facts = await world.factsUntil('underway0001', 'ended');
    expect(facts.at(-1)).toMatchObject({ how: 'withdrawn' });
    expect(world.holders()).toEqual([]);
  });
});

describe('a grant whose role somebody else gives meanwhile', () => {
  it('is refused without a licence too, when the conflict shows only at the write', async () => {
    const world = await startWorld({ endsOnlyByHallpass: true });
    world.microsoft.tenant.setLicence('P1');
    // Reads show what was true before: the absence is read although the role is held by now.
    const { tenant, faults } = world.microsoft;
    await world.register('conflict0001');
    tenant.grantRole({ principalId: RITA.objectId, roleDefinitionId: GLOBAL_READER });
    faults.add({ farEnds: ['graph'], method: 'GET', path: ASSIGNMENTS, rate: 1, kinds: ['stale'], staleMs: 60_000, times: 1 });
    await world.approve('conflict0001');
    expect((await world.factsUntil('conflict0001', 'refused')).at(-1)).toMatchObject({ code: 'grant.already-held' });
    expect(world.holders()).toEqual([RITA.objectId]);
    await world.close();
  });

  it('is refused without taking theirs for ours, when our only try had been throttled', async () => {
    const world = await startWorld({ endsOnlyByHallpass: true });
    const { tenant, faults } = world.microsoft;
    tenant.setLicence('P1');
    faults.add({ farEnds: ['graph'], method: 'POST', path: ASSIGNMENTS, rate: 1, kinds: ['throttled'], times: 1 });
    await world.register('throttled001');
    await world.approve('throttled001');
    while (faults.log.length === 0) await new Promise(setImmediate);
    tenant.grantRole({ principalId: RITA.objectId, roleDefinitionId: GLOBAL_READER });
    expect((await world.factsUntil('throttled001', 'refused')).at(-1)).toMatchObject({ code: 'grant.already-held' });
    expect(world.holders()).toEqual([RITA.objectId]);
    await world.close();
  });

  it('is refused where Entra cannot end it and the guardrails do not say that Hallpass may', async () => {
    const world = await startWorld();
    world.microsoft.tenant.setLicence('P1');
    await world.register('nolicence001');
    await world.approve('nolicence001');
    expect((await world.factsUntil('nolicence001', 'refused')).at(-1)).toMatchObject({ code: 'guardrail.no-native-end' });
    expect(world.holders()).toEqual([]);
    await world.close();
  });
});
