import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openStore } from '../../src/durable/open-store.ts';
import { openRuntime } from '../../src/durable/runtime.ts';
import { bot, committed, doorFlow, idleDoor, silent, workbench, type Workbench } from './support/durable-world.ts';
import { heldBackFiles } from './support/held-back-files.ts';

let bench: Workbench;
beforeEach(() => {
  bench = workbench();
});
afterEach(() => bench.clear());

describe('the index of what is over', () => {
  it('is built again from the journal when it is gone', async () => {
    const runtime = await bench.open();
    runtime.run(idleDoor);
    for (const id of ['a', 'b']) {
      await runtime.begin('door', id, { minutes: 5 }, bot);
      bench.clock.advance(1_000);
      await runtime.send(id, { type: 'open' }, bot);
      await runtime.link(id, { key: 'card', value: id });
      await runtime.send(id, { type: 'lock' }, bot);
    }
    await committed(runtime, () => ['a', 'b'].every((id) => runtime.read(id)?.pending.length === 0));
    const all = runtime.closed('door', undefined, 9);
    await runtime.close();
    rmSync(`${bench.folder}/index.db`);
    const later = await bench.open();
    await expect(later.send('nobody', { type: 'open' }, bot)).rejects.toMatchObject({ code: 'case.unknown' });
    expect(later.closed('door', undefined, 9)).toEqual(all);
    const where = { column: 'openedAt', value: '2026-03-01T08:00:02.000Z' };
    expect(later.closed('door', where, 9).map(({ caseId }) => caseId)).toEqual(['b']);
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
    rmSync(`${bench.folder}/index.db`);
    const { files, letGo } = heldBackFiles();
    const later = await bench.open({ files });
    const asked = later.find('nobody', new AbortController().signal);
    const closing = later.close();
    letGo();
    await expect(asked).rejects.toMatchObject({ code: 'store.closed', retryable: true });
    await closing;
  });
});

describe('a store that is open already', () => {
  it('is what the runtime works on, and is closed with it', async () => {
    const store = await openStore({ folder: bench.folder, checkpointEveryLines: 5_000 }, { log: silent });
    const runtime = await openRuntime({ flows: [doorFlow], store, clock: bench.clock, log: silent });
    await runtime.begin('door', 'front', { minutes: 5 }, bot);
    expect(store.peek('front')).toMatchObject({ state: 'shut' });
    await runtime.close();
    expect((await bench.open()).read('front')).toMatchObject({ state: 'shut' });
  });

  it('or its setting must be named', async () => {
    const nowhere = openRuntime({ flows: [doorFlow], clock: bench.clock, log: silent });
    await expect(nowhere).rejects.toMatchObject({ code: 'store.unnamed' });
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
});
