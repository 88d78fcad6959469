import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Held } from '../../src/perimeter/access-writer.ts';
import type { PerimeterParts } from '../../src/perimeter/assemble.ts';
import { type DriftWatch, driftOf, startDriftWatch } from '../../src/perimeter/ledger/drift-watch.ts';
import { GLOBAL_READER, RITA } from './support/perimeter-config.ts';
import { startWorld, type World } from './support/world.ts';

jest.setTimeout(180_000);

const ENDS_AT = '2026-03-01T13:00:00.000Z';
const moved = (ms: number) => new Date(Date.parse(ENDS_AT) + ms).toISOString();

describe('what the directory shows of a live grant', () => {
  it.each<[string, Held, boolean, ReturnType<typeof driftOf>]>([
    ['is as it was given', { isThere: true, endsAt: ENDS_AT }, true, undefined],
    ['is as it was given, without an end of its own', { isThere: true }, false, undefined],
    ['ends a minute later', { isThere: true, endsAt: moved(60_000) }, true, undefined],
    ['ends a minute earlier', { isThere: true, endsAt: moved(-60_000) }, true, undefined],
    [
      'ends later than that',
      { isThere: true, endsAt: moved(60_001) },
      true,
      { kind: 'end-moved', directoryEndsAt: moved(60_001) },
    ],
    [
      'ends earlier than that',
      { isThere: true, endsAt: moved(-60_001) },
      true,
      { kind: 'end-moved', directoryEndsAt: moved(-60_001) },
    ],
    ['does not end any more', { isThere: true }, true, { kind: 'end-moved' }],
    ['is gone', { isThere: false }, true, { kind: 'gone-early' }],
    ['is gone, without an end of its own', { isThere: false }, false, { kind: 'gone-early' }],
  ])('%s', (_name, held, endsByItself, drift) => {
    expect(driftOf(held, ENDS_AT, endsByItself)).toEqual(drift);
  });
});

describe.each(['P2', 'P1'] as const)('the look at what was given (%s)', (licence) => {
  let world: World;
  let parts: PerimeterParts;
  let drift: DriftWatch;
  const ID = 'drifting0001';
  const ROLE = { principalId: RITA.objectId, roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' };
  const ADMIN = {
    kind: 'user',
    id: 'admin',
    objectId: '0b7ec700-0000-4000-8000-00000000000f',
    name: 'An Administrator',
  } as const;

  beforeEach(async () => {
    world = await startWorld({ endsOnlyByHallpass: true }, (all) => {
      parts = all;
      return all;
    });
    world.microsoft.tenant.setLicence(licence);
    await world.register(ID);
    await world.approve(ID);
    await world.factsUntil(ID, 'given');
    drift = startDriftWatch({ ...parts, everyMinutes: 60, secondLookMs: 0 });
  });
  afterEach(async () => {
    drift.stop();
    await world.close();
  });
  const drifts = async () => {
    const { body } = await world.call('GET', '/events?after=0');
    const events: readonly { readonly type: string }[] = Reflect.get(Object(body), 'events');
    return events.filter(({ type }) => type === 'drifted');
  };
  const looks = async (times: number): Promise<void> => {
    for (let count = 0; count < times; count++) await drift.round();
  };
  const metric = async (name: string) => new RegExp(`^${name} (\\d+)$`, 'm').exec((await world.ops('/metrics')).text)?.[1];

  it('says nothing while it is there as it was given', async () => {
    world.advance(10);
    await looks(3);
    expect(await drifts()).toEqual([]);
    expect(await metric('hallpass_drifted_grants')).toBe('0');
  });

  it('says once that somebody took it away, after a second look; and repairs nothing', async () => {
    world.advance(10);
    world.microsoft.tenant.roles.remove(ROLE, ADMIN, 'outside');
    await drift.round();
    expect(await drifts()).toEqual([]);
    await looks(4);
    expect(await drifts()).toMatchObject([{ drift: 'gone-early', requestId: ID }]);
    expect(world.holders()).toEqual([]);
    expect(await metric('hallpass_drifted_grants')).toBe('1');
    world.advance(21);
    await world.factsUntil(ID, 'ended');
    expect(await metric('hallpass_drifted_grants')).toBe('0');
  });

  it('does not take what could not be looked at for drift', async () => {
    world.advance(10);
    world.microsoft.tenant.roles.remove(ROLE, ADMIN, 'outside');
    world.microsoft.faults.setOffline('graph', true);
    await looks(3);
    expect(drift.unchecked).toBe(1);
    world.microsoft.faults.setOffline('graph', false);
    expect(await drifts()).toEqual([]);
    await drift.round();
    expect(drift.unchecked).toBe(0);
  });

  it('does not look at what was given a moment ago, nor at what is over', async () => {
    world.microsoft.tenant.roles.remove(ROLE, ADMIN, 'outside');
    await looks(3);
    world.advance(31);
    if (licence === 'P2') await world.factsUntil(ID, 'ended');
    await looks(3);
    expect(await drifts()).toEqual([]);
  });

  it('says it again when it changes again, and ends it at the end that was promised', async () => {
    if (licence === 'P1') return;
    const { roles } = world.microsoft.tenant;
    world.advance(10);
    const extend = (ms: number): void => {
      const now = roles.find(ROLE);
      if (now !== undefined) roles.add({ ...now, endAt: (now.endAt ?? 0) + ms }, ADMIN);
    };
    extend(3_600_000);
    await looks(3);
    extend(3_600_000);
    await looks(3);
    const told = await drifts();
    expect(told).toMatchObject([{ drift: 'end-moved' }, { drift: 'end-moved' }]);
    expect(new Set(told.map((one) => Reflect.get(one, 'directoryEndsAt'))).size).toBe(2);
    world.advance(21);
    expect((await world.factsUntil(ID, 'ended')).at(-1)).toMatchObject({ how: 'expired' });
    expect(world.holders()).toEqual([]);
  });
});
