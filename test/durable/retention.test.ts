import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { TextRef } from '../../src/access/core/text-ref.ts';
import type { Runtime } from '../../src/durable/port.ts';
import { createRetention, type Kept, keptTexts, type Retention, retentionFlow } from '../../src/durable/retention.ts';
import { bot, committed, doorFlow, idleDoor, MINUTE, silent } from './support/durable-world.ts';
import { benchesOf, type StoreBench, STORES } from './support/store-benches.ts';

jest.setTimeout(60_000);

const DAY = 24 * 60 * MINUTE;
const KEEP_DAYS = 30;

describe.each(STORES)('what is kept beside the journal, in %s', (store) => {
  const make = benchesOf(store);
  let bench: StoreBench;
  let runtime: Runtime;
  let retention: Retention;
  const texts = new Map<string, TextRef>();
  const open = async (kept: (all: Runtime) => readonly Kept[] = (all) => [keptTexts(all, KEEP_DAYS)]) => {
    runtime = await bench.open({ flows: [doorFlow, retentionFlow] });
    retention = createRetention({ runtime, kept: kept(runtime), clock: bench.clock, log: silent });
    runtime.run({ ...idleDoor, eraseDue: retention.eraseDue });
  };
  beforeEach(async () => {
    bench = make();
    texts.clear();
    await open();
  });
  afterEach(async () => {
    retention.stop();
    await bench.clear();
  });

  /** A door that somebody wrote about; `locked`: its case is over, with nothing left to do. */
  async function write(caseId: string, locked: boolean): Promise<void> {
    texts.set(caseId, await runtime.putText(caseId, `about ${caseId}`));
    await runtime.begin('door', caseId, { minutes: 600_000 }, bot);
    await runtime.send(caseId, { type: 'open' }, bot);
    if (locked) await runtime.send(caseId, { type: 'lock' }, bot);
    // What is still under way would end after the clock has been moved, and count as the newest thing that happened.
    await committed(runtime, () => runtime.read(caseId)?.pending.length === 0);
  }
  const textOf = (caseId: string) => runtime.text(caseId, texts.get(caseId) ?? { textDigest: '' });
  /** What the journal says was due, and how much of it was there. */
  const journalled = async () => {
    const said: unknown[] = [];
    for await (const { flow, kind, context, events } of runtime.entries(0)) {
      if (flow !== 'retention') continue;
      if (kind === 'began') said.push(Reflect.get(Object(context), 'caseIds'));
      said.push(...events.map((event) => event['count']));
    }
    return said;
  };

  it('is erased when its case has been over for long enough, and not a minute before', async () => {
    await write('front', true);
    bench.clock.advance(KEEP_DAYS * DAY);
    await retention.round();
    expect(textOf('front')).toBe('about front');
    bench.clock.advance(1);
    await retention.round();
    expect(textOf('front')).toBeUndefined();
    expect(await journalled()).toEqual([['front'], 1]);
  });

  it('is left alone while its case is not over, however old, and erased when that has been over for long enough', async () => {
    await write('back', false);
    bench.clock.advance(KEEP_DAYS * DAY + DAY);
    await write('front', true);
    await retention.round();
    expect([textOf('back'), await journalled()]).toEqual(['about back', []]);
    await runtime.send('back', { type: 'lock' }, bot);
    await committed(runtime, () => runtime.read('back')?.pending.length === 0);
    bench.clock.advance(KEEP_DAYS * DAY + DAY);
    await retention.round();
    expect([textOf('back'), textOf('front')]).toEqual([undefined, undefined]);
  });

  it('counts from the newest thing that happened to the case', async () => {
    await write('front', true);
    bench.clock.advance(20 * DAY);
    await runtime.link('front', { key: 'k', value: 1 });
    bench.clock.advance(20 * DAY);
    await retention.round();
    expect(textOf('front')).toBe('about front');
    bench.clock.advance(20 * DAY);
    await retention.round();
    expect(textOf('front')).toBeUndefined();
  });

  it('is named in the journal before it is erased: a process that dies in between has it erased by the next one', async () => {
    await write('front', true);
    retention.stop();
    await runtime.close();
    bench.clock.advance(KEEP_DAYS * DAY + DAY);
    await open((all) => [{ ...keptTexts(all, KEEP_DAYS), erase: () => new Promise(() => undefined) }]);
    void retention.round().catch(() => undefined);
    await committed(runtime, () => [...runtime.open('retention')].length === 1);
    retention.stop();
    await runtime.close();
    await open();
    await retention.round();
    expect(textOf('front')).toBeUndefined();
    expect(await journalled()).toEqual([['front'], 1]);
  });

  it('is erased in portions, all of it in one round, and not looked for again', async () => {
    for (let each = 0; each < 130; each++) await write(`door${each}`, true);
    bench.clock.advance(KEEP_DAYS * DAY + DAY);
    await retention.round();
    await retention.round();
    const said = (await journalled()).map((one) => (Array.isArray(one) ? `${one.length} doors` : one));
    expect(said).toEqual(['100 doors', 100, '30 doors', 30]);
    expect([...texts.keys()].filter((caseId) => textOf(caseId) !== undefined)).toEqual([]);
  });

  it('has an age of its own for each kind', async () => {
    const erased: string[] = [];
    const evidence: Kept = {
      kind: 'evidence',
      keepDays: 60,
      count: () => Promise.resolve(1),
      erase: (caseId) => Promise.resolve(void erased.push(caseId)),
    };
    retention.stop();
    await runtime.close();
    await open((all) => [keptTexts(all, KEEP_DAYS), evidence]);
    await write('front', true);
    bench.clock.advance(40 * DAY);
    await retention.round();
    expect([textOf('front'), erased]).toEqual([undefined, []]);
    bench.clock.advance(40 * DAY);
    await retention.round();
    expect(erased).toEqual(['front']);
  });

  it('is looked for by itself once a day', async () => {
    await write('front', true);
    retention.start();
    bench.clock.advance(KEEP_DAYS * DAY + DAY);
    await committed(runtime, () => textOf('front') === undefined);
    expect(textOf('front')).toBeUndefined();
  });
});
