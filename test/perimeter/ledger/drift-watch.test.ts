import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AppError } from '../../../src/access/core/app-error.ts';
import type { Runtime } from '../../../src/durable/port.ts';
import type { AccessWriter, Held } from '../../../src/perimeter/access-writer.ts';
import { GRANT_FLOW, contextOf, grantFlow } from '../../../src/perimeter/grant-flow.ts';
import { type DriftParts, driftOf, type DriftWatch, startDriftWatch } from '../../../src/perimeter/ledger/drift-watch.ts';
import { bot, idle, MINUTE, recordingLog, START, workbench, type Workbench } from '../../durable/support/durable-world.ts';
import { ABEL, GLOBAL_READER, RITA } from '../support/perimeter-config.ts';

const ENDS = new Date(START + 60 * MINUTE).toISOString();
const moved = (ms: number) => new Date(Date.parse(ENDS) + ms).toISOString();
const asGiven: Held = { isThere: true, endsAt: ENDS };
const gone: Held = { isThere: false };

describe('what the directory shows of a live grant', () => {
  it.each<[string, Held, boolean, ReturnType<typeof driftOf>]>([
    ['is as it was given', asGiven, true, undefined],
    ['is as it was given, without an end of its own', { isThere: true }, false, undefined],
    ['names an end where it has none of its own', { isThere: true, endsAt: moved(1e9) }, false, undefined],
    ['ends a minute later', { isThere: true, endsAt: moved(60_000) }, true, undefined],
    ['ends a minute earlier', { isThere: true, endsAt: moved(-60_000) }, true, undefined],
    ['ends later', { isThere: true, endsAt: moved(60_001) }, true, { kind: 'end-moved', directoryEndsAt: moved(60_001) }],
    ['ends earlier', { isThere: true, endsAt: moved(-60_001) }, true, { kind: 'end-moved', directoryEndsAt: moved(-60_001) }],
    ['does not end any more', { isThere: true }, true, { kind: 'end-moved' }],
    ['is gone', gone, true, { kind: 'gone-early' }],
    ['is gone, without an end of its own', gone, false, { kind: 'gone-early' }],
  ])('%s', (_name, held, endsByItself, drift) => {
    expect(driftOf(held, ENDS, endsByItself)).toStrictEqual(drift);
  });
});

let bench: Workbench;
let runtime: Runtime;
let log: ReturnType<typeof recordingLog>;
let watch: DriftWatch | undefined;
let shown: (grantId: string) => Held | Promise<Held>;
let asked: string[];
beforeEach(async () => {
  bench = workbench();
  runtime = await bench.open({ flows: [grantFlow] });
  runtime.run({ checkHeld: idle, give: idle, take: idle, reportOverdue: idle, soundAlarm: idle });
  [asked, log, shown] = [[], recordingLog(), () => asGiven];
});
afterEach(async () => {
  watch?.stop();
  await bench.clear();
});

type Stop = 'registered' | 'checking' | 'giving' | 'active' | 'taking' | 'ended';
const STEPS = [
  ['checking', { type: 'decided', decision: { ...{ decisionId: 'd', decision: 'approve', approver: ABEL }, stage: 0 } }],
  ['giving', { type: 'directory.absent', readAt: '', writer: 'pim' }],
  ['active', { type: 'directory.gave', assignment: { kind: 'pim', id: 'a1' }, nativeEnd: true }],
  ['taking', { type: 'endRequested', reason: 'release' }],
  ['ended', { type: 'directory.gone', confirmedAt: '' }],
] as const;
async function grantIn(stop: Stop, caseId: string, durationMinutes = 60): Promise<void> {
  const registration = {
    ...{ requestId: caseId, requester: RITA, principal: RITA, entitlementId: 'global-reader', durationMinutes },
    ...{ justification: { textDigest: 'x' }, approvalWindowMinutes: 60, breakGlass: false },
  };
  const target = { kind: 'directoryRole', roleDefinitionId: GLOBAL_READER, directoryScopeId: '/' };
  const needs = { stages: [1], assurance: 'chat', requesterSigns: false };
  await runtime.begin(GRANT_FLOW, caseId, { opening: { kind: 'open', registration, target, needs } }, bot);
  for (const [, event] of STEPS.slice(0, ['registered', ...STEPS.map(([name]) => name)].indexOf(stop)))
    await runtime.send(caseId, event, bot);
}

const never = () => Promise.reject(new Error('only looked at'));
const writer: AccessWriter = {
  ...{ kind: 'pim', held: never, find: never, give: never, take: never, byHand: () => '' },
  look: async ({ grantId, justification }) => {
    expect(justification).toBe('');
    asked.push(grantId);
    return shown(grantId);
  },
};
function start(more: Partial<DriftParts> = {}): DriftWatch {
  const writers = { directoryRole: { pim: writer, plain: { ...writer, look: never } } };
  watch = startDriftWatch({ runtime, writers, clock: bench.clock, log, everyMinutes: 60, secondLookMs: 0, ...more });
  return watch;
}
/** The look at the start, and so many more. */
async function looks(drift: DriftWatch, times: number): Promise<void> {
  for (let look = 0; look < times; look++) await drift.round();
}
const driftTold = (caseId: string) => {
  const view = runtime.read(caseId);
  return view && contextOf(view).drift;
};
const times = async (caseId: string): Promise<number> => {
  let count = 0;
  for await (const entry of runtime.entries(0))
    if (entry.caseId === caseId && entry.events.some(({ type }) => type === 'drifted')) count += 1;
  return count;
};

describe('the look at what was given', () => {
  it.each<[Stop, boolean]>([
    ['registered', false],
    ['checking', false],
    ['giving', false],
    ['active', true],
    ['taking', false],
    ['ended', false],
  ])('asks about what is %s: %s', async (stop, isAsked) => {
    await grantIn(stop, 'grant0000001');
    bench.clock.advance(2 * MINUTE);
    await looks(start(), 1);
    expect(asked.includes('grant0000001')).toBe(isAsked);
  });

  it.each<[string, number, boolean]>([
    ['a moment less than two minutes ago', 2 * MINUTE - 1, false],
    ['two minutes ago', 2 * MINUTE, true],
    ['so long ago that its end has nearly come', 60 * MINUTE - 1, true],
    ['so long ago that its end has come', 60 * MINUTE, false],
  ])('asks about what was given %s, as readers know it and the taking does not look: %s', async (_name, ms, isAsked) => {
    await grantIn('active', 'grant0000001');
    // Timers are not what this is about: the clock is moved without telling the runtime.
    const clock = { now: () => START + ms, onMoved: () => () => undefined };
    await looks(start({ clock }), 1);
    expect(asked.includes('grant0000001')).toBe(isAsked);
  });

  it('tells nothing of what is there as it was given', async () => {
    await grantIn('active', 'grant0000001');
    bench.clock.advance(5 * MINUTE);
    await looks(start(), 3);
    expect(driftTold('grant0000001')).toBeUndefined();
    expect(log.lines).toEqual([]);
  });

  it('tells once what is gone, when it was seen twice, and who is asked for it', async () => {
    await grantIn('active', 'grant0000001');
    bench.clock.advance(5 * MINUTE);
    shown = () => gone;
    const drift = start({ secondLookMs: 1_000_000 });
    await looks(drift, 2);
    expect(driftTold('grant0000001')).toBeUndefined();
    drift.stop();
    await looks(start(), 3);
    const seenAt = new Date(bench.clock.now()).toISOString();
    expect(driftTold('grant0000001')).toEqual({ kind: 'gone-early', seenAt });
    expect(await times('grant0000001')).toBe(1);
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        grantId: 'grant0000001',
        kind: 'gone-early',
        msg: 'what was given is not there as it was given; nothing is repaired',
      }),
    );
  });

  it('tells nothing that was seen once, nor two things that were each seen once', async () => {
    await grantIn('active', 'grant0000001');
    bench.clock.advance(5 * MINUTE);
    const answers = [gone, asGiven, gone, { isThere: true }, gone, { isThere: true, endsAt: moved(90_000) }];
    shown = () => answers.shift() ?? asGiven;
    await looks(start(), 7);
    expect(driftTold('grant0000001')).toBeUndefined();
  });

  it('tells each further change once', async () => {
    await grantIn('active', 'grant0000001');
    bench.clock.advance(5 * MINUTE);
    const drift = start();
    for (const [held, told] of [
      [
        { isThere: true, endsAt: moved(90_000) },
        { kind: 'end-moved', directoryEndsAt: moved(90_000) },
      ],
      [
        { isThere: true, endsAt: moved(120_000) },
        { kind: 'end-moved', directoryEndsAt: moved(120_000) },
      ],
      [{ isThere: true }, { kind: 'end-moved' }],
      [gone, { kind: 'gone-early' }],
    ] as const) {
      shown = () => held;
      await looks(drift, 3);
      expect(driftTold('grant0000001')).toEqual({ ...told, seenAt: expect.any(String) });
    }
    expect(await times('grant0000001')).toBe(4);
  });

  it('looks at the other ways to hold it, too, where no end is named', async () => {
    await grantIn('checking', 'grant0000001');
    await runtime.send('grant0000001', { type: 'directory.absent', readAt: '', writer: 'plain' }, bot);
    await runtime.send('grant0000001', { type: 'directory.gave', assignment: { kind: 'plain', id: 'a' }, nativeEnd: false }, bot);
    bench.clock.advance(5 * MINUTE);
    const plain: AccessWriter = { ...writer, kind: 'plain' };
    shown = () => ({ isThere: true });
    await looks(start({ writers: { directoryRole: { pim: { ...writer, look: never }, plain } } }), 3);
    expect(asked).toContain('grant0000001');
    expect(driftTold('grant0000001')).toBeUndefined();
  });

  it('tells nothing of what ended while it was asked about', async () => {
    await grantIn('active', 'grant0000001');
    bench.clock.advance(5 * MINUTE);
    shown = async () => {
      if (asked.length > 1) await runtime.send('grant0000001', { type: 'endRequested', reason: 'release' }, bot);
      return gone;
    };
    await looks(start(), 2);
    expect(asked).toHaveLength(2);
    expect(await times('grant0000001')).toBe(0);
  });

  it('tells nothing of what nobody can find any more, and calls it neither unknown nor wrong', async () => {
    await grantIn('active', 'grant0000001');
    bench.clock.advance(5 * MINUTE);
    shown = () => gone;
    const drift = start({ runtime: { ...runtime, read: () => undefined } });
    await looks(drift, 2);
    expect([drift.unchecked, log.lines]).toEqual([0, []]);
  });

  it('counts what it could not ask about as unknown, and asks about the others', async () => {
    for (const id of ['grant0000001', 'grant0000002', 'grant0000003']) await grantIn('active', id);
    bench.clock.advance(5 * MINUTE);
    shown = (id) => (id === 'grant0000002' ? Promise.reject(new AppError('directory.unavailable', 'down')) : asGiven);
    const drift = start();
    await drift.round();
    expect(drift.unchecked).toBe(1);
    expect(asked.toSorted().filter((id, at, all) => all.indexOf(id) === at)).toHaveLength(3);
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        grantId: 'grant0000002',
        code: 'directory.unavailable',
        msg: 'could not check what is there of a grant',
      }),
    );
    shown = () => asGiven;
    await drift.round();
    expect(drift.unchecked).toBe(0);
  });

  it('asks about four at once, and about all of them', async () => {
    for (let at = 0; at < 9; at++) await grantIn('active', `grant000000${at}`);
    bench.clock.advance(5 * MINUTE);
    let [now, most] = [0, 0];
    shown = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      now -= 1;
      return asGiven;
    };
    await start().round();
    expect([new Set(asked).size, most]).toEqual([9, 4]);
  });

  it('asks about nothing more once it was stopped', async () => {
    for (let at = 0; at < 9; at++) await grantIn('active', `grant000000${at}`);
    bench.clock.advance(5 * MINUTE);
    const drift = start();
    shown = () => {
      drift.stop();
      return asGiven;
    };
    await drift.round();
    expect(asked.length).toBeLessThanOrEqual(4);
  });

  it.each<[string, number, boolean]>([
    ['a moment too early', 989, false],
    ['as long after as readers may be behind, give or take what timers do', 990, true],
  ])('tells what was seen the first time, then once in between, and then %s', async (_name, lastMs, isTold) => {
    await grantIn('active', 'grant0000001');
    bench.clock.advance(5 * MINUTE);
    shown = () => gone;
    const now = jest.spyOn(performance, 'now').mockReturnValue(5_000);
    const drift = start({ secondLookMs: 1_000 });
    await drift.round();
    for (const ms of [500, lastMs]) {
      now.mockReturnValue(5_000 + ms);
      await drift.round();
    }
    now.mockRestore();
    expect(driftTold('grant0000001') !== undefined).toBe(isTold);
  });

  it('says in the ledger that the sweep saw it', async () => {
    await grantIn('active', 'grant0000001');
    bench.clock.advance(5 * MINUTE);
    shown = () => gone;
    await looks(start(), 2);
    const actors: unknown[] = [];
    for await (const entry of runtime.entries(0))
      if (entry.events.some(({ type }) => type === 'drifted')) actors.push(entry.actor);
    expect(actors).toEqual([{ kind: 'system', name: 'sweep' }]);
  });

  it('asks nothing about a case that broke down', async () => {
    await grantIn('active', 'grant0000001');
    bench.clock.advance(5 * MINUTE);
    const broken: Runtime = {
      ...runtime,
      open: (flow) => [...runtime.open(flow)].map((view) => ({ ...view, status: 'poisoned' as const })),
    };
    await looks(start({ runtime: broken }), 1);
    expect(asked).toEqual([]);
  });

  describe('its rhythm', () => {
    const spy = () => ({
      every: jest.spyOn(globalThis, 'setInterval'),
      later: jest.spyOn(globalThis, 'setTimeout'),
      never: jest.spyOn(globalThis, 'clearInterval'),
      notLater: jest.spyOn(globalThis, 'clearTimeout'),
    });
    let timers: ReturnType<typeof spy>;
    beforeEach(async () => {
      await grantIn('active', 'grant0000001');
      bench.clock.advance(5 * MINUTE);
      timers = spy();
    });
    afterEach(() => {
      for (const one of Object.values(timers)) one.mockRestore();
    });
    const SECOND_LOOK = 77_777;
    const planned = () => timers.later.mock.calls.filter(([, ms]) => ms === SECOND_LOOK).length;

    it('is a look every so many minutes, until it is stopped', async () => {
      const drift = start({ everyMinutes: 7 });
      await drift.round();
      const at = timers.every.mock.calls.findIndex(([, ms]) => ms === 7 * MINUTE);
      const before = asked.length;
      timers.every.mock.calls[at]?.[0]();
      await drift.round();
      expect(asked.length).toBe(before + 2);
      drift.stop();
      expect(timers.never.mock.calls.map(([timer]) => timer)).toEqual([timers.every.mock.results[at]?.value]);
    });

    it('is a second look only while something looks different, and one at a time', async () => {
      const drift = start({ secondLookMs: SECOND_LOOK });
      await drift.round();
      expect(planned()).toBe(0);
      shown = () => gone;
      await drift.round();
      expect(planned()).toBe(1);
      const first: unknown = timers.later.mock.results[timers.later.mock.calls.findIndex(([, ms]) => ms === SECOND_LOOK)]?.value;
      await drift.round();
      expect(timers.notLater.mock.calls.map(([timer]) => timer)).toContain(first);
      timers.notLater.mockClear();
      drift.stop();
      const last: unknown =
        timers.later.mock.results[timers.later.mock.calls.findLastIndex(([, ms]) => ms === SECOND_LOOK)]?.value;
      expect(timers.notLater.mock.calls.map(([timer]) => timer)).toEqual([last]);
      const all = planned();
      await drift.round();
      expect(planned()).toBe(all);
    });
  });

  it('looks a second time by itself at what looked different, and only at that', async () => {
    for (const id of ['grant0000001', 'grant0000002']) await grantIn('active', id);
    bench.clock.advance(5 * MINUTE);
    shown = (id) => (id === 'grant0000002' ? gone : asGiven);
    start({ secondLookMs: 30 });
    for (let tries = 0; tries < 400 && driftTold('grant0000002') === undefined; tries++)
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(driftTold('grant0000002')).toMatchObject({ kind: 'gone-early' });
    expect(asked.filter((id) => id === 'grant0000001')).toHaveLength(1);
    expect(asked.filter((id) => id === 'grant0000002')).toHaveLength(2);
  });
});
