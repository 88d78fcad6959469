import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '../../src/access/core/app-error.ts';
import { openWatches } from '../../src/cli/open-watch.ts';
import type { Runtime } from '../../src/durable/port.ts';
import type { RuntimeOptions } from '../../src/durable/runtime.ts';
import type { LineDraft } from '../../src/durable/store.ts';
import { openPostgresStore } from '../../src/durable/stores/postgres/postgres-store.ts';
import { cuttingProxy, type CuttingProxy } from './support/cutting-proxy.ts';
import { bot, committed, idleDoor, recordingLog, silent, START } from './support/durable-world.ts';
import { postgresBench, postgresForAll, type PostgresBench } from './support/store-benches.ts';

const server = postgresForAll();
let bench: PostgresBench;
let proxy: CuttingProxy | undefined;
beforeEach(() => {
  bench = postgresBench(server());
});
afterEach(async () => {
  proxy?.up();
  await bench.clear();
  await proxy?.close();
  proxy = undefined;
});

const table = (name: string) => `${bench.schema}.${name}`;
const stay = (runtime: Runtime, note: string, caseId = 'front') => runtime.send(caseId, { type: 'stay', note }, bot);
const epochs = async () =>
  (await server().sql(`SELECT convert_from(line, 'UTF8')::json->>'epoch' AS epoch FROM ${table('lines')} ORDER BY seq`)).map(
    ({ epoch }) => Number(epoch),
  );

/** Tries again as long as the lease of another one runs. */
async function takeOver(change: Partial<RuntimeOptions> = {}): Promise<Runtime> {
  for (;;) {
    try {
      return await bench.open(change);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'store.locked') throw error;
      await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs));
    }
  }
}

/** The least that a line says. */
const draftOf = (caseId: string, kind: 'began' | 'note'): LineDraft => ({
  case: caseId,
  flow: 'door',
  flowVersion: '1',
  kind,
  at: '2026-03-01T08:00:00.000Z',
  actor: bot,
  events: [],
  next: { status: 'active', state: 'shut', context: {}, columns: {} },
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Every line that such a condition holds for is refused, as the database itself refuses on a full disk. */
async function fullFor(condition: string): Promise<() => Promise<unknown>> {
  await server().sql(`
    CREATE FUNCTION ${table('no_room')}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF ${condition} THEN RAISE 'could not extend file' USING ERRCODE = '53100'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER no_room BEFORE INSERT ON ${table('lines')} FOR EACH ROW EXECUTE FUNCTION ${table('no_room')}()`);
  return () => server().sql(`DROP TRIGGER no_room ON ${table('lines')}`);
}

describe('the lease', () => {
  it('keeps others out, and says how long, until it is given back', async () => {
    const first = await bench.open();
    const refusal = await bench.open().catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'store.locked', retryable: true, retryAfterMs: expect.any(Number) });
    expect(Reflect.get(refusal as object, 'retryAfterMs')).toBeGreaterThan(0);
    expect(Reflect.get(refusal as object, 'retryAfterMs')).toBeLessThanOrEqual(15_000);
    await first.begin('door', 'front', { minutes: 5 }, bot);
    await first.close();
    const second = await bench.open();
    await stay(second, 'one');
    expect(await epochs()).toEqual([1, 2]);
  });

  it('is kept by a process that has nothing to write', async () => {
    const first = await bench.open({ limits: { leaseMs: 3_000 } });
    const heartbeat = async () =>
      String((await server().sql(`SELECT heartbeat_at FROM ${table('writer')}`))[0]?.['heartbeat_at']);
    const before = await heartbeat();
    while ((await heartbeat()) === before) await new Promise((resolve) => setTimeout(resolve, 50));
    await expect(first.begin('door', 'front', { minutes: 5 }, bot)).resolves.toMatchObject({ kind: 'committed' });
    expect(await epochs()).toEqual([1]);
  });

  it('of a dead process does not last because the clock of the database was put back', async () => {
    const first = await bench.open();
    await first.begin('door', 'front', { minutes: 5 }, bot);
    await server().sql(`UPDATE ${table('writer')} SET heartbeat_at = clock_timestamp() + interval '1 hour'`);
    await expect(bench.open()).resolves.toBeDefined();
  });

  it('goes to another when its holder was cut off, and that one can write nothing any more', async () => {
    proxy = await cuttingProxy(() => server().port);
    const fatal: string[] = [];
    const first = await bench.open({
      store: { postgres: server().setting(bench.schema, proxy.port) },
      limits: { leaseMs: 400 },
      onFatal: ({ code }) => fatal.push(code),
    });
    await first.begin('door', 'front', { minutes: 5 }, bot);
    proxy.down();
    const second = await takeOver();
    await stay(second, 'second');
    proxy.up();
    await expect(stay(first, 'first')).rejects.toMatchObject({ code: 'store.fenced' });
    await expect(first.putText('front', 'hello')).rejects.toMatchObject({ code: 'store.fenced' });
    await expect(first.eraseTexts('front')).rejects.toMatchObject({ code: 'store.fenced' });
    await first.close();
    expect(fatal).toEqual(['store.fenced']);
    await stay(second, 'second again');
    expect(await epochs()).toEqual([1, 2, 2]);
    expect(await bench.isWhole()).toBe(true);
    await expect(bench.open()).rejects.toMatchObject({ code: 'store.locked' });
  });

  it('that was lost is noticed by a process that has nothing to write', async () => {
    const fatal: string[] = [];
    await bench.open({ limits: { leaseMs: 300 }, onFatal: ({ code }) => fatal.push(code) });
    await server().sql(`UPDATE ${table('writer')} SET epoch = epoch + 1`);
    await until(() => fatal.length > 0);
    expect(fatal).toEqual(['store.fenced']);
  });

  it('is not needed twice: whoever lost it with a commit in doubt says whether that one is stored', async () => {
    proxy = await cuttingProxy(() => server().port);
    const fatal: string[] = [];
    const first = await bench.open({
      store: { postgres: server().setting(bench.schema, proxy.port) },
      limits: { leaseMs: 400 },
      onFatal: ({ code }) => fatal.push(code),
    });
    await first.begin('door', 'front', { minutes: 5 }, bot);
    const cut = proxy.cut('the answer is lost').then(() => proxy?.down());
    const doubtful = stay(first, 'one');
    await cut;
    const second = await takeOver();
    await stay(second, 'two');
    proxy.up();
    expect(await doubtful).toMatchObject({ kind: 'committed' });
    await expect(stay(first, 'three')).rejects.toMatchObject({ code: 'store.fenced' });
    expect(fatal).toEqual(['store.fenced']);
    expect(second.read('front')?.context).toMatchObject({ notes: ['one', 'two'] });
    expect(await epochs()).toEqual([1, 1, 2]);
  });
});

describe('a full disk', () => {
  it('refuses what is new at once, while what is open is tried and tried again', async () => {
    const log = recordingLog();
    const runtime = await bench.open({ log, limits: { leaseMs: 300 } });
    runtime.run(idleDoor);
    await runtime.begin('door', 'front', { minutes: 5 }, bot);
    await committed(runtime, () => runtime.read('front')?.pending.length === 0);
    const makeRoom = await fullFor('true');
    await expect(runtime.begin('door', 'back', { minutes: 5 }, bot)).rejects.toMatchObject({
      code: 'store.full',
      retryable: true,
    });
    expect(runtime.degraded).toBe(true);
    await expect(stay(runtime, 'one')).rejects.toMatchObject({ code: 'store.full', retryable: true });
    await makeRoom();
    expect(await stay(runtime, 'one')).toMatchObject({ kind: 'committed' });
    expect(runtime.degraded).toBe(false);
    expect(await runtime.begin('door', 'back', { minutes: 5 }, bot)).toMatchObject({ kind: 'committed' });
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 50, code: 'store.full' }));
    expect(await bench.isWhole()).toBe(true);
  });

  it('is not for whoever takes away beside somebody who begins', async () => {
    const store = await openPostgresStore({ setting: server().setting(bench.schema), log: silent });
    await store.commit(draftOf('front', 'began'));
    await fullFor(`convert_from(NEW.line, 'UTF8') LIKE '%"kind":"began"%'`);
    // At once, so that one transaction has both.
    const [begun, noted] = await Promise.allSettled([
      store.commit(draftOf('back', 'began')),
      store.commit(draftOf('front', 'note')),
    ]);
    expect(begun).toMatchObject({ status: 'rejected', reason: { code: 'store.full' } });
    expect(noted).toMatchObject({ status: 'fulfilled', value: { line: { seq: 2, case: 'front' } } });
    await store.close();
    expect(await bench.isWhole()).toBe(true);
  });

  it('is looked at again by itself, without leaving anything behind', async () => {
    const runtime = await bench.open({ limits: { leaseMs: 300 } });
    const makeRoom = await fullFor('true');
    await expect(runtime.begin('door', 'back', { minutes: 5 }, bot)).rejects.toMatchObject({ code: 'store.full' });
    await makeRoom();
    await until(() => !runtime.degraded);
    expect(await server().sql(`SELECT 1 FROM ${table('lines')}`)).toEqual([]);
  });

  it('that Azure announces by making the server read-only lets through what is open', async () => {
    const runtime = await bench.open({ limits: { leaseMs: 300 } });
    await runtime.begin('door', 'front', { minutes: 5 }, bot);
    await server().sql('ALTER SYSTEM SET default_transaction_read_only = on');
    try {
      await server().sql('SELECT pg_reload_conf()');
      await until(() => runtime.degraded);
      await expect(runtime.begin('door', 'back', { minutes: 5 }, bot)).rejects.toMatchObject({ code: 'store.full' });
      expect(await stay(runtime, 'one')).toMatchObject({ kind: 'committed' });
      expect(runtime.degraded).toBe(true);
    } finally {
      await server().sql('ALTER SYSTEM RESET default_transaction_read_only');
      await server().sql('SELECT pg_reload_conf()');
    }
    await until(() => !runtime.degraded);
    expect(await runtime.begin('door', 'back', { minutes: 5 }, bot)).toMatchObject({ kind: 'committed' });
  });
});

describe('tables that somebody changed', () => {
  /** A short story, and nobody in the store any more. */
  async function written(): Promise<void> {
    const runtime = await bench.open();
    await runtime.begin('door', 'front', { minutes: 5 }, bot);
    for (const note of ['abc', 'def', 'ghi']) await stay(runtime, note);
    await runtime.close();
  }

  it.each([
    ['a line was changed', `SET line = convert_to(replace(convert_from(line, 'UTF8'), 'abc', 'abd'), 'UTF8') WHERE seq = 2`],
    [
      'a line and its head were changed',
      `SET line = line || ' '::bytea, head = encode(sha256(line || ' '::bytea), 'hex') WHERE seq = 2`,
    ],
    ['the first line was changed', `SET line = line || ' '::bytea WHERE seq = 1`],
    ['a line is gone', `SET seq = -2 WHERE seq = 2`],
  ])('take away, but begin nothing new: %s', async (_, change) => {
    await written();
    await server().sql(`UPDATE ${table('lines')} ${change}`);
    const log = recordingLog();
    const runtime = await bench.open({ log });
    await until(() => runtime.degraded);
    await expect(runtime.begin('door', 'back', { minutes: 5 }, bot)).rejects.toMatchObject({ code: 'store.corrupt' });
    expect(await stay(runtime, 'jkl')).toMatchObject({ kind: 'committed' });
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 50, msg: expect.stringContaining('does not verify') }));
  });

  it.each([
    [
      'the last line was changed',
      (name: string) => `UPDATE ${name}.lines SET line = line || ' '::bytea WHERE seq = 4`,
      'store.corrupt',
    ],
    ['the last line is gone', (name: string) => `DELETE FROM ${name}.lines WHERE seq = 4`, 'store.corrupt'],
    ['the row of a case is an older one', (name: string) => `UPDATE ${name}.cases SET seq = 3`, 'store.corrupt'],
    ['they are of another version', (name: string) => `UPDATE ${name}.writer SET format = 2`, 'store.format'],
  ])('are not opened: %s', async (_, change, code) => {
    await written();
    await server().sql(change(bench.schema));
    await expect(bench.open()).rejects.toMatchObject({ code });
  });

  it('are trusted when nobody did, however long the story is', async () => {
    const runtime = await bench.open();
    const ids = Array.from({ length: 1_100 }, (_, index) => `case ${index}`);
    await Promise.all(ids.map((caseId) => runtime.begin('door', caseId, { minutes: 5 }, bot)));
    await runtime.close();
    const log = recordingLog();
    const later = await bench.open({ log });
    let seen = 0;
    for await (const { seq } of later.entries(0)) expect(seq).toBe(++seen);
    expect(seen).toBe(1_100);
    await later.close();
    expect(log.lines.filter(({ level }) => Number(level) > 20)).toEqual([]);
    await server().sql(`UPDATE ${table('lines')} SET head = 'x' WHERE seq = 1001`);
    const last = await bench.open();
    await until(() => last.degraded);
  });
});

describe('cases that are over', () => {
  it('are all found, although memory holds only the newest', async () => {
    const runtime = await bench.open({ limits: { closedKept: 2 } });
    runtime.run(idleDoor);
    const refs = new Map<string, { readonly textDigest: string }>();
    for (const id of ['a', 'b', 'c', 'd']) {
      await runtime.begin('door', id, { minutes: 5 }, bot);
      refs.set(id, await runtime.putText(id, `text of ${id}`));
      await runtime.link(id, { key: 'card', value: id });
      await runtime.send(id, { type: 'open' }, bot);
      await runtime.send(id, { type: 'lock' }, bot);
      await committed(runtime, () => runtime.read(id)?.pending.length === 0);
    }
    const check = async (one: Runtime) => {
      expect(one.closed('door', undefined, 9).map(({ caseId }) => caseId)).toEqual(['d', 'c']);
      expect(one.read('a')).toBeUndefined();
      expect(await one.find('a', AbortSignal.timeout(5_000))).toMatchObject({
        state: 'locked',
        links: [{ key: 'card', value: 'a' }],
      });
      expect(one.closed('door', undefined, 9).map(({ caseId }) => caseId)).toEqual(['d', 'c']);
      const opened = { column: 'openedAt', value: new Date(START).toISOString() };
      const recalled = async (limit: number) =>
        (await one.recall('door', opened, limit, AbortSignal.timeout(5_000))).map(({ caseId }) => caseId);
      expect([await recalled(9), await recalled(3)]).toEqual([
        ['d', 'c', 'b', 'a'],
        ['d', 'c', 'b'],
      ]);
      expect(await one.recall('door', { ...opened, value: null }, 9, AbortSignal.timeout(5_000))).toEqual([]);
      expect(await one.recall('window', opened, 9, AbortSignal.timeout(5_000))).toEqual([]);
      for (const id of ['a', 'c', 'd']) expect(one.text(id, refs.get(id) ?? { textDigest: '' })).toBe(`text of ${id}`);
      expect(await one.begin('door', 'b', { minutes: 5 }, bot)).toMatchObject({ kind: 'repeated' });
    };
    await check(runtime);
    await runtime.close();
    const later = await bench.open({ limits: { closedKept: 2 } });
    await check(later);
    expect(await later.send('a', { type: 'open' }, bot)).toMatchObject({
      kind: 'ignored',
      view: { links: [{ key: 'card', value: 'a' }] },
    });
    expect(later.closed('door', undefined, 9).map(({ caseId }) => caseId)).toEqual(['a', 'd']);
  });

  it('give up the texts of one that memory forgot, too', async () => {
    const runtime = await bench.open();
    runtime.run(idleDoor);
    for (const id of ['a', 'b']) {
      await runtime.begin('door', id, { minutes: 5 }, bot);
      await runtime.putText(id, `text of ${id}`);
      await runtime.send(id, { type: 'open' }, bot);
      await runtime.send(id, { type: 'lock' }, bot);
      await committed(runtime, () => runtime.read(id)?.pending.length === 0);
    }
    await runtime.close();
    const store = await openPostgresStore({ setting: server().setting(bench.schema), log: silent, limits: { closedKept: 1 } });
    expect(store.peek('a')).toBeUndefined();
    expect(await store.textCount('a')).toBe(1);
    await store.eraseTexts('a');
    expect([await store.textCount('a'), await store.textCount('b')]).toEqual([0, 1]);
    expect([await bench.holds('text of a'), await bench.holds('text of b')]).toEqual([false, true]);
    await store.close();
  });

  it('lose nothing when something is written about one that memory forgot', async () => {
    const runtime = await bench.open({ limits: { closedKept: 1 } });
    runtime.run(idleDoor);
    for (const id of ['a', 'b']) {
      await runtime.begin('door', id, { minutes: 5 }, bot);
      await runtime.link(id, { key: 'card', value: id });
      await runtime.send(id, { type: 'open' }, bot);
      await runtime.send(id, { type: 'lock' }, bot);
      await committed(runtime, () => runtime.read(id)?.pending.length === 0);
    }
    await runtime.link('a', { key: 'note', value: 1 });
    expect(runtime.read('a')).toMatchObject({
      links: [
        { key: 'card', value: 'a' },
        { key: 'note', value: 1 },
      ],
    });
  });
});

const HOME_TENANT = '5c0ffee0-1111-4222-8333-444455556666';

describe('what was seen of another ledger', () => {
  it('lies beside the cases, for the machine that goes on', async () => {
    const setting = { postgres: server().setting(bench.schema) };
    const headAt = (seq: number) => ({ seq, head: 'a'.repeat(64) });
    const open = async () => {
      const { watches, close } = await openWatches(setting, [HOME_TENANT], silent);
      const [{ watch } = { watch: undefined }] = watches;
      if (watch === undefined) throw new Error('no watch');
      return { watch, close };
    };
    const first = await open();
    expect(first.watch.newest).toBeUndefined();
    await first.watch.note(headAt(7), undefined);
    await first.close();
    const second = await open();
    expect(second.watch.newest).toEqual(headAt(7));
    await expect(second.watch.note(headAt(6), second.watch.newest)).rejects.toMatchObject({ code: 'perimeter.rolled-back' });
    await second.watch.note(headAt(8), second.watch.newest);
    await second.close();
    const third = await open();
    expect(third.watch.newest).toEqual(headAt(8));
    await third.close();
  });
});

describe('what people write', () => {
  it.each(['a\0b', '\ud800', '\u{1f6aa} “door”', "'; DROP TABLE lines; --"])('is kept as it is: %j', async (text) => {
    const runtime = await bench.open();
    await runtime.begin('door', 'front', { minutes: 5 }, bot);
    await stay(runtime, text);
    const ref = await runtime.putText('front', text);
    await runtime.close();
    const later = await bench.open();
    expect(later.read('front')?.context).toMatchObject({ notes: [text] });
    expect(later.text('front', ref)).toBe(text);
  });

  it.each(['a\0b', '\ud800'])('never spoils what others write at the same moment: a case named %j', async (caseId) => {
    const store = await openPostgresStore({ setting: server().setting(bench.schema), log: silent });
    const [bad, good] = await Promise.allSettled([
      store.commit(draftOf(caseId, 'began')),
      store.commit(draftOf('front', 'began')),
    ]);
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'store.unwritable' } });
    expect(good).toMatchObject({ status: 'fulfilled', value: { line: { seq: 1 } } });
    await store.close();
  });
});
