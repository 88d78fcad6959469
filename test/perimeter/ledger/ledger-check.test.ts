import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AppError } from '../../../src/access/core/app-error.ts';
import type { CaseView, Runtime } from '../../../src/durable/port.ts';
import { GRANT_FLOW, grantFlow } from '../../../src/perimeter/grant-flow.ts';
import { createDoubtDesk, DOUBT_FLOW, type DoubtDesk, doubtFlow, type Found } from '../../../src/perimeter/ledger/doubt-desk.ts';
import { type LedgerCheck, startLedgerCheck } from '../../../src/perimeter/ledger/ledger-check.ts';
import { allRecords, type OwnRecord } from '../../../src/perimeter/ledger/own-records.ts';
import { bot, idle, recordingLog, workbench, type Workbench } from '../../durable/support/durable-world.ts';
import { GLOBAL_READER, RITA } from '../support/perimeter-config.ts';

const CREATED = '2026-03-01T09:00:00.000Z';
const recordOf = (requestId: string | undefined, createdAt = CREATED): OwnRecord => ({
  ...(requestId === undefined ? {} : { requestId }),
  principalId: RITA.objectId,
  target: { kind: 'directoryRole', roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' },
  assignment: { kind: 'pim', id: 'a1' },
  createdAt,
  isLive: true,
});

const adopted = (requestId: string) => ({
  kind: 'adopted',
  registration: {
    ...{ requestId, requester: RITA, principal: RITA, entitlementId: 'global-reader', breakGlass: false },
    ...{ durationMinutes: 30, approvalWindowMinutes: 60, justification: { textDigest: '0'.repeat(64) } },
  },
  target: { kind: 'directoryRole', roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' },
  endsAt: '2100-01-01T00:00:00.000Z',
  assignment: { kind: 'pim', id: 'a1' },
});

let bench: Workbench;
let runtime: Runtime;
let desk: DoubtDesk;
let log: ReturnType<typeof recordingLog>;
let raised: Found[];
let found: string[];
let check: LedgerCheck | undefined;
beforeEach(async () => {
  bench = workbench();
  runtime = await bench.open({ flows: [grantFlow, doubtFlow] });
  runtime.run({ checkHeld: idle, give: idle, take: idle, reportOverdue: idle, soundAlarm: idle, soundDoubt: idle });
  await runtime.begin(GRANT_FLOW, 'known0000001', { opening: adopted('known0000001') }, bot);
  await runtime.begin(GRANT_FLOW, 'withdrawn001', { opening: { kind: 'tombstone', reason: 'withdraw' } }, bot);
  const { registration, target } = adopted('waiting00001');
  const needs = { stages: [1], requesterSigns: false, assurance: 'chat' };
  await runtime.begin(GRANT_FLOW, 'waiting00001', { opening: { kind: 'open', registration, target, needs } }, bot);
  const real = createDoubtDesk(runtime);
  [raised, found, log] = [[], [], recordingLog()];
  desk = {
    openDoubt: () => real.openDoubt(),
    raise: (doubt) => {
      raised.push(doubt);
      return real.raise(doubt);
    },
  };
});
afterEach(async () => {
  check?.stop();
  await bench.clear();
});

function start(named: () => Promise<readonly OwnRecord[]>, change: Partial<Runtime> = {}): LedgerCheck {
  const find = (id: string, patience: AbortSignal): Promise<CaseView | undefined> => {
    found.push(id);
    return runtime.find(id, patience);
  };
  const noUnnamed = () => Promise.resolve([]);
  const parts = { runtime: { ...runtime, find, ...change }, records: { named, unnamed: noUnnamed }, doubts: desk, log };
  check = startLedgerCheck(parts);
  return check;
}
const always = (...records: readonly OwnRecord[]) => start(() => Promise.resolve(records));

describe('the ledger beside the records of Microsoft', () => {
  it('is not taken as compared before the first round is over, and then it is', async () => {
    const comparing = always();
    expect(comparing.isDone).toBe(false);
    await comparing.round();
    expect(comparing.isDone).toBe(true);
    expect([raised, log.lines]).toEqual([[], []]);
  });

  it('is in order when it knows every request that they name', async () => {
    const comparing = always(recordOf('known0000001'), recordOf(undefined));
    await comparing.round();
    expect([raised, comparing.problem]).toEqual([[], undefined]);
  });

  it('is in doubt when they name one that it does not know', async () => {
    const comparing = start(() =>
      Promise.resolve([recordOf('known0000001'), recordOf('lost00000001'), recordOf('lost00000001')]),
    );
    await comparing.round();
    expect(raised).toContainEqual({ why: 'unknown-records', unknownIds: ['lost00000001'] });
    expect(desk.openDoubt()).toMatchObject({ why: 'unknown-records', unknownIds: ['lost00000001'] });
    expect(comparing.isDone).toBe(true);
    expect(log.lines).toContainEqual(
      expect.objectContaining({ count: 1, msg: 'Microsoft names requests of ours that the ledger does not know' }),
    );
  });

  it.each(['waiting00001', 'withdrawn001'])(
    'is in doubt when they name one that it never began to give: %s',
    async (requestId) => {
      await always(recordOf('known0000001'), recordOf(requestId)).round();
      expect(raised).toContainEqual({ why: 'unknown-records', unknownIds: [requestId] });
    },
  );

  it('names 20 of those that are lost, and counts them all', async () => {
    await always(...Array.from({ length: 21 }, (_, at) => recordOf(`lost${at}`))).round();
    expect(raised[0]?.unknownIds).toHaveLength(20);
    expect(log.lines).toContainEqual(expect.objectContaining({ count: 21 }));
  });

  it('is asked of what it knows only once, and waits for all of its index first', async () => {
    const comparing = always(recordOf('known0000001'), recordOf('lost00000001'));
    await comparing.round();
    await comparing.round();
    expect(found[0]).toBe('-');
    expect(found.filter((id) => id === 'known0000001').length).toBeLessThan(found.filter((id) => id === 'lost00000001').length);
  });

  it.each<[string, number, boolean]>([
    ['a minute after it was rebuilt, which the clocks may differ by', 60_000, false],
    ['longer ago than that', 0, false],
    ['later than that', 60_001, true],
  ])('is in doubt only of what is newer than its rebuilding: a record made %s', async (_name, afterMs, isDoubtful) => {
    await desk.raise({ why: 'operator' });
    const [open] = runtime.open(DOUBT_FLOW);
    await runtime.send(open?.caseId ?? '', { type: 'reconciled', archive: 'x', adopted: 0 }, bot);
    raised = [];
    const rebuiltMs = bench.clock.now();
    await always(recordOf('lost00000001', new Date(rebuiltMs + afterMs).toISOString())).round();
    expect(raised.length > 0).toBe(isDoubtful);
  });

  it('is not compared while they cannot be read; it is tried again, and nobody takes it as compared meanwhile', async () => {
    let asked = 0;
    let isDown = true;
    const comparing = start(() => {
      asked += 1;
      return isDown ? Promise.reject(new AppError('directory.unavailable', 'down', { retryable: true })) : Promise.resolve([]);
    });
    await comparing.round();
    expect(comparing.isDone).toBe(false);
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        code: 'directory.unavailable',
        msg: 'the ledger could not be compared with the records of Microsoft',
      }),
    );
    isDown = false;
    await comparing.round();
    expect([comparing.isDone, asked]).toEqual([true, 3]);
  });

  it('is taken as compared when they may not be read at all, which waiting does not mend; operators are told', async () => {
    const comparing = start(() => Promise.reject(new AppError('directory.forbidden', 'no')));
    await comparing.round();
    expect(comparing.isDone).toBe(true);
    expect(comparing.problem).toBe("The ledger could not be compared with Microsoft's records (directory.forbidden).");
  });

  it('has no problem any more once a round went well', async () => {
    let isDown = true;
    const comparing = start(() => (isDown ? Promise.reject(new Error('down')) : Promise.resolve([])));
    await comparing.round();
    expect([comparing.isDone, comparing.problem]).toEqual([false, expect.stringContaining('(unknown)')]);
    isDown = false;
    await comparing.round();
    expect([comparing.isDone, comparing.problem]).toEqual([true, undefined]);
  });

  it('stays compared when a later round fails', async () => {
    let isDown = false;
    const comparing = start(() => (isDown ? Promise.reject(new Error('down')) : Promise.resolve([])));
    await comparing.round();
    isDown = true;
    await comparing.round();
    expect(comparing.isDone).toBe(true);
    expect(log.lines).toContainEqual(expect.objectContaining({ code: 'unknown' }));
  });

  it('is not compared while its index is under construction', async () => {
    const find = () => Promise.reject(new AppError('store.indexing', 'not yet', { retryable: true }));
    const comparing = start(() => Promise.resolve([]), { find });
    await comparing.round();
    expect(comparing.isDone).toBe(false);
  });

  it('tells nobody of a round that ends after the perimeter stopped', async () => {
    const late = Promise.withResolvers<readonly OwnRecord[]>();
    const comparing = start(() => late.promise);
    const round = comparing.round();
    comparing.stop();
    late.reject(new Error('closed'));
    await round;
    expect(log.lines).toEqual([]);
  });
});

describe('when it is compared again', () => {
  const spies = () => ({ planned: jest.spyOn(globalThis, 'setTimeout'), cleared: jest.spyOn(globalThis, 'clearTimeout') });
  let timers: ReturnType<typeof spies>;
  beforeEach(() => {
    timers = spies();
  });
  afterEach(() => {
    timers.planned.mockRestore();
    timers.cleared.mockRestore();
  });
  /** In this round, in milliseconds: what is shorter is not about the next. */
  async function waitsAfter(comparing: LedgerCheck): Promise<readonly number[]> {
    timers.planned.mockClear();
    await comparing.round();
    return timers.planned.mock.calls.map(([, ms = 0]) => ms).filter((ms) => ms >= 1_000);
  }

  it('is an hour later when it went well', async () => {
    const comparing = always();
    await comparing.round();
    expect(new Set(await waitsAfter(comparing))).toEqual(new Set([3_600_000]));
  });

  it('is soon when it did not, then ever later, up to a minute; and an hour later once it went well', async () => {
    let isDown = true;
    const comparing = start(() => (isDown ? Promise.reject(new Error('down')) : Promise.resolve([])));
    await comparing.round();
    const all: number[] = [];
    for (let tries = 0; tries < 6; tries++) all.push(...(await waitsAfter(comparing)));
    expect(all).toEqual(all.toSorted((a, b) => a - b));
    expect(all[0]).toBeLessThanOrEqual(8_000);
    expect(all.at(-1)).toBe(60_000);
    isDown = false;
    expect(await waitsAfter(comparing)).toEqual([3_600_000]);
  });

  it('is then compared indeed, and planned only once more', async () => {
    let asked = 0;
    const comparing = start(() => {
      asked += 1;
      return Promise.resolve([]);
    });
    await comparing.round();
    timers.planned.mockClear();
    await comparing.round();
    const isNext = ([, ms]: readonly unknown[]) => ms === 3_600_000;
    const [next] = timers.planned.mock.calls.filter(isNext);
    const timer: unknown = timers.planned.mock.results[timers.planned.mock.calls.findIndex(isNext)]?.value;
    const before = asked;
    next?.[0]();
    expect(asked).toBe(before + 1);
    await comparing.round();
    expect(timers.cleared.mock.calls.map(([one]) => one)).toContain(timer);
    const last: unknown = timers.planned.mock.results[timers.planned.mock.calls.findLastIndex(isNext)]?.value;
    timers.cleared.mockClear();
    comparing.stop();
    expect(timers.cleared.mock.calls.map(([one]) => one)).toEqual([last]);
  });

  it('is never once it was stopped', async () => {
    const comparing = always();
    await comparing.round();
    comparing.stop();
    expect(await waitsAfter(comparing)).toEqual([]);
  });
});

describe('records from several places', () => {
  const place = (name: string, fails = false) => {
    const answer = (which: string) => (fails ? Promise.reject(new Error(name)) : Promise.resolve([recordOf(`${name} ${which}`)]));
    return { named: () => answer('named'), unnamed: () => answer('unnamed') };
  };
  it('are all of them', async () => {
    const records = allRecords([place('roles'), place('groups')]);
    expect((await records.named()).map(({ requestId }) => requestId)).toEqual(['roles named', 'groups named']);
    expect((await records.unnamed()).map(({ requestId }) => requestId)).toEqual(['roles unnamed', 'groups unnamed']);
  });
  it('are none when one place does not answer', async () => {
    await expect(allRecords([place('roles'), place('groups', true)]).named()).rejects.toThrow('groups');
  });
});
