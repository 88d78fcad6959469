import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/arrows.ts';

export interface Instruction {
  readonly name: string;
  readonly args: string;
}
export interface Copy {
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly to: string;
}

export function instructionsOf(file: string): readonly Instruction[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll('\\\n', ' ');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', args = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      return { name, args: args.trim() };
    });
}

/** The instructions of each stage, in order; what stands before the first FROM belongs to none. */
export function stagesOf(instructions: readonly Instruction[]): readonly (readonly Instruction[])[] {
  const stages: Instruction[][] = [];
  for (const one of instructions)
    if (one.name === 'FROM') stages.push([one]);
    else stages.at(-1)?.push(one);
  return stages;
}

export function copiesOf(instructions: readonly Instruction[]): readonly Copy[] {
  return instructions
    .filter(({ name }) => name === 'COPY')
    .map(({ args }) => {
      const words = args.split(/\s+/);
      const paths = words.filter((word) => !word.startsWith('--'));
      return { from: /--from=(\S+)/.exec(args)?.[1], sources: paths.slice(0, -1), to: paths.at(-1) ?? '' };
    });
}

/** Whether a path would reach the build: .dockerignore, as far as ours goes (the last line that fits decides; a line fits what is below it). */
export function reachesBuild(path: string): boolean {
  const lines = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const last = lines.findLast((line) => {
    const pattern = line.replace(/^!/, '');
    return pattern === '*' || path === pattern || path.startsWith(`${pattern}/`);
  });
  return last?.startsWith('!') === true;
}
