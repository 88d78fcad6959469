import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { JournalEntry, Runtime } from '../../src/durable/port.ts';
import { createMachine } from 'xstate';
import { bot, committed, doorFlow, idleDoor, MINUTE, recordingLog, workbench, type Workbench } from './support/durable-world.ts';
import { heldBackFiles } from './support/held-back-files.ts';

let bench: Workbench;
beforeEach(() => {
  bench = workbench();
});
afterEach(() => bench.clear());

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
  it('finds closed cases by a column, newest first, before and after a restart, with and without its index', async () => {
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

    const { rmSync } = await import('node:fs');
    for (const without of [false, true]) {
      if (without) rmSync(`${bench.folder}/index.db`);
      const later = await bench.open();
      await expect(later.send('nobody', { type: 'open' }, bot)).rejects.toMatchObject({ code: 'case.unknown' });
      expect(later.closed('door', undefined, 9)).toEqual(all);
      expect(ids(later, '2026-03-01T08:00:01.000Z')).toEqual(['b']);
      await later.close();
    }
  });

  it('is not taken for never, while the index of what is over is still being built', async () => {
    const runtime = await bench.open();
    runtime.run(idleDoor);
    await runtime.begin('door', 'front', { minutes: 5 }, bot);
    await runtime.send('front', { type: 'open' }, bot);
    await runtime.send('front', { type: 'lock' }, bot);
    await committed(runtime, () => runtime.read('front')?.pending.length === 0);
    await runtime.begin('door', 'back', { minutes: 5 }, bot);
    await runtime.close();
    const { rmSync } = await import('node:fs');
    rmSync(`${bench.folder}/index.db`);

    const { files, letGo } = heldBackFiles();
    const later = await bench.open({ files });
    expect(later.read('front')).toBeUndefined();
    expect(await later.find('back', AbortSignal.abort())).toMatchObject({ caseId: 'back' });
    await expect(later.find('front', AbortSignal.abort())).rejects.toMatchObject({ code: 'store.indexing', retryable: true });
    await expect(later.find('nobody', AbortSignal.timeout(1))).rejects.toMatchObject({ code: 'store.indexing' });
    const found = later.find('front', new AbortController().signal);
    letGo();
    expect(await found).toMatchObject({ caseId: 'front', status: 'done' });
    expect(await later.find('nobody', new AbortController().signal)).toBeUndefined();
  });

  it('is not taken for never by whoever still asks when the store closes', async () => {
    const runtime = await bench.open();
    await runtime.begin('door', 'front', { minutes: 5 }, bot);
    await runtime.close();
    const { rmSync } = await import('node:fs');
    rmSync(`${bench.folder}/index.db`);
    const { files, letGo } = heldBackFiles();
    const later = await bench.open({ files });
    const asked = later.find('nobody', new AbortController().signal);
    const closing = later.close();
    letGo();
    await expect(asked).rejects.toMatchObject({ code: 'store.closed', retryable: true });
    await closing;
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
    const { readdirSync, readFileSync } = await import('node:fs');
    const left = readdirSync(bench.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const file of left) expect(readFileSync(`${file.parentPath}/${file.name}`, 'utf8')).not.toContain('dog');
    const { verifyJournal } = await import('../../src/cli/journal.ts');
    expect(await verifyJournal(bench.folder)).toMatchObject({ consistent: true });
  });
});

describe('a text that somebody changed', () => {
  it('is not shown as what was written', async () => {
    const runtime = await bench.open();
    const ref = await runtime.putText('front', 'please approve');
    const { readdirSync, readFileSync, writeFileSync } = await import('node:fs');
    const file = `${bench.folder}/texts/${readdirSync(`${bench.folder}/texts`)[0]}`;
    writeFileSync(file, readFileSync(file, 'utf8').replace('please approve', 'please decline'));
    expect(runtime.text('front', ref)).toBeUndefined();
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

describe('a folder', () => {
  it('is free for the next process when its writer was killed', async () => {
    const script = `
      import { openRuntime } from './src/durable/runtime.ts';
      import { transportClock } from './src/access/core/clock.ts';
      import { pino } from 'pino';
      await openRuntime({ flows: [], folder: process.argv[1], clock: transportClock, log: pino({ level: 'silent' }) });
      process.stdout.write('open');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script, bench.folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await expect(bench.open()).rejects.toMatchObject({ code: 'store.locked' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await expect(bench.open()).resolves.toBeDefined();
  });

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
