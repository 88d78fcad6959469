import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureThroughput } from './durable/throughput.ts';

/** One row of the table: what was measured, against what, in the same run. */
export interface DurableFigures {
  readonly transitionsPerSecond: number;
  readonly boundPerSecond: number;
  /** Goal: at least 0.5. */
  readonly ratio: number;
  readonly closedCases: number;
  readonly openCases: number;
  readonly importsMs: number;
  /** From a killed process's folder to every open case in memory. Goal: under 1,000. */
  readonly readyMs: number;
  /** Resident memory from after the imports to ready, and to the end of the background verification. Goal: under 100. */
  readonly growthMb: number;
  readonly growthAfterVerifyMb: number;
  readonly journalMb: number;
}

export interface DurableBenchOptions {
  readonly transitions: number;
  readonly rounds: number;
  readonly concurrency: number;
  readonly closed: number;
  readonly open: number;
}

/** Measures the durable runtime alone. Takes a minute or two with its full sizes. */
export async function benchDurable(options: DurableBenchOptions): Promise<DurableFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-bench-'));
  try {
    const throughput = await measureThroughput(folder, options);
    const store = join(folder, 'restart');
    await inChild('build-store.ts', [store, String(options.closed), String(options.open)]);
    const started = JSON.parse(await inChild('start-store.ts', [store])) as Omit<
      DurableFigures,
      keyof typeof throughput | 'closedCases' | 'openCases'
    >;
    return { ...throughput, closedCases: options.closed, openCases: options.open, ...started };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What it printed. A child that kills itself on purpose has done its work too. */
function inChild(script: string, args: readonly string[]): Promise<string> {
  const path = fileURLToPath(new URL(`durable/${script}`, import.meta.url));
  const child = spawn(process.execPath, ['--no-warnings', path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('close', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve(output);
      else reject(new Error(`${script} ended with ${code ?? signal}`));
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      transitions: { type: 'string', default: '20000' },
      rounds: { type: 'string', default: '3' },
      concurrency: { type: 'string', default: '64' },
      closed: { type: 'string', default: '100000' },
      open: { type: 'string', default: '5000' },
    },
  });
  const options = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Number(value)]),
  ) as unknown as DurableBenchOptions;
  process.stdout.write(`${JSON.stringify(await benchDurable(options), undefined, 2)}\n`);
}
