import { globSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TextRef } from '../../src/access/core/text-ref.ts';
import type { Runtime } from '../../src/durable/port.ts';
import { bot, idleDoor, recordingLog, workbench, type Workbench } from './support/durable-world.ts';
import { forgetfulFiles, type DiskImage, type ForgetfulOptions } from './support/forgetful-files.ts';

/** Small, so that a short story fills several journal files and writes several checkpoints. */
const LIMITS = { segmentBytes: 6_000, checkpointEveryLines: 8 };
const RESERVE_BYTES = 4_096;

/** What somebody was told is done: it must hold after the power went. */
interface Told {
  readonly heads: readonly { readonly seq: number; readonly head: string }[];
  readonly texts: readonly { readonly caseId: string; readonly ref: TextRef; readonly text: string }[];
  readonly erased: readonly string[];
  /** Newest checkpoint that was finished. */
  readonly checkpoint: number;
  readonly hasReserve: boolean;
}

interface Moment {
  readonly operation: string;
  readonly told: Told;
  readonly image: DiskImage;
}

let bench: Workbench;
beforeEach(() => {
  bench = workbench();
});
afterEach(() => bench.clear());

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Lives through a day of a few cases and keeps what the disk would hold if the power went before each change of it. */
async function story(loss: 'forget' | 'tear', reserveBytes: number, options: ForgetfulOptions = {}) {
  const chance = seeded(7);
  const moments: Moment[] = [];
  let told: Told = { heads: [], texts: [], erased: [], checkpoint: 0, hasReserve: false };
  const log = recordingLog();
  const files = forgetfulFiles({
    ...options,
    onChange(operation) {
      options.onChange?.(operation);
      const finished = log.lines.findLast(({ msg }) => msg === 'checkpoint written')?.['seq'];
      moments.push({ operation, told: { ...told, checkpoint: Number(finished ?? 0) }, image: files.image(loss, chance) });
    },
  });
  const runtime = await bench.open({ files, log, limits: { ...LIMITS, reserveBytes } });
  told = { ...told, hasReserve: reserveBytes > 0 };
  runtime.onCommit(({ seq, head }) => {
    told = { ...told, heads: [...told.heads, { seq, head }] };
  });
  runtime.run(idleDoor);
  await Promise.all(['a', 'b', 'c'].map((caseId) => day(runtime, caseId, (change) => (told = change(told)))));
  await runtime.close();
  return { moments, sites: files.syncSites };
}

async function day(runtime: Runtime, caseId: string, tell: (change: (told: Told) => Told) => void): Promise<void> {
  await runtime.begin('door', caseId, { minutes: 5 }, bot);
  const text = `secret of ${caseId}`;
  const ref = await runtime.putText(caseId, text);
  tell((told) => ({ ...told, texts: [...told.texts, { caseId, ref, text }] }));
  for (let count = 0; count < 4; count++) await runtime.send(caseId, { type: 'stay', note: ref.textDigest }, bot);
  await runtime.send(caseId, { type: 'open' }, bot);
  await runtime.send(caseId, { type: 'lock' }, bot);
  if (caseId === 'b') {
    const [first, second] = [`first word of ${caseId}`, `second word of ${caseId}`];
    const refs = [await runtime.putText(caseId, first), await runtime.putText(caseId, second)];
    const [gone, stays] = refs.map((each) => each.textDigest);
    await runtime.eraseTexts(caseId, [gone ?? '']);
    const left = { caseId, ref: { textDigest: stays ?? '' }, text: second };
    tell((told) => ({ ...told, erased: [...told.erased, first], texts: [...told.texts, left] }));
  }
  if (caseId !== 'a') return;
  tell((told) => ({ ...told, texts: told.texts.filter((one) => one.caseId !== caseId) }));
  await runtime.eraseTexts(caseId);
  tell((told) => ({ ...told, erased: [...told.erased, text] }));
}

/** Starts again from what was left, and says what was promised and does not hold. */
async function broken({ told, image }: Moment): Promise<string | undefined> {
  const reserve = image.folders.get(bench.folder)?.get('reserve.bin')?.length ?? 0;
  if (told.hasReserve && reserve < RESERVE_BYTES) return 'the reserve is gone';
  for (const content of image.folders.get(join(bench.folder, 'texts'))?.values() ?? [])
    if (told.erased.some((text) => Buffer.from(content).includes(text))) return 'an erased text is back';
  rmSync(join(bench.folder, 'index.db'), { force: true });
  const log = recordingLog();
  let runtime: Runtime;
  try {
    runtime = await bench.open({
      files: forgetfulFiles({ image }),
      log,
      limits: { ...LIMITS, reserveBytes: told.hasReserve ? RESERVE_BYTES : 0 },
    });
  } catch (error) {
    return `it does not start: ${String(error)}`;
  }
  try {
    const heads = new Map<number, string>();
    for await (const { seq, head } of runtime.entries(0)) heads.set(seq, head);
    if (told.heads.some(({ seq, head }) => heads.get(seq) !== head)) return 'a committed line is lost';
    if (told.texts.some(({ caseId, ref, text }) => runtime.text(caseId, ref) !== text)) return 'a stored text is lost';
    const start = log.lines.find(({ msg }) => msg === 'store open');
    if (Number(start?.['checkpointSeq']) < told.checkpoint) return 'a finished checkpoint is lost';
    for (const view of runtime.open('door')) await runtime.send(view.caseId, { type: 'knock' }, bot);
    return undefined;
  } finally {
    await runtime.close();
  }
}

async function firstBroken(moments: readonly Moment[]): Promise<string | undefined> {
  for (const [index, moment] of moments.entries()) {
    const what = await broken(moment);
    if (what !== undefined) return `power cut before change ${index} (${moment.operation}): ${what}`;
  }
  return undefined;
}

describe('after a power cut at any moment', () => {
  it.each(['forget', 'tear'] as const)(
    'everything that anybody was told is there (%s)',
    async (loss) => {
      const { moments } = await story(loss, RESERVE_BYTES);
      expect(moments.length).toBeGreaterThan(80);
      expect(await firstBroken(moments)).toBeUndefined();
    },
    60_000,
  );

  it('something of it is missing when any one of the fsyncs is left out, each in turn', async () => {
    const { sites } = await story('forget', RESERVE_BYTES);
    expect([...sites].toSorted()).toEqual(syncsInTheCode());
    const needless: string[] = [];
    for (const suppressed of sites) {
      const found = (await brokenWithout(suppressed, RESERVE_BYTES)) ?? (await brokenWithout(suppressed, 0));
      if (found === undefined) needless.push(suppressed);
    }
    expect(needless).toEqual([]);
  }, 120_000);
});

/** Every line of the store that asks for a sync: a new one must be reached by the story, and be needed. */
function syncsInTheCode(): string[] {
  return (
    globSync('src/durable/**/*.ts')
      // A genesis is laid while nothing runs, and is checked by whoever opens it (genesis.test.ts).
      // A whole store is replaced while nothing runs; it is killed at each step of that (test/cli/backup.test.ts).
      .filter((path) => !['node-files.ts', 'lowdb/genesis.ts', 'replace-store.ts'].some((name) => path.endsWith(name)))
      .flatMap((path) =>
        readFileSync(path, 'utf8')
          .split('\n')
          .flatMap((line, index) => (/\.(?:dataSync|syncFolder)\(/.test(line) ? [`${basename(path)}:${index + 1}`] : [])),
      )
      .toSorted()
  );
}

async function brokenWithout(suppressed: string, reserveBytes: number): Promise<string | undefined> {
  await bench.clear();
  bench = workbench();
  const { moments } = await story('forget', reserveBytes, { suppressed });
  return firstBroken(moments);
}
