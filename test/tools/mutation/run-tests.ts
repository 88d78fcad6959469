import type { Block, Test, Work } from './globals.ts';

export interface Outcome {
  /** The file and the full name: no two tests of a file have the same. */
  readonly id: string;
  readonly file: string;
  readonly name: string;
  readonly ms: number;
  readonly failure?: string;
}

interface Watch {
  /** After such an outcome nothing else is run. */
  readonly isOver: (outcome: Outcome) => boolean;
  /** Told before anything runs: for which tests. */
  readonly at?: (ids: readonly string[]) => void;
}

/** One after the other, with the hooks in Jest's order. */
export async function runTests(
  files: readonly Block[],
  isChosen: (id: string) => boolean,
  watch: Watch,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let isOver = false;

  async function runBlock(block: Block, file: string, names: readonly string[], outer: readonly Block[]): Promise<void> {
    const chosen = chosenIn(block, file, names, isChosen);
    if (chosen.length === 0 || isOver) return;
    watch.at?.(chosen);
    const broken = await failureOf(block.hooks.beforeAll);
    const around = [...outer, block];
    for (const child of block.children) {
      if (isOver) break;
      if ('children' in child) await runBlock(child, file, [...names, child.name], around);
      else await runTest(child, file, [...names, child.name].join(' '), around, broken);
    }
    watch.at?.(chosen);
    await failureOf(block.hooks.afterAll);
  }

  async function runTest(
    test: Test,
    file: string,
    name: string,
    around: readonly Block[],
    broken: string | undefined,
  ): Promise<void> {
    const id = `${file} ${name}`;
    if (!isChosen(id)) return;
    watch.at?.([id]);
    const began = performance.now();
    const before = around.flatMap(({ hooks }) => hooks.beforeEach);
    const after = around.toReversed().flatMap(({ hooks }) => hooks.afterEach);
    const failed = broken ?? (await failureOf([...before, test.work]));
    const failure = failed ?? (await failureOf(after));
    if (failed !== undefined) await failureOf(after);
    const outcome = { id, file, name, ms: performance.now() - began, ...(failure === undefined ? {} : { failure }) };
    outcomes.push(outcome);
    isOver ||= watch.isOver(outcome);
  }

  for (const block of files) await runBlock(block, block.name, [], []);
  return outcomes;
}

function chosenIn(block: Block, file: string, names: readonly string[], isChosen: (id: string) => boolean): readonly string[] {
  return block.children.flatMap((child) => {
    const inner = [...names, child.name];
    if ('children' in child) return chosenIn(child, file, inner, isChosen);
    const id = `${file} ${inner.join(' ')}`;
    return isChosen(id) ? [id] : [];
  });
}

async function failureOf(works: readonly Work[]): Promise<string | undefined> {
  try {
    for (const work of works) await work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
