import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { AppError } from '../../src/access/core/app-error.ts';
import type { PointName } from '../../src/access/core/point.ts';
import type { Runtime } from '../../src/durable/port.ts';
import { bot } from './support/durable-world.ts';
import { postgresBench, postgresForAll, type PostgresBench } from './support/store-benches.ts';

const server = postgresForAll();
let bench: PostgresBench;
const children: ChildProcess[] = [];
beforeEach(() => {
  bench = postgresBench(server());
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await bench.clear();
});

const toldSchema = z.object({
  at: z.string().optional(),
  open: z.string().optional(),
  began: z.string().optional(),
  caseId: z.string().optional(),
  note: z.string().optional(),
  text: z.string().optional(),
  textDigest: z.string().optional(),
  refused: z.string().optional(),
  fatal: z.string().optional(),
});
type Told = z.infer<typeof toldSchema>;

interface Writer {
  readonly child: ChildProcess;
  readonly told: readonly Told[];
  /** Resolves when it has said something of which this holds, or already had. */
  says(what: (told: Told) => boolean): Promise<void>;
  kill(): Promise<void>;
}

/** Short, so that a successor need not wait for long. */
const LEASE_MS = 500;

function startWriter(name: string, armed = '', deed: 'hang' | 'stop' = 'hang', leaseMs = LEASE_MS): Writer {
  const script = join(import.meta.dirname, 'support', 'postgres-writer.ts');
  const setting = JSON.stringify(server().setting(bench.schema));
  const child = spawn(process.execPath, ['--no-warnings', script, setting, name, String(leaseMs), armed, deed], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const told: Told[] = [];
  const waiting = new Set<() => void>();
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    told.push(toldSchema.parse(JSON.parse(line)));
    for (const look of [...waiting]) look();
  });
  const ended = once(lines, 'close');
  return {
    child,
    told,
    says: (what) =>
      new Promise((resolve) => {
        const look = () => {
          if (!told.some(what)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Tries again as long as the lease of another one runs. */
async function takeOver(): Promise<Runtime> {
  for (;;) {
    try {
      return await bench.open();
    } catch (error) {
      if (!(error instanceof AppError) || !error.retryable) throw error;
      await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs ?? 100));
    }
  }
}

/** What was acknowledged and is not there, and what is there twice. */
function broken(runtime: Runtime, told: readonly Told[]): string[] {
  const faults: string[] = [];
  for (const { began, caseId = '', note, text, textDigest = '' } of told) {
    if (began !== undefined && runtime.read(began) === undefined) faults.push(`${began} is lost`);
    if (note !== undefined && !notesOf(runtime, caseId).includes(note)) faults.push(`${note} of ${caseId} is lost`);
    if (text !== undefined && runtime.text(caseId, { textDigest }) !== text) faults.push(`the text of ${caseId} is lost`);
  }
  for (const { caseId } of runtime.open('door')) {
    const notes = notesOf(runtime, caseId);
    if (new Set(notes).size < notes.length) faults.push(`${caseId} has a note twice`);
  }
  return faults;
}

const notesOf = (runtime: Runtime, caseId: string) =>
  (runtime.read(caseId)?.context as { readonly notes: readonly string[] } | undefined)?.notes ?? [];
const epochs = async (): Promise<readonly number[]> =>
  (await server().sql(`SELECT convert_from(line, 'UTF8')::json->>'epoch' AS epoch FROM ${bench.schema}.lines ORDER BY seq`)).map(
    ({ epoch }) => Number(epoch),
  );

describe('a writer that is killed', () => {
  it.each<PointName>(['store.before-append', 'store.after-append', 'store.after-fsync', 'store.text-written'])(
    'at %s, several times, loses nothing that it told, and repeats nothing',
    async (point) => {
      const told: Told[] = [];
      for (const nth of [1, 3, 6]) {
        const writer = startWriter(`kill ${nth}`, `${point}#${nth}`);
        await writer.says(({ at }) => at === point);
        await writer.kill();
        told.push(...writer.told);
      }
      const runtime = await takeOver();
      expect(told.filter(({ began }) => began !== undefined).length).toBeGreaterThan(3);
      expect(broken(runtime, told)).toEqual([]);
      expect(await bench.isWhole()).toBe(true);
      // Each writer, and us: none wrote beside another.
      const seen = await epochs();
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    },
  );

  it('keeps others out until its lease has lapsed, since nobody can know that it is dead', async () => {
    const writer = startWriter('anywhere', '', 'hang', 60_000);
    await writer.says(({ note }) => note === 'two');
    await writer.kill();
    await expect(bench.open()).rejects.toMatchObject({ code: 'store.locked', retryable: true });
    await server().sql(`UPDATE ${bench.schema}.writer SET heartbeat_at = heartbeat_at - interval '60 seconds'`);
    expect(broken(await bench.open(), writer.told)).toEqual([]);
  });
});

describe('a writer that was asleep while another took over', () => {
  it.each<[string, string]>([
    ['between two commits', ''],
    ['before it wrote', 'store.before-append#5'],
    ['with its lines written and not committed', 'store.after-append#5'],
    ['before it could tell anybody', 'store.after-fsync#5'],
  ])('%s writes nothing when it wakes, and ends', async (_, armed) => {
    const writer = startWriter('sleeper', armed, 'stop');
    if (armed === '') {
      await writer.says(({ note }) => note === 'two');
      writer.child.kill('SIGSTOP');
    } else await writer.says(({ at }) => at !== undefined);

    const runtime = await takeOver();
    await runtime.begin('door', 'successor', { minutes: 5 }, bot);
    const before = await epochs();
    const exit = once(writer.child, 'exit');
    writer.child.kill('SIGCONT');
    expect(await exit).toEqual([1, null]);
    expect(writer.told.flatMap(({ fatal }) => fatal ?? [])).toEqual(['store.fenced']);
    expect(await epochs()).toEqual(before);
    await runtime.send('successor', { type: 'stay', note: 'awake' }, bot);
    expect(broken(runtime, writer.told)).toEqual([]);
    expect(await bench.isWhole()).toBe(true);
  });
});
