import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '../../src/access/core/app-error.ts';
import { backoffMs } from '../../src/durable/backoff.ts';
import type { Command, CommandHandler } from '../../src/durable/port.ts';
import { bot, committed, idle, idleDoor } from './support/durable-world.ts';
import { benchesOf, STORES, type StoreBench } from './support/store-benches.ts';

/** A handler that stops until the test lets it go on. */
function gate() {
  const seen: Command[] = [];
  const opened: (() => void)[] = [];
  let arrived = Promise.withResolvers<Command>();
  const handler: CommandHandler = async (command, { signal }) => {
    seen.push(command);
    arrived.resolve(command);
    arrived = Promise.withResolvers<Command>();
    await new Promise<void>((resolve, reject) => {
      opened.push(resolve);
      signal.addEventListener('abort', () => reject(new Error('told to stop')));
    });
    return {};
  };
  return { handler, seen, next: () => arrived.promise, letGo: () => opened.shift()?.() };
}

describe.each(STORES)('on %s', (store) => {
  const newBench = benchesOf(store);
  let bench: StoreBench;
  beforeEach(() => {
    bench = newBench();
  });
  afterEach(() => bench.clear());

  describe('commands', () => {
    it('of one case and lane run in order and one at a time, other lanes beside them', async () => {
      const runtime = await bench.open();
      const bell = gate();
      const cards: string[] = [];
      runtime.run({
        ...idleDoor,
        ring: bell.handler,
        show: (command) => {
          cards.push(command.key);
          return Promise.resolve(undefined);
        },
      });
      const rung = bell.next();
      await runtime.begin('door', 'front', { minutes: 5 }, bot);
      await rung;
      await committed(runtime, () => runtime.read('front')?.pending.length === 1);
      expect(bell.seen).toHaveLength(1);
      expect(cards).toEqual(['front/1/1']);
      bell.letGo();
      await committed(runtime, () => runtime.read('front')?.pending.length === 0);
    });

    it('are delivered again after a restart, with the same key, and say so', async () => {
      const first = await bench.open();
      const bell = gate();
      first.run({ ...idleDoor, ring: bell.handler });
      const rung = bell.next();
      await first.begin('door', 'front', { minutes: 5 }, bot);
      const before = await rung;
      expect(before).toMatchObject({ key: 'front/1/0', redelivered: false, attempt: 0 });
      await first.close();

      const second = await bench.open();
      const again = gate();
      const rungAgain = again.next();
      second.run({ ...idleDoor, ring: again.handler });
      expect(await rungAgain).toMatchObject({ key: 'front/1/0', redelivered: true, attempt: 0 });
      again.letGo();
      await committed(second, () => second.read('front')?.pending.length === 0);
      await second.close();

      const third = await bench.open();
      expect(third.read('front')?.pending).toEqual([]);
    });

    it('end and what they found are one commit', async () => {
      const runtime = await bench.open();
      runtime.run({
        ...idleDoor,
        ring: () =>
          Promise.resolve({ events: [{ type: 'open' }, { type: 'stay', note: 'found' }], setLinks: [{ key: 'bell', value: 1 }] }),
      });
      await runtime.begin('door', 'front', { minutes: 5 }, bot);
      await committed(runtime, () => runtime.read('front')?.state === 'ajar');
      const lines = [];
      for await (const line of runtime.entries(1)) lines.push(line);
      const found = lines.filter(({ events }) => events.length > 0);
      expect(found.map(({ events }) => events.map(({ type }) => type))).toEqual([['open', 'stay']]);
      expect(runtime.read('front')).toMatchObject({ context: { notes: ['found'] }, links: [{ key: 'bell', value: 1 }] });
      expect(runtime.read('front')?.pending.some(({ name }) => name === 'ring')).toBe(false);
    });

    it('that fail are tried again until they succeed, and say how often and why', async () => {
      const runtime = await bench.open();
      const tries: unknown[] = [];
      runtime.run({
        ...idleDoor,
        ring: ({ attempt, lastErrorCode }) => {
          tries.push([attempt, lastErrorCode]);
          return attempt < 2 ? Promise.reject(new AppError('bell.broken', 'no')) : Promise.resolve(undefined);
        },
      });
      await runtime.begin('door', 'front', { minutes: 5 }, bot);
      await committed(runtime, () => runtime.read('front')?.pending.length === 0);
      expect(tries).toEqual([
        [0, undefined],
        [1, 'bell.broken'],
        [2, 'bell.broken'],
      ]);
    });

    it('that are cancelled are told to stop, and what follows in the lane waits until they did', async () => {
      const runtime = await bench.open();
      const order: string[] = [];
      const bell = gate();
      runtime.run({
        ...idleDoor,
        ring: async (command, context) => {
          try {
            return await bell.handler(command, context);
          } finally {
            order.push('ring stopped');
          }
        },
        close: () => {
          order.push('close');
          return Promise.resolve(undefined);
        },
      });
      const rung = bell.next();
      await runtime.begin('door', 'front', { minutes: 5 }, bot);
      await rung;
      await runtime.send('front', { type: 'open' }, bot);
      await runtime.send('front', { type: 'lock' }, bot);
      await committed(runtime, () => runtime.read('front')?.pending.length === 0);
      expect(order).toEqual(['ring stopped', 'close']);
      expect(bell.seen).toHaveLength(1);
    });

    it('whose newest is enough run once for many: the place in the order stays, the picture is the newest', async () => {
      const runtime = await bench.open();
      await runtime.begin('door', 'front', { minutes: 5 }, bot);
      await runtime.send('front', { type: 'stay', note: '1' }, bot);
      await runtime.send('front', { type: 'wave' }, bot);
      for (const note of ['2', '3']) await runtime.send('front', { type: 'stay', note }, bot);
      expect(runtime.read('front')?.pending.map(({ key, name }) => [key, name])).toEqual([
        ['front/1/0', 'ring'],
        ['front/5/0', 'show'],
        ['front/3/0', 'wave'],
      ]);
      const pictures: unknown[] = [];
      runtime.run({
        ...idleDoor,
        show: (_, context) => {
          pictures.push(context.view().context);
          return Promise.resolve(undefined);
        },
      });
      await committed(runtime, () => runtime.read('front')?.pending.length === 0);
      expect(pictures).toEqual([{ minutes: 5, notes: ['1', '2', '3'] }]);
    });

    it('link at once what they posted, so that a crash in the middle does not forget it', async () => {
      const first = await bench.open();
      const bell = gate();
      first.run({
        ...idleDoor,
        ring: async (command, context) => {
          await context.link({ key: 'card', value: 'ts1' });
          return bell.handler(command, context);
        },
      });
      const rung = bell.next();
      await first.begin('door', 'front', { minutes: 5 }, bot);
      await rung;
      await first.close();
      const second = await bench.open();
      expect(second.read('front')).toMatchObject({ links: [{ key: 'card', value: 'ts1' }] });
      expect(second.read('front')?.pending.map(({ name }) => name)).toContain('ring');
    });

    it('of many cases run beside each other, but not without bound', async () => {
      const runtime = await bench.open({ limits: { casesPerLane: 3 } });
      let active = 0;
      let most = 0;
      const ring: CommandHandler = async () => {
        most = Math.max(most, ++active);
        await new Promise((resolve) => setImmediate(resolve));
        active--;
        return undefined;
      };
      await Promise.all(Array.from({ length: 20 }, (_, index) => runtime.begin('door', `door${index}`, { minutes: 5 }, bot)));
      runtime.run({ ...idleDoor, ring });
      await committed(runtime, () => [...runtime.open('door')].every(({ pending }) => pending.length === 0));
      expect(most).toBe(3);
    });

    it('without a handler do not start', async () => {
      const runtime = await bench.open();
      expect(() => runtime.run({ ring: idle })).toThrow(expect.objectContaining({ code: 'flow.handler-missing' }));
    });
  });
});

describe('waiting before another try', () => {
  it.each([
    [1, undefined, 150, 200],
    [2, undefined, 300, 400],
    [9, undefined, 38_400, 51_200],
    [10, undefined, 45_000, 60_000],
    [1_000, undefined, 45_000, 60_000],
    [1, 5_000, 5_000, 5_200],
    [10, 5_000, 45_000, 60_000],
    [1, 600_000, 600_000, 600_200],
  ])('after %d failures, asked for %s ms, is between %d and %d ms', (failures, asked, least, most) => {
    expect(backoffMs(failures, asked, () => 0)).toBe(least);
    expect(backoffMs(failures, asked, () => 1)).toBe(most);
  });
});
