import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ENGINEERS_GROUP_ID, RITA, ROLES } from '../../../src/playground/cast.ts';
import { createFaults, FAULT_KINDS } from '../../../src/playground/microsoft/faults.ts';
import { type Bench, code, movableClock, rows, startBench, text } from './far-end.ts';

const ASSIGNMENTS = '/roleManagement/directory/roleAssignments';
const TRIPLE = { principalId: RITA.objectId, roleDefinitionId: ROLES.globalReader, directoryScopeId: '/' };
const OF_RITA = `${ASSIGNMENTS}?$filter=principalId eq '${RITA.objectId}'`;

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());
beforeEach(async () => {
  bench.far.faults.clear();
  bench.far.tenant.reset();
  await bench.graph('perimeter', 'GET', '/users?$select=id');
  await bench.graph('bot', 'GET', '/users?$select=id');
});

const once = (kind: (typeof FAULT_KINDS)[number], more: object = {}) =>
  bench.far.faults.add({ farEnds: ['graph'], rate: 1, kinds: [kind], times: 1, ...more });
const give = () => bench.graph('perimeter', 'POST', ASSIGNMENTS, TRIPLE);
const held = () => bench.far.tenant.holders().some(({ principalId }) => principalId === RITA.objectId);

describe('a call that gets a fault', () => {
  it.each([
    ['throttled', 429, 'TooManyRequests', '7'],
    ['internal', 500, 'InternalServerError', undefined],
    ['unavailable', 503, 'ServiceUnavailable', '7'],
  ] as const)('%s is answered %i and does nothing', async (kind, status, expected, retryAfter) => {
    once(kind, { retryAfterSeconds: 7 });
    const answer = await give();
    expect([answer.status, code(answer), answer.headers['retry-after']]).toEqual([status, expected, retryAfter]);
    expect(held()).toBe(false);
    expect(bench.far.faults.log.at(-1)).toMatchObject({ kind, method: 'POST', delayMs: retryAfter === undefined ? 0 : 7_000 });
    expect((await give()).status).toBe(201);
  });

  it('reset is cut off before anything was done', async () => {
    once('reset');
    await expect(give()).rejects.toThrow();
    expect(held()).toBe(false);
  });

  it('lost is done, and its answer never arrives', async () => {
    once('lost');
    await expect(give()).rejects.toThrow();
    expect(held()).toBe(true);
    expect(code(await give())).toBe('Request_BadRequest');
  });

  it('slow is answered right, and its lateness is on record', async () => {
    once('slow', { slowMs: 20 });
    expect((await give()).status).toBe(201);
    expect(bench.far.faults.log.at(-1)).toMatchObject({ kind: 'slow', delayMs: 20 });
  });

  it('stale is answered as it was: nothing after a gift, the old thing after a removal', async () => {
    const now = movableClock(Date.now());
    const late = await startBench({ now });
    try {
      const found = async () => rows(await late.graph('bot', 'GET', OF_RITA)).length;
      late.far.faults.setStaleness(5_000);
      now.advance(1_000);
      const { body } = await late.graph('perimeter', 'POST', ASSIGNMENTS, TRIPLE);
      expect(await found()).toBe(0);
      now.advance(5_000);
      expect(await found()).toBe(1);
      expect((await late.graph('perimeter', 'DELETE', `${ASSIGNMENTS}/${text(body['id'])}`)).status).toBe(204);
      expect(await found()).toBe(1);
      now.advance(5_000);
      expect(await found()).toBe(0);
      late.far.faults.setStaleness(0);
      late.far.faults.add({ farEnds: ['graph'], rate: 1, kinds: ['stale'], staleMs: 8_000, times: 1 });
      expect([await found(), await found()]).toEqual([1, 0]);
    } finally {
      await late.close();
    }
  });

  it('is drawn only for what its rule names', async () => {
    bench.far.faults.add({ farEnds: ['arm'], rate: 1, kinds: ['internal'] });
    bench.far.faults.add({ farEnds: ['graph'], method: 'POST', path: /roleAssignments/, rate: 1, kinds: ['internal'] });
    expect((await bench.graph('bot', 'GET', '/users?$select=id')).status).toBe(200);
    const check = { groupIds: [ENGINEERS_GROUP_ID] };
    expect((await bench.graph('bot', 'POST', `/users/${RITA.objectId}/checkMemberGroups`, check)).status).toBe(200);
    expect((await give()).status).toBe(500);
  });
});

describe('an outage', () => {
  it('cuts every call off until it is over', async () => {
    bench.far.faults.setOffline('graph', true);
    await expect(bench.graph('bot', 'GET', '/users')).rejects.toThrow();
    bench.far.faults.setOffline('graph', false);
    expect((await bench.graph('bot', 'GET', '/users?$select=id')).status).toBe(200);
  });

  it('can be switched on and off by name, as on the page', async () => {
    const { faults } = bench.far;
    let told = 0;
    const stop = faults.onChange(() => {
      told += 1;
    });
    for (const { id, label, on } of faults.switches) {
      expect([on, label]).toEqual([false, expect.stringMatching(/^\S.* .*\S$/)]);
      faults.turn(id, true);
      expect(faults.switches.find((one) => one.id === id)?.on).toBe(true);
      faults.turn(id, false);
    }
    stop();
    expect(told).toBeGreaterThan(0);
    expect([faults.isOffline('graph'), faults.stalenessMs]).toEqual([false, 0]);
    expect((await bench.graph('bot', 'GET', '/users?$select=id')).status).toBe(200);
    expect(() => faults.turn('earthquake', true)).toThrow(RangeError);
  });
});

describe('the faults that are drawn', () => {
  const draws = (seed: number, isRead = true) => {
    const faults = createFaults(() => 0);
    faults.seed(seed);
    faults.add({ rate: 0.3 });
    return Array.from(
      { length: 2_000 },
      (_, index) => faults.pick({ farEnd: 'graph', method: 'GET', path: `/${index}`, isRead })?.kind,
    );
  };

  it('are the same again for the same seed, and others for another', () => {
    expect(draws(7)).toEqual(draws(7));
    expect(draws(7)).not.toEqual(draws(8));
  });

  it('are as many as the rate says, of every kind, and stale for reads alone', () => {
    const kinds = draws(1).filter((kind) => kind !== undefined);
    expect(kinds.length / 2_000).toBeGreaterThan(0.26);
    expect(kinds.length / 2_000).toBeLessThan(0.34);
    expect(new Set(kinds)).toEqual(new Set(FAULT_KINDS));
    expect(draws(1, false)).not.toContain('stale');
  });
});
