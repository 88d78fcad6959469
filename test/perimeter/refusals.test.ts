import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { verifyJournal } from '../../src/cli/journal.ts';
import type { Runtime } from '../../src/durable/port.ts';
import { grantFlow } from '../../src/perimeter/grant-flow.ts';
import { createRefusalBook, type RefusalBook, refusalsFlow, REFUSALS_FLOW, type Refused } from '../../src/perimeter/refusals.ts';
import { bot, committed, MINUTE, silent, START, workbench, type Workbench } from '../durable/support/durable-world.ts';

const HOUR = 60 * MINUTE;
const at = (ms: number) => new Date(START + ms).toISOString();
const stranger: Refused = { code: 'caller.unauthenticated', call: 'feed' };

let bench: Workbench;
let runtime: Runtime;
let book: RefusalBook;
let realMs: number;
let underWay: Promise<unknown>[];
function noted<T>(work: Promise<T>): Promise<T> {
  underWay.push(work.catch(() => undefined));
  return work;
}
const open = async () => {
  const opened = await bench.open({ flows: [grantFlow, refusalsFlow] });
  runtime = Object.create(opened, {
    begin: { value: (...given: Parameters<Runtime['begin']>) => noted(opened.begin(...given)) },
    send: { value: (...given: Parameters<Runtime['send']>) => noted(opened.send(...given)) },
  });
  book = createRefusalBook({ runtime, clock: bench.clock, log: silent }, () => realMs);
};
beforeEach(async () => {
  jest.useFakeTimers({
    doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance', 'Date', 'setTimeout', 'clearTimeout'],
  });
  realMs = 1_000;
  underWay = [];
  bench = workbench();
  await open();
});
afterEach(async () => {
  book.close();
  jest.useRealTimers();
  await bench.clear();
});

const entries = async () => {
  const all: Readonly<Record<string, unknown>>[] = [];
  for await (const { flow, events } of runtime.entries(0)) if (flow === REFUSALS_FLOW) all.push(...events);
  return all.map(({ type: _type, at: _at, ...said }) => said);
};
/** Real time goes by, and whatever is due is written. */
async function passes(ms: number): Promise<void> {
  realMs += ms;
  jest.advanceTimersByTime(2_000);
  await written();
}
async function written(): Promise<void> {
  for (let known = -1; known !== underWay.length; ) {
    known = underWay.length;
    for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    await Promise.all(underWay);
  }
}

describe('what is refused at the door', () => {
  it('is in the journal after the answer, and not before', async () => {
    book.note(stranger);
    expect(runtime.head().seq).toBe(0);
    await written();
    expect(await entries()).toEqual([{ ...stranger, count: 1, firstAt: at(0), lastAt: at(0) }]);
  });

  it('is counted for a minute before it is written again, with when the first and the last came', async () => {
    book.note(stranger);
    await written();
    for (let count = 0; count < 5; count += 1) {
      bench.clock.advance(1_000);
      book.note(stranger);
    }
    await passes(MINUTE - 1);
    expect(await entries()).toHaveLength(1);
    await passes(1);
    expect((await entries()).slice(1)).toEqual([{ ...stranger, count: 5, firstAt: at(1_000), lastAt: at(5_000) }]);
    await passes(HOUR);
    expect(await entries()).toHaveLength(2);
  });

  it.each<[string, Refused]>([
    ['another code', { code: 'caller.forbidden', call: 'feed' }],
    ['another kind of call', { code: 'caller.unauthenticated', call: 'end' }],
  ])('is counted apart from %s', async (_name, other) => {
    book.note(stranger);
    book.note(other);
    book.note(other);
    await written();
    expect((await entries()).map(({ code, call, count }) => ({ code, call, count }))).toEqual([
      { ...stranger, count: 1 },
      { ...other, count: 2 },
    ]);
  });

  it.each<[string, string, boolean]>([
    ['a grant that is known', 'grant00001', true],
    ['what was never registered', 'grant00002', false],
    ['what is no grant', 'refusals', false],
  ])('names %s: the newest that was named', async (_name, requestId, isNamed) => {
    await runtime.begin('grant', 'grant00001', { opening: { kind: 'tombstone', reason: 'withdraw' } }, bot);
    book.note({ ...stranger, requestId: 'grant00009' });
    book.note({ ...stranger, requestId });
    await written();
    expect(await entries()).toEqual([
      { ...stranger, count: 2, firstAt: at(0), lastAt: at(0), ...(isNamed ? { requestId } : {}) },
    ]);
  });

  it('begins another case after four hours, so that none goes on for ever', async () => {
    runtime.run({ checkHeld: idle, give: idle, take: idle, reportOverdue: idle, soundAlarm: idle });
    for (let over = 0; over < 3; over += 1) {
      book.note(stranger);
      await passes(HOUR);
      bench.clock.advance(4 * HOUR);
      await committed(runtime, () => [...runtime.open(REFUSALS_FLOW)].length === 0);
    }
    expect([...runtime.open(REFUSALS_FLOW)]).toHaveLength(0);
    expect(runtime.closed(REFUSALS_FLOW, undefined, 10)).toHaveLength(3);
    expect(await entries()).toHaveLength(6);
  });
});

describe('a flood', () => {
  /** Each second of an hour a hundred calls, of so many kinds. */
  async function flood(kinds: number): Promise<void> {
    for (let second = 0; second < 3_600; second += 10) {
      for (let count = 0; count < 100; count += 1) book.note({ code: `caller.kind${count % kinds}`, call: 'feed' });
      await passes(10_000);
    }
  }

  it.each<[string, number, number]>([
    ['of one kind leaves one entry a minute', 1, 60],
    ['of many kinds leaves 240 entries an hour', 50, 240],
  ])('%s', async (_name, kinds, most) => {
    await flood(kinds);
    const all = await entries();
    expect(all.length).toBeGreaterThan(most - 5);
    expect(all.length).toBeLessThanOrEqual(most);
    expect(new Set(all.map(({ code }) => code)).size).toBe(kinds);
    expect(await verifyJournal(bench.folder)).toMatchObject({ consistent: true });
  });

  it('keeps no kind out for longer than ten minutes: whoever waits longest is written first', async () => {
    for (let kind = 0; kind < 40; kind += 1) book.note({ code: `caller.kind${kind}`, call: 'feed' });
    await written();
    book.note({ code: 'id-token.nonce', call: 'sign-in' });
    for (let kind = 0; kind < 40; kind += 1) book.note({ code: `caller.kind${kind}`, call: 'feed' });
    await passes(10 * MINUTE - 1);
    expect(await entries()).toHaveLength(40);
    await passes(1);
    expect((await entries())[40]).toMatchObject({ code: 'id-token.nonce' });
  });
});

describe('a store that takes no more', () => {
  it('gets nothing, and what was counted meanwhile once there is room again', async () => {
    let isFull = true;
    const full: Runtime = Object.create(runtime, { degraded: { get: () => isFull } });
    book.close();
    book = createRefusalBook({ runtime: full, clock: bench.clock, log: silent }, () => realMs);
    book.note(stranger);
    await passes(HOUR);
    book.note(stranger);
    await passes(HOUR);
    expect(runtime.head().seq).toBe(0);
    isFull = false;
    await passes(0);
    expect(await entries()).toMatchObject([{ count: 2 }]);
  });

  it('throws at nobody, and the next refusal is written', async () => {
    let isBroken = true;
    book.close();
    const begin: Runtime['begin'] = (...given) => (isBroken ? Promise.reject(new Error('disk full')) : runtime.begin(...given));
    const broken: Runtime = Object.create(runtime, { begin: { value: begin } });
    book = createRefusalBook({ runtime: broken, clock: bench.clock, log: silent }, () => realMs);
    book.note(stranger);
    await written();
    isBroken = false;
    book.note(stranger);
    await passes(MINUTE);
    expect(await entries()).toMatchObject([{ count: 1 }]);
  });
});

it('loses what is only counted when it is killed, and goes on with the same case after it', async () => {
  book.note(stranger);
  await written();
  book.note(stranger);
  book.close();
  await runtime.close();
  await open();
  expect(await entries()).toMatchObject([{ count: 1 }]);
  book.note(stranger);
  await written();
  expect(await entries()).toMatchObject([{ count: 1 }, { count: 1 }]);
  expect([...runtime.open(REFUSALS_FLOW)]).toHaveLength(1);
  expect(await verifyJournal(join(bench.folder))).toMatchObject({ consistent: true, lines: 3 });
});

const idle = () => Promise.resolve(undefined);
