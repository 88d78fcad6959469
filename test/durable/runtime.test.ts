import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createMachine } from 'xstate';
import type { JournalEntry, Runtime } from '../../src/durable/port.ts';
import { bot, committed, doorFlow, idle, idleDoor, MINUTE, recordingLog } from './support/durable-world.ts';
import { benchesOf, STORES, type StoreBench } from './support/store-benches.ts';

async function linesOf(runtime: Runtime, afterSeq = 0): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for await (const entry of runtime.entries(afterSeq)) entries.push(entry);
  return entries;
}
const typesOf = (entries: readonly JournalEntry[]) =>
  entries.map(({ events, kind }) => events.map(({ type }) => type).join() || kind);

/** What a restart must not change. */
const memoryOf = (runtime: Runtime, caseId: string) => {
  const { pending, ...view } = runtime.read(caseId) ?? { pending: [] };
  return { ...view, pending: pending.map(({ key, name }) => ({ key, name })) };
};

describe.each(STORES)('on %s', (store) => {
  const newBench = benchesOf(store);
  let bench: StoreBench;
  beforeEach(() => {
    bench = newBench();
  });
  afterEach(() => bench.clear());

  describe('a case', () => {
    it('remembers after a restart exactly what it knew before', async () => {
      const first = await bench.open();
      await first.begin('door', 'front', { minutes: 5 }, bot);
      await first.send('front', { type: 'open' }, bot);
      await first.send('front', { type: 'stay', note: 'a while' }, bot);
      await first.link('front', { key: 'card', value: { ts: '1' } });
      const before = memoryOf(first, 'front');
      const head = first.head();
      await first.close();

      const second = await bench.open();
      expect(memoryOf(second, 'front')).toEqual(before);
      expect(second.head()).toEqual(head);
      expect(second.read('front')).toMatchObject({
        state: 'ajar',
        columns: { openedAt: '2026-03-01T08:00:00.000Z' },
        links: [{ key: 'card', value: { ts: '1' } }],
      });
    });

    it('begins once, however often it is asked for, also after it was closed', async () => {
      const runtime = await bench.open();
      expect(await runtime.begin('door', 'front', { minutes: 5 }, bot)).toMatchObject({ kind: 'committed', changed: true });
      expect(await runtime.begin('door', 'front', { minutes: 9 }, bot)).toMatchObject({ kind: 'repeated', changed: false });
      runtime.run(idleDoor);
      await runtime.send('front', { type: 'open' }, bot);
      await runtime.send('front', { type: 'lock' }, bot);
      await committed(runtime, () => runtime.read('front')?.pending.length === 0);
      await runtime.close();

      const later = await bench.open();
      expect([...later.open('door')]).toEqual([]);
      expect(await later.begin('door', 'front', { minutes: 9 }, bot)).toMatchObject({
        kind: 'repeated',
        view: { state: 'locked' },
      });
    });

    it('tells exactly one of two who click at once that theirs counted', async () => {
      const runtime = await bench.open();
      await runtime.begin('door', 'front', { minutes: 5 }, bot);
      const outcomes = await Promise.all([1, 2].map(() => runtime.send('front', { type: 'open' }, bot)));
      expect(outcomes.map(({ kind, changed }) => [kind, changed])).toEqual([
        ['committed', true],
        ['committed', false],
      ]);
    });

    it('is unknown by a clear code', async () => {
      const runtime = await bench.open();
      await expect(runtime.send('nobody', { type: 'open' }, bot)).rejects.toMatchObject({ code: 'case.unknown' });
    });
  });

  describe('an event', () => {
    it('that the state lists without doing anything is committed; one that it does not list is committed as ignored', async () => {
      const runtime = await bench.open();
      await runtime.begin('door', 'front', { minutes: 5 }, bot);
      expect(await runtime.send('front', { type: 'knock' }, bot)).toMatchObject({ kind: 'committed', changed: false });
      expect(await runtime.send('front', { type: 'lock' }, bot)).toMatchObject({ kind: 'ignored', changed: false });
      expect((await linesOf(runtime)).map(({ kind }) => kind)).toEqual(['began', 'transition', 'ignored']);
    });

    it('for a closed case is committed as ignored, and the case keeps its end', async () => {
      const runtime = await bench.open();
      await runtime.begin('door', 'front', { minutes: 5 }, bot);
      await runtime.send('front', { type: 'open' }, bot);
      await runtime.send('front', { type: 'lock' }, bot);
      expect(await runtime.send('front', { type: 'open' }, bot)).toMatchObject({
        kind: 'ignored',
        view: { state: 'locked', status: 'done' },
      });
    });

    it.each([
      ['throws', 'break'],
      ['leads to a delay that is no number', 'never'],
    ])('that %s is committed as poisoned: the case is for an operator, and its timer still ends it', async (_, type) => {
      const log = recordingLog();
      const runtime = await bench.open({ log });
      await runtime.begin('door', 'front', { minutes: 5 }, bot);
      if (type === 'never') await runtime.send('front', { type: 'open' }, bot);
      const outcome = await runtime.send('front', { type }, bot);
      expect(outcome).toMatchObject({ kind: 'poisoned', changed: false, view: { status: 'poisoned' } });
      expect(log.lines).toContainEqual(expect.objectContaining({ level: 50, msg: 'event poisoned', caseId: 'front' }));
      bench.clock.advance(10 * MINUTE);
      await runtime.send('front', { type: 'knock' }, bot);
      expect(typesOf(await linesOf(runtime))).toContain(`xstate.after.patience.door.${type === 'never' ? 'ajar' : 'shut'}`);
    });

    it('of the feed is taken once: the cursor is committed in its line, and an older one is dropped unseen', async () => {
      const runtime = await bench.open();
      await runtime.begin('door', 'front', { minutes: 5 }, bot);
      const cursor = (value: number) => ({ cursor: { name: 'feed', value } });
      const outcomes = await Promise.all(
        [7, 7, 6].map((value) => runtime.send('front', { type: 'stay', note: String(value) }, bot, cursor(value))),
      );
      expect(outcomes.map(({ kind }) => kind)).toEqual(['committed', 'repeated', 'repeated']);
      await runtime.close();
      const later = await bench.open();
      expect(later.cursor('feed')).toBe(7);
      expect(await later.send('front', { type: 'stay', note: '7' }, bot, cursor(7))).toMatchObject({ kind: 'repeated' });
      expect(later.read('front')?.context).toMatchObject({ notes: ['7'] });
    });
  });

  describe('timers', () => {
    it('are not for anybody to send', async () => {
      const runtime = await bench.open();
      await runtime.begin('door', 'front', { minutes: 5 }, bot);
      await expect(runtime.send('front', { type: 'xstate.after.patience.door.shut' }, bot)).rejects.toMatchObject({
        code: 'event.reserved',
      });
    });

    it('wake by the domain clock, and once', async () => {
      const runtime = await bench.open();
      runtime.run(idleDoor);
      await runtime.begin('door', 'front', { minutes: 5 }, bot);
      await committed(runtime, () => runtime.read('front')?.pending.length === 0);
      bench.clock.advance(3 * MINUTE);
      await committed(runtime, () => runtime.head().seq === 5);
      bench.clock.advance(MINUTE);
      bench.clock.advance(MINUTE);
      await committed(runtime, () => runtime.read('front')?.state === 'locked');
      // The first one stays in its state: nothing but its delivery takes it away.
      expect(typesOf(await linesOf(runtime)).filter((type) => type.startsWith('xstate.after'))).toEqual([
        'xstate.after.halfway.door.shut',
        'xstate.after.patience.door.shut',
      ]);
    });

    it('that came due while nobody ran are delivered after a restart, before any later event of the case', async () => {
      const first = await bench.open();
      await first.begin('door', 'front', { minutes: 5 }, bot);
      await first.send('front', { type: 'open' }, bot);
      await first.close();
      bench.clock.advance(60 * MINUTE);

      const second = await bench.open();
      await second.send('front', { type: 'open' }, bot);
      const types = typesOf(await linesOf(second)).slice(2);
      expect(types).toEqual(['xstate.after.patience.door.ajar', 'open']);
      // The new wait began when the old one was delivered, so the door is open again, not locked.
      expect(second.read('front')?.state).toBe('ajar');
    });

    it('are one line away from gone when the state is left', async () => {
      const runtime = await bench.open();
      runtime.run(idleDoor);
      await runtime.begin('door', 'front', { minutes: 5 }, bot);
      bench.clock.advance(4 * MINUTE);
      await runtime.send('front', { type: 'open' }, bot);
      bench.clock.advance(4 * MINUTE);
      expect(runtime.read('front')?.state).toBe('ajar');
    });

    it('of a thousand days do not overflow', async () => {
      const runtime = await bench.open();
      runtime.run(idleDoor);
      await runtime.begin('door', 'front', { minutes: 1_000 * 24 * 60 }, bot);
      await runtime.send('front', { type: 'knock' }, bot);
      expect(runtime.read('front')?.state).toBe('shut');
    });
  });

  describe('the past', () => {
    it('finds closed cases by a column, newest first, before and after a restart', async () => {
      const runtime = await bench.open();
      runtime.run(idleDoor);
      for (const id of ['a', 'b', 'c']) {
        await runtime.begin('door', id, { minutes: 5 }, bot);
        if (id !== 'a') bench.clock.advance(1_000);
        await runtime.send(id, { type: 'open' }, bot);
        await runtime.link(id, { key: 'card', value: id });
        await runtime.send(id, { type: 'lock' }, bot);
      }
      await committed(runtime, () => ['a', 'b', 'c'].every((id) => runtime.read(id)?.pending.length === 0));
      const ids = (one: Runtime, openedAt?: string) =>
        one
          .closed('door', openedAt === undefined ? undefined : { column: 'openedAt', value: openedAt }, 2)
          .map(({ caseId }) => caseId);
      expect(ids(runtime)).toHaveLength(2);
      expect(ids(runtime, '2026-03-01T08:00:01.000Z')).toEqual(['b']);
      const all = runtime.closed('door', undefined, 9).map((view) => view);
      await runtime.close();

      const later = await bench.open();
      await expect(later.send('nobody', { type: 'open' }, bot)).rejects.toMatchObject({ code: 'case.unknown' });
      expect(later.closed('door', undefined, 9)).toEqual(all);
      expect(ids(later, '2026-03-01T08:00:01.000Z')).toEqual(['b']);
      const recalled = await later.recall(
        'door',
        { column: 'openedAt', value: '2026-03-01T08:00:01.000Z' },
        9,
        AbortSignal.timeout(5_000),
      );
      expect(recalled.map(({ caseId }) => caseId)).toEqual(['b']);
    });

    it('is told line by line from any place, from memory and from the disk alike', async () => {
      const runtime = await bench.open({ limits: { segmentBytes: 2_000 } });
      const heard: JournalEntry[] = [];
      runtime.onCommit((entry) => heard.push(entry));
      await runtime.begin('door', 'front', { minutes: 5 }, bot);
      for (let count = 0; count < 20; count++) await runtime.send('front', { type: 'stay', note: String(count) }, bot);
      expect(await linesOf(runtime)).toEqual(heard);
      await runtime.close();
      const later = await bench.open();
      for (const after of [0, 1, 7, 20, 21]) expect(await linesOf(later, after)).toEqual(heard.filter(({ seq }) => seq > after));
    });
  });

  describe('texts', () => {
    it('lie beside the journal, survive a restart, and can be erased while the chain still verifies', async () => {
      const runtime = await bench.open();
      await runtime.begin('door', 'front', { minutes: 5 }, bot);
      const ref = await runtime.putText('front', 'my dog is ill');
      const other = await runtime.putText('front', 'my dog is ill');
      expect(other.textDigest).not.toBe(ref.textDigest);
      await runtime.send('front', { type: 'stay', note: ref.textDigest }, bot);
      await runtime.close();
      const later = await bench.open();
      expect(later.text('front', ref)).toBe('my dog is ill');
      expect(later.text('back', ref)).toBeUndefined();
      await later.eraseTexts('front');
      expect(later.text('front', ref)).toBeUndefined();
      expect(await bench.holds('dog')).toBe(false);
      expect(await bench.isWhole()).toBe(true);
    });

    it('that somebody changed are not shown as what was written', async () => {
      const first = await bench.open();
      await first.begin('door', 'front', { minutes: 5 }, bot);
      const ref = await first.putText('front', 'please approve');
      await first.close();
      await bench.changeText('please approve', 'please decline');
      expect(await bench.holds('please decline')).toBe(true);
      const later = await bench.open();
      expect(later.text('front', ref)).toBeUndefined();
    });
  });

  describe('an update', () => {
    it('leaves a case in the version that it began in, while new ones begin in the newest', async () => {
      const first = await bench.open();
      await first.begin('door', 'front', { minutes: 5 }, bot);
      await first.close();
      const newer = {
        machine: createMachine({ id: 'door', version: '2', initial: 'bricked', states: { bricked: {} } }),
        commands: {},
      };
      const second = await bench.open({ flows: [newer, doorFlow] });
      await second.begin('door', 'back', {}, bot);
      await second.send('front', { type: 'open' }, bot);
      expect([...second.open('door')].map(({ caseId, flowVersion, state }) => [caseId, flowVersion, state])).toEqual([
        ['front', '1', 'ajar'],
        ['back', '2', 'bricked'],
      ]);
    });
  });

  describe('what is kept', () => {
    it('has one writer at a time', async () => {
      const first = await bench.open();
      await expect(bench.open()).rejects.toMatchObject({ code: 'store.locked' });
      await first.close();
      await expect(bench.open()).resolves.toBeDefined();
    });

    it('is not opened by a program that lacks the flow version of an open case', async () => {
      const first = await bench.open();
      await first.begin('door', 'front', { minutes: 5 }, bot);
      await first.close();
      await expect(bench.open({ flows: [] })).rejects.toMatchObject({ code: 'flow.version-missing' });
      await expect(bench.open()).resolves.toBeDefined();
    });
  });

  describe('an orderly end', () => {
    it('takes no new work, and leaves what was running to the next process', async () => {
      const runtime = await bench.open();
      runtime.run({
        ...idleDoor,
        ring: (_, { signal }) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
      });
      await runtime.begin('door', 'front', { minutes: 5 }, bot);
      await runtime.close();
      await expect(runtime.send('front', { type: 'open' }, bot)).rejects.toMatchObject({ code: 'store.closed' });
      bench.clock.advance(10 * MINUTE);
      const later = await bench.open();
      expect(later.read('front')?.pending.map(({ name }) => name)).toEqual(['ring']);
      later.run({ ring: idle, show: idle, wave: idle, close: idle });
      await committed(later, () => later.read('front')?.status === 'done');
    });
  });
});
