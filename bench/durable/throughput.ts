import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { initialTransition, transition, type AnyMachineSnapshot } from 'xstate';
import { instantOf, transportClock } from '../../src/access/core/clock.ts';
import { openRuntime } from '../../src/durable/runtime.ts';
import { nodeFiles } from '../../src/durable/stores/lowdb/node-files.ts';
import { readEntries } from '../../src/durable/stores/lowdb/read-entries.ts';
import type { Line } from '../../src/durable/store.ts';
import { grantFlow } from '../../src/perimeter/grant-flow.ts';
import { bot, input, silent, wholeLife } from './workload.ts';

export interface Throughput {
  readonly transitionsPerSecond: number;
  readonly boundPerSecond: number;
  readonly ratio: number;
}

interface Sizes {
  readonly transitions: number;
  readonly rounds: number;
  readonly concurrency: number;
}

/** The runtime against the bound, turn by turn, since the machine is never equally quiet; medians. */
export async function measureThroughput(folder: string, sizes: Sizes): Promise<Throughput> {
  const rounds: { readonly durable: number; readonly bound: number }[] = [];
  for (let round = 0; round <= sizes.rounds; round++) {
    const store = join(folder, `throughput-${round}`);
    const durable = await durableRun(store, sizes);
    const bound = await boundRun(store, sizes);
    // The first round warms both up.
    if (round > 0) rounds.push({ durable, bound });
  }
  return {
    transitionsPerSecond: Math.round(median(rounds.map(({ durable }) => durable))),
    boundPerSecond: Math.round(median(rounds.map(({ bound }) => bound))),
    ratio: Number(median(rounds.map(({ durable, bound }) => durable / bound)).toFixed(2)),
  };
}

/** Transitions a second, each waited for until it is durable, by so many who wait at once. */
async function durableRun(folder: string, { transitions, concurrency }: Sizes): Promise<number> {
  const runtime = await openRuntime({ flows: [grantFlow], folder, clock: transportClock, log: silent });
  const each = Math.ceil(transitions / concurrency / (wholeLife.length + 1));
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async (_, worker) => {
      for (let count = 0; count < each; count++) {
        const caseId = `bench${worker}x${count}`;
        await runtime.begin('grant', caseId, input(caseId), bot);
        for (const event of wholeLife) await runtime.send(caseId, event, bot);
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  const { seq } = runtime.head();
  await runtime.close();
  return seq / seconds;
}

/** The least that anybody has to do: the bare transition, the same line as JSON, and one fdatasync for as many as were waiting. */
async function boundRun(folder: string, { concurrency }: Sizes): Promise<number> {
  const lines: Line[] = [];
  for await (const { line } of readEntries(nodeFiles, join(folder, 'journal'), 0, Infinity)) lines.push(line);
  const file = await open(join(folder, 'bound.jsonl'), 'a');
  const snapshots = new Map<string, AnyMachineSnapshot>();
  const startedAt = performance.now();
  for (let from = 0; from < lines.length; from += concurrency) {
    const texts = lines.slice(from, from + concurrency).map((line) => {
      const before = snapshots.get(line.case);
      const event = line.events[0];
      const [after] =
        before === undefined || event === undefined
          ? initialTransition(grantFlow.machine, { ...input(line.case), at: instantOf(Date.now()) })
          : transition(grantFlow.machine, before, { ...event, at: instantOf(Date.now()) });
      snapshots.set(line.case, after);
      return JSON.stringify(line);
    });
    await file.write(Buffer.from(`${texts.join('\n')}\n`));
    await file.datasync();
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  await file.close();
  return lines.length / seconds;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
