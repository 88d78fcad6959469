import { jestExpect } from '@jest/expect';
import { bind } from 'jest-each';
import { ModuleMocker } from 'jest-mock';

/**
 * What the tests of the mutated rooms use of `@jest/globals`, without Jest around it: they are loaded once, and run again and again in one
 * process, where Jest would load everything anew for each change of the code. `expect` and `each` are Jest's own.
 */
export type Work = () => unknown;
export interface Block {
  readonly name: string;
  readonly parent: Block | undefined;
  readonly children: (Block | Test)[];
  readonly hooks: Readonly<Record<'beforeAll' | 'beforeEach' | 'afterEach' | 'afterAll', Work[]>>;
}
export interface Test {
  readonly name: string;
  readonly work: Work;
}

const blockOf = (name: string, parent: Block | undefined): Block => ({
  name,
  parent,
  children: [],
  hooks: { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] },
});
let current = blockOf('', undefined);

/** What the tests of one file declare, as a block of their own. */
export async function declaredBy(file: string, load: () => Promise<unknown>): Promise<Block> {
  const block = blockOf(file, undefined);
  current = block;
  await load();
  return block;
}

function declareBlock(name: string, fill: Work): void {
  const block = blockOf(name, current);
  current.children.push(block);
  current = block;
  try {
    fill();
  } finally {
    current = block.parent ?? block;
  }
}

function declareTest(name: string, work: Work): void {
  const alike = current.children.filter((child) => child.name === name || child.name.startsWith(`${name} (again `)).length;
  current.children.push({ name: alike === 0 ? name : `${name} (again ${alike})`, work });
}

export const expect = jestExpect;
export const describe = Object.assign(declareBlock, { each: bind(declareBlock as never, false) });
export const it = Object.assign(declareTest, { each: bind(declareTest as never, false) });
export const test = it;
export const beforeAll = (work: Work) => void current.hooks.beforeAll.push(work);
export const beforeEach = (work: Work) => void current.hooks.beforeEach.push(work);
export const afterEach = (work: Work) => void current.hooks.afterEach.push(work);
export const afterAll = (work: Work) => void current.hooks.afterAll.push(work);
const mocker = new ModuleMocker(globalThis);
/** Stryker itself ends what takes too long. */
export const jest = { setTimeout: () => undefined, fn: mocker.fn.bind(mocker), spyOn: mocker.spyOn.bind(mocker) };
