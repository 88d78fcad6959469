import { appendFileSync, copyFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { assert, asyncProperty, integer, nat } from 'fast-check';
import { codeOf, type AppError } from '../../src/access/core/app-error.ts';
import { nodeFiles } from '../../src/durable/stores/lowdb/node-files.ts';
import type { Runtime } from '../../src/durable/port.ts';
import { verifyJournal } from '../../src/cli/journal.ts';
import { bot, committed, idleDoor, recordingLog, workbench, type Workbench } from './support/durable-world.ts';
import { forgetfulFiles } from './support/forgetful-files.ts';

let bench: Workbench;
beforeEach(() => {
  bench = workbench();
});
afterEach(() => bench.clear());

const journal = () => join(bench.folder, 'journal');
const onlySegment = () => join(journal(), '000000000001.jsonl');

/** A journal with some lines, in one file, and no checkpoint, so that everything is read again. */
async function write(lines: number): Promise<void> {
  const runtime = await bench.open();
  await runtime.begin('door', 'front', { minutes: 5 }, bot);
  for (let count = 2; count <= lines; count++) await runtime.send('front', { type: 'stay', note: `note ${count}` }, bot);
  await runtime.close();
  rmSync(join(bench.folder, 'checkpoint'), { recursive: true });
  rmSync(join(bench.folder, 'index.db'));
}

async function headsOf(runtime: Runtime): Promise<string[]> {
  const heads: string[] = [];
  for await (const { head } of runtime.entries(0)) heads.push(head);
  return heads;
}

describe('a journal', () => {
  it('cut off at any byte recovers to a prefix of its commits, and goes on from there', async () => {
    await write(6);
    const bytes = readFileSync(onlySegment());
    const ends = [...bytes.entries()].flatMap(([index, byte]) => (byte === 10 ? [index + 1] : []));
    await assert(
      asyncProperty(nat(bytes.length), async (cut) => {
        writeFileSync(onlySegment(), bytes.subarray(0, cut));
        rmSync(join(bench.folder, 'checkpoint'), { recursive: true, force: true });
        rmSync(join(bench.folder, 'index.db'), { force: true });
        const runtime = await bench.open();
        const whole = ends.filter((end) => end <= cut).length;
        expect(await headsOf(runtime)).toHaveLength(whole);
        expect(runtime.read('front')?.seq ?? 0).toBe(whole);
        await runtime.begin('door', 'back', { minutes: 5 }, bot);
        await runtime.close();
        expect(await verifyJournal(bench.folder)).toMatchObject({ consistent: true, lines: whole + 1 });
      }),
      { numRuns: 60 },
    );
  }, 30_000);

  it('with any byte changed in a line that others follow refuses to start, and changes nothing', async () => {
    await write(6);
    const bytes = readFileSync(onlySegment());
    const lastLine = bytes.lastIndexOf(10, bytes.length - 2) + 1;
    await assert(
      asyncProperty(nat(lastLine - 1), integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        writeFileSync(onlySegment(), damaged);
        expect(await startOf(bench)).toBe('store.corrupt');
        expect(readFileSync(onlySegment()).equals(damaged)).toBe(true);
        expect(await verifyJournal(bench.folder)).toMatchObject({ consistent: false });
      }),
      { numRuns: 60 },
    );
  }, 30_000);

  it('that lost a whole file, or the end of one that others follow, refuses to start', async () => {
    const runtime = await bench.open({ limits: { segmentBytes: 1_000 } });
    await runtime.begin('door', 'front', { minutes: 5 }, bot);
    for (let count = 0; count < 6; count++) await runtime.send('front', { type: 'stay', note: 'x' }, bot);
    await runtime.close();
    rmSync(join(bench.folder, 'checkpoint'), { recursive: true });
    const names = readdirSync(journal());
    expect(names.length).toBeGreaterThan(3);
    const second = join(journal(), names[1] ?? '');
    const bytes = readFileSync(second);
    truncateSync(second, bytes.length - 5);
    await expect(bench.open()).rejects.toMatchObject({ code: 'store.corrupt' });
    rmSync(second);
    await expect(bench.open()).rejects.toMatchObject({ code: 'store.corrupt' });
    writeFileSync(second, bytes);
    await expect(bench.open()).resolves.toBeDefined();
  });

  it('that was put back to an older state, behind what a checkpoint was made from, refuses to start', async () => {
    const runtime = await bench.open();
    await runtime.begin('door', 'front', { minutes: 5 }, bot);
    copyFileSync(onlySegment(), join(bench.folder, 'older'));
    await runtime.send('front', { type: 'open' }, bot);
    await runtime.close();
    copyFileSync(join(bench.folder, 'older'), onlySegment());
    await expect(bench.open()).rejects.toMatchObject({ code: 'store.rolled-back' });
    expect(await verifyJournal(bench.folder)).toMatchObject({ consistent: false });
  });

  it('whose past was changed before the checkpoint still takes away, but begins nothing new', async () => {
    const log = recordingLog();
    const first = await bench.open();
    await first.begin('door', 'front', { minutes: 5 }, bot);
    await first.send('front', { type: 'stay', note: 'abc' }, bot);
    await first.send('front', { type: 'open' }, bot);
    await first.close();
    writeFileSync(onlySegment(), readFileSync(onlySegment(), 'utf8').replace('"note":"abc"', '"note":"abd"'));
    const runtime = await bench.open({ log });
    await waitFor(() => runtime.degraded);
    await expect(runtime.begin('door', 'back', { minutes: 5 }, bot)).rejects.toMatchObject({ code: 'store.corrupt' });
    expect(await runtime.send('front', { type: 'lock' }, bot)).toMatchObject({ kind: 'committed' });
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 50, msg: expect.stringContaining('does not verify') }));
  });

  it.each([
    ['cut off', (file: string) => truncateSync(file, 100)],
    ['changed', (file: string) => writeFileSync(file, readFileSync(file, 'utf8').replace('"minutes":5', '"minutes":6'))],
  ])('starts from the older checkpoint when the newest is %s', async (_, damage) => {
    const runtime = await bench.open({ limits: { checkpointEveryLines: 2 } });
    await runtime.begin('door', 'front', { minutes: 5 }, bot);
    for (let count = 0; count < 9; count++) await runtime.send('front', { type: 'stay', note: 'x' }, bot);
    const before = runtime.read('front');
    await runtime.close();
    const names = readdirSync(join(bench.folder, 'checkpoint'));
    expect(names).toHaveLength(2);
    damage(join(bench.folder, 'checkpoint', names[1] ?? ''));
    const later = await bench.open();
    expect(later.read('front')).toMatchObject({ seq: before?.seq, context: before?.context });
  });

  it('is not taken for a torn one when somebody appends to it', async () => {
    await write(3);
    appendFileSync(onlySegment(), '{"v":1,"seq":4,"prev":"0000"}\n');
    const log = recordingLog();
    const runtime = await bench.open({ log });
    // Nobody was told of that line, so it is dropped, and the operator is told.
    expect(runtime.head().seq).toBe(3);
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 40, msg: expect.stringContaining('dropped a tail') }));
  });
});

describe('a full disk', () => {
  it('refuses what is new, lets what is open come to its end from the reserve, and takes on new cases when there is room', async () => {
    let capacity = Infinity;
    const files = forgetfulFiles({ capacity: () => capacity });
    const runtime = await bench.open({ files, limits: { reserveBytes: 20_000 } });
    runtime.run(idleDoor);
    await runtime.begin('door', 'front', { minutes: 5 }, bot);
    await runtime.send('front', { type: 'open' }, bot);
    await committed(runtime, () => runtime.read('front')?.pending.length === 0);
    // A line begins to fit, but not as a whole.
    capacity = 40;
    for (const names of files.image('tear', () => 0.99).folders.values())
      for (const file of names.values()) capacity += file.length;

    await expect(runtime.begin('door', 'back', { minutes: 5 }, bot)).rejects.toMatchObject({
      code: 'store.full',
      retryable: true,
    });
    expect(runtime.degraded).toBe(true);
    expect(await runtime.send('front', { type: 'lock' }, bot)).toMatchObject({ kind: 'committed', view: { state: 'locked' } });
    await expect(runtime.begin('door', 'back', { minutes: 5 }, bot)).rejects.toMatchObject({ code: 'store.full' });
    await expect(runtime.putText('back', 'x'.repeat(capacity))).rejects.toMatchObject({ code: 'store.full' });
    await committed(runtime, () => runtime.read('front')?.pending.length === 0);
    const head = runtime.head();
    await runtime.close();

    const later = await bench.open({ files, limits: { reserveBytes: 20_000 } });
    expect(later.degraded).toBe(true);
    expect(later.head()).toEqual(head);
    await later.close();
    capacity = Infinity;
    const roomy = await bench.open({ files, limits: { reserveBytes: 20_000 } });
    expect(roomy.degraded).toBe(false);
    expect(await roomy.begin('door', 'back', { minutes: 5 }, bot)).toMatchObject({ kind: 'committed' });
  });
});

describe('a disk that does not confirm', () => {
  it.each(['journal', 'texts', 'checkpoint'])('ends the process, and nobody is told that it worked (%s)', async (where) => {
    let broken = false;
    const fatal: AppError[] = [];
    const files = {
      ...nodeFiles,
      async openForAppend(path: string) {
        const file = await nodeFiles.openForAppend(path);
        return {
          ...file,
          dataSync: () =>
            broken && path.includes(join(bench.folder, where))
              ? Promise.reject(Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO', syscall: 'fdatasync' }))
              : file.dataSync(),
        };
      },
    };
    const runtime = await bench.open({ files, limits: { checkpointEveryLines: 3 }, onFatal: (error) => fatal.push(error) });
    await runtime.begin('door', 'front', { minutes: 5 }, bot);
    broken = true;
    if (where === 'journal') {
      await expect(runtime.send('front', { type: 'open' }, bot)).rejects.toMatchObject({ code: 'store.failed' });
      expect(runtime.read('front')?.state).toBe('shut');
      await expect(runtime.send('front', { type: 'open' }, bot)).rejects.toMatchObject({ code: 'store.failed' });
    } else if (where === 'texts') {
      await expect(runtime.putText('front', 'hello')).rejects.toMatchObject({ code: 'store.failed' });
    } else {
      for (let count = 0; count < 4; count++) await runtime.send('front', { type: 'knock' }, bot);
      await waitFor(() => fatal.length > 0);
    }
    expect(fatal[0]).toMatchObject({ code: 'store.failed' });
    broken = false;
  });
});

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** The code of the refusal, or that it started after all. */
async function startOf(workplace: Workbench): Promise<string> {
  try {
    await (await workplace.open()).close();
    return 'started';
  } catch (error) {
    return codeOf(error);
  }
}
