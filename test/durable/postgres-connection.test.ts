import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AppError } from '../../src/access/core/app-error.ts';
import type { JournalEntry, Runtime } from '../../src/durable/port.ts';
import type { RuntimeOptions } from '../../src/durable/runtime.ts';
import { cuttingProxy, type CuttingProxy } from './support/cutting-proxy.ts';
import { bot } from './support/durable-world.ts';
import { postgresBench, postgresForAll, type PostgresBench } from './support/store-benches.ts';

const server = postgresForAll();
let bench: PostgresBench;
let proxy: CuttingProxy;
beforeEach(async () => {
  bench = postgresBench(server());
  proxy = await cuttingProxy(() => server().port);
});
afterEach(async () => {
  proxy.up();
  await bench.clear();
  await proxy.close();
});

/** A store whose connections go by way of the proxy. */
const openThrough = (change: Partial<RuntimeOptions> = {}) =>
  bench.open({ store: { postgres: server().setting(bench.schema, proxy.port) }, ...change });

const notesOf = (runtime: Runtime, caseId = 'front') =>
  (runtime.read(caseId)?.context as { readonly notes: readonly string[] } | undefined)?.notes;
const stay = (runtime: Runtime, note: string, caseId = 'front') => runtime.send(caseId, { type: 'stay', note }, bot);
const linesInTable = async () => Number((await server().sql(`SELECT count(*) FROM ${bench.schema}.lines`))[0]?.['count']);

describe('a connection that breaks', () => {
  it('after the database has committed loses nothing: the commit is told, once', async () => {
    const runtime = await openThrough();
    const heard: JournalEntry[] = [];
    runtime.onCommit((entry) => heard.push(entry));
    await runtime.begin('door', 'front', { minutes: 5 }, bot);
    const cut = proxy.cut('the answer is lost');
    expect(await stay(runtime, 'one')).toMatchObject({ kind: 'committed' });
    await cut;
    await stay(runtime, 'two');
    expect(notesOf(runtime)).toEqual(['one', 'two']);
    expect(heard.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(await linesInTable()).toBe(3);
    expect(await bench.isWhole()).toBe(true);
  });

  it('before the database got the commit stores nothing: the caller is told to try again', async () => {
    const runtime = await openThrough();
    await runtime.begin('door', 'front', { minutes: 5 }, bot);
    const cut = proxy.cut('the commit is lost');
    await expect(stay(runtime, 'one')).rejects.toMatchObject({ code: 'store.unavailable', retryable: true });
    await cut;
    expect(notesOf(runtime)).toEqual([]);
    await stay(runtime, 'one');
    expect(notesOf(runtime)).toEqual(['one']);
    expect(await linesInTable()).toBe(2);
    expect(await bench.isWhole()).toBe(true);
  });

  it('while the commit is still on its way is waited for, and nothing is written before it is known', async () => {
    const runtime = await openThrough();
    await runtime.begin('door', 'front', { minutes: 5 }, bot);
    await runtime.begin('door', 'back', { minutes: 5 }, bot);
    const cut = proxy.cut('the commit is held up');
    const asked = proxy.seen('FOR UPDATE');
    const first = stay(runtime, 'one');
    await cut;
    const second = stay(runtime, 'two', 'back');
    await asked;
    expect(await linesInTable()).toBe(2);
    proxy.deliver();
    expect(await first).toMatchObject({ kind: 'committed' });
    expect(await second).toMatchObject({ kind: 'committed' });
    expect([notesOf(runtime), notesOf(runtime, 'back')]).toEqual([['one'], ['two']]);
    expect(await linesInTable()).toBe(4);
    expect(await bench.isWhole()).toBe(true);
  });

  it('with a commit that never arrives is settled by the database, which ends what waits for too long', async () => {
    const runtime = await openThrough({ limits: { leaseMs: 900 } });
    await runtime.begin('door', 'front', { minutes: 5 }, bot);
    const cut = proxy.cut('the commit is held up');
    await expect(stay(runtime, 'one')).rejects.toMatchObject({ code: 'store.unavailable' });
    await cut;
    proxy.deliver();
    await stay(runtime, 'two');
    expect(notesOf(runtime)).toEqual(['two']);
    expect(await bench.isWhole()).toBe(true);
  });

  it('in the middle of many commits loses and repeats none', async () => {
    const runtime = await openThrough();
    const told: string[] = [];
    const begin = async (caseId: string) => {
      await runtime.begin('door', caseId, { minutes: 5 }, bot).catch(() => runtime.begin('door', caseId, { minutes: 5 }, bot));
      for (const note of ['a', 'b', 'c']) {
        await stay(runtime, note, caseId).catch(() => stay(runtime, note, caseId));
        told.push(`${caseId}${note}`);
      }
    };
    for (const what of ['the answer is lost', 'the commit is lost', 'the answer is lost'] as const) {
      const cut = proxy.cut(what);
      await Promise.all(['1', '2', '3', '4', '5'].map((name) => begin(`${what} ${told.length} ${name}`)));
      await cut;
    }
    expect(told).toHaveLength(45);
    expect([...runtime.open('door')].map(({ context }) => context)).toEqual(
      Array.from({ length: 15 }, () => expect.objectContaining({ notes: ['a', 'b', 'c'] })),
    );
    expect(await linesInTable()).toBe(60);
    expect(await bench.isWhole()).toBe(true);
  });
});

describe('a database that is away', () => {
  it('refuses what is asked for, and never says that there is no such case', async () => {
    const runtime = await bench.open();
    await runtime.begin('door', 'front', { minutes: 5 }, bot);
    await server().crash();
    try {
      await expect(stay(runtime, 'one')).rejects.toMatchObject({ code: 'store.unavailable', retryable: true });
      await expect(runtime.begin('door', 'back', { minutes: 5 }, bot)).rejects.toMatchObject({ code: 'store.unavailable' });
      await expect(runtime.find('back', AbortSignal.timeout(5_000))).rejects.toMatchObject({ code: 'store.unavailable' });
      await expect(runtime.putText('front', 'hello')).rejects.toMatchObject({ code: 'store.unavailable' });
      expect(runtime.read('front')).toMatchObject({ state: 'shut' });
    } finally {
      await server().start();
    }
    await stay(runtime, 'two');
    expect(notesOf(runtime)).toEqual(['two']);
    expect(await runtime.find('back', AbortSignal.timeout(5_000))).toBeUndefined();
  });

  it('keeps what is in doubt in doubt, refuses the rest, and tells the truth when it is back', async () => {
    const runtime = await openThrough();
    await runtime.begin('door', 'front', { minutes: 5 }, bot);
    await runtime.begin('door', 'back', { minutes: 5 }, bot);
    const cut = proxy.cut('the answer is lost').then(() => proxy.down());
    const first = stay(runtime, 'one');
    await cut;
    // Until the store knows that it cannot ask, this one waits as well.
    await expect(stay(runtime, 'two', 'back')).rejects.toMatchObject({ code: 'store.unavailable', retryable: true });
    expect(notesOf(runtime)).toEqual([]);
    proxy.up();
    expect(await first).toMatchObject({ kind: 'committed' });
    expect(notesOf(runtime)).toEqual(['one']);
    await stay(runtime, 'three', 'back');
    expect(notesOf(runtime, 'back')).toEqual(['three']);
    expect(await bench.isWhole()).toBe(true);
  });

  it('does not keep a process from ending while a commit is in doubt; the next one knows', async () => {
    const runtime = await openThrough();
    await runtime.begin('door', 'front', { minutes: 5 }, bot);
    const cut = proxy.cut('the answer is lost').then(() => proxy.down());
    const doubtful = expect(stay(runtime, 'one')).rejects.toMatchObject({ code: 'store.in-doubt', retryable: true });
    await cut;
    await runtime.close();
    await doubtful;
    await server().sql(`UPDATE ${bench.schema}.writer SET owner = NULL`);
    const later = await bench.open();
    expect(notesOf(later)).toEqual(['one']);
  });

  it('that was put back to an older state is not written on', async () => {
    const fatal: AppError[] = [];
    const runtime = await bench.open({ onFatal: (error) => fatal.push(error) });
    await runtime.begin('door', 'front', { minutes: 5 }, bot);
    await stay(runtime, 'one');
    await server().sql(`DELETE FROM ${bench.schema}.lines WHERE seq = 2`);
    await expect(stay(runtime, 'two')).rejects.toMatchObject({ code: 'store.rolled-back' });
    await expect(stay(runtime, 'two')).rejects.toMatchObject({ code: 'store.rolled-back' });
    expect(fatal.map(({ code }) => code)).toEqual(['store.rolled-back']);
    expect(await linesInTable()).toBe(1);
  });
});
