import { globSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core';
import { declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  type DryRunResult,
  DryRunStatus,
  type MutantRunOptions,
  type MutantRunResult,
  MutantRunStatus,
  type TestResult,
  type TestRunner,
  TestStatus,
} from '@stryker-mutator/api/test-runner';
import { type Block, declaredBy } from './globals.ts';
import { MUTATION_TESTS } from './rooms.ts';
import { type Outcome, runTests } from './run-tests.ts';

interface Coverage {
  readonly static: Record<string, number>;
  readonly perTest: Record<string, Record<string, number>>;
}
/** Read and written by what Stryker puts into the code; it looks for it in a global of this name. */
interface Instrumenter {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitLimit?: number | undefined;
  hitCount?: number | undefined;
  mutantCoverage?: Coverage;
}
const instrumenter: Instrumenter = {};
Object.assign(globalThis, { [INSTRUMENTER_CONSTANTS.NAMESPACE]: instrumenter });

/**
 * Runs the quick tests of the mutated rooms in one process, without Jest: they are loaded once, and for each change those that reach it are
 * run again with the change switched on. Jest would load everything anew for each of thousands of changes. Stryker starts a new process for
 * every change of what is computed while loading.
 */
function createRunner(): TestRunner {
  const files = globSync(MUTATION_TESTS).toSorted();
  const loaded = new Map<string, Block>();

  async function blockOf(file: string): Promise<Block> {
    const known = loaded.get(file) ?? (await declaredBy(file, () => import(pathToFileURL(join(process.cwd(), file)).href)));
    loaded.set(file, known);
    return known;
  }

  /** Until one fails: the failed one, or undefined. Whatever cannot even be loaded has failed. */
  async function firstFailed(order: readonly string[], isChosen: (id: string) => boolean): Promise<Failed | undefined> {
    for (const file of order) {
      try {
        const outcomes = await runTests([await blockOf(file)], isChosen, { isOver: ({ failure }) => failure !== undefined });
        const failed = outcomes.find(({ failure }) => failure !== undefined);
        if (failed !== undefined) return { file, id: failed.id, failure: failed.failure ?? '' };
      } catch (error) {
        return { file, id: file, failure: String(error) };
      }
    }
    return undefined;
  }

  /** What a change leaves behind must not speak against the next one: Stryker then begins anew with a fresh process. */
  async function assertClean({ file, id }: Failed): Promise<void> {
    const [again] = await runTests([await blockOf(file)], (one) => one === id, { isOver: () => true });
    if (again?.failure !== undefined) throw new Error(`${id} fails without any change, too: ${again.failure}`);
  }

  return {
    capabilities: () => ({ reloadEnvironment: false }),
    init() {
      const url = import.meta.resolve('./globals.ts');
      registerHooks({
        resolve: (name, context, next) => (name === '@jest/globals' ? { url, shortCircuit: true } : next(name, context)),
      });
      return Promise.resolve();
    },

    async dryRun(): Promise<DryRunResult> {
      const blocks: Block[] = [];
      for (const file of files) blocks.push(await blockOf(file));
      const at = (ids: readonly string[]) => (instrumenter.currentTestId = ids.join('\n'));
      const outcomes = await runTests(blocks, () => true, { isOver: () => false, at });
      instrumenter.currentTestId = undefined;
      const { mutantCoverage } = instrumenter;
      return {
        status: DryRunStatus.Complete,
        tests: outcomes.map(resultOf),
        ...(mutantCoverage === undefined ? {} : { mutantCoverage: sharedOut(mutantCoverage) }),
      };
    },

    async mutantRun({ activeMutant, mutantActivation, testFilter, sandboxFileName, hitLimit }: MutantRunOptions) {
      const order = nearest(files, sandboxFileName).filter((file) => testFilter?.some((id) => id.startsWith(`${file} `)) ?? true);
      const chosen = testFilter === undefined ? undefined : new Set(testFilter);
      if (mutantActivation === 'runtime') for (const file of order) await blockOf(file);
      Object.assign(instrumenter, { activeMutant: activeMutant.id, hitLimit, hitCount: hitLimit === undefined ? undefined : 0 });
      const failed = await firstFailed(order, (id) => chosen?.has(id) ?? true);
      const isEndless = hitLimit !== undefined && (instrumenter.hitCount ?? 0) > hitLimit;
      Object.assign(instrumenter, { activeMutant: undefined, hitLimit: undefined, hitCount: undefined });
      if (failed !== undefined && mutantActivation === 'runtime') await assertClean(failed);
      return verdictOn(failed, isEndless, chosen?.size ?? 0);
    },
  };
}

interface Failed {
  readonly file: string;
  readonly id: string;
  readonly failure: string;
}

function verdictOn(failed: Failed | undefined, isEndless: boolean, nrOfTests: number): MutantRunResult {
  if (isEndless) return { status: MutantRunStatus.Timeout, reason: 'ran in circles' };
  if (failed === undefined) return { status: MutantRunStatus.Survived, nrOfTests };
  return { status: MutantRunStatus.Killed, killedBy: [failed.id], failureMessage: failed.failure, nrOfTests };
}

function resultOf({ id, name, ms, file, failure }: Outcome): TestResult {
  const test = { id, name, timeSpentMs: ms, fileName: join(process.cwd(), file) };
  return failure === undefined
    ? { ...test, status: TestStatus.Success }
    : { ...test, status: TestStatus.Failed, failureMessage: failure };
}

/** What a block did for all its tests at once is covered by each of them. */
function sharedOut({ static: loading, perTest }: Coverage): Coverage {
  const each: Coverage['perTest'] = {};
  for (const [ids, counts] of Object.entries(perTest))
    for (const id of ids.split('\n'))
      for (const [mutant, count] of Object.entries(counts)) (each[id] ??= {})[mutant] = (each[id][mutant] ?? 0) + count;
  return { static: loading, perTest: each };
}

/** Tests that name the changed file themselves first, then those of its room: most changes are found there. */
function nearest(files: readonly string[], changed: string): readonly string[] {
  const room = basename(dirname(relative(process.cwd(), changed)));
  const names = (file: string) => readFileSync(file, 'utf8').includes(`/${basename(changed)}'`);
  const farness = new Map(files.map((file) => [file, names(file) ? 0 : file.includes(`/${room}/`) ? 1 : 2]));
  return files.toSorted((a, b) => (farness.get(a) ?? 2) - (farness.get(b) ?? 2));
}

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'hallpass', createRunner)];
