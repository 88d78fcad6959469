import type { Command } from 'commander';
import { AppError } from '../access/core/app-error.ts';
import { EXIT } from './exit-codes.ts';
import type { Asked } from './probe/question.ts';

interface Options {
  readonly config: string;
  readonly perimeter?: string;
  readonly write?: boolean;
  readonly testGroup?: string;
  readonly json?: boolean;
}

/** `hallpass probe`: asks a real tenant what no documentation settles. */
export function registerProbe(program: Command): void {
  program
    .command('probe')
    .description('Ask a real tenant, Slack and Teams what no documentation settles, and what Hallpass goes by. Reads only.')
    .requiredOption('--config <file>', 'hallpass.yaml')
    .option('--perimeter <file>', 'perimeter.yaml: ask as the perimeter too')
    .option('--write', 'put the perimeter’s own identity into the test group and out again')
    .option('--test-group <id>', 'object id of a group in which nothing is at stake')
    .option('--json', 'print one JSON object instead of sentences')
    .action(async ({ config, perimeter, write = false, testGroup, json = false }: Options) => {
      if (write !== (testGroup !== undefined) || (write && perimeter === undefined))
        throw new AppError('usage.write', 'writing takes --write, --test-group and --perimeter together', {
          hint: 'Make a group for it, empty and assigned to nothing, and name all three; or none of --write and --test-group.',
        });
      const { probe } = await import('./probe-run.ts');
      const { BY_HAND } = await import('./probe/by-hand.ts');
      const asked = await probe({
        config,
        ...(perimeter === undefined ? {} : { perimeter }),
        ...(testGroup === undefined ? {} : { testGroupId: testGroup }),
      });
      process.stdout.write(json ? `${JSON.stringify({ asked, byHand: BY_HAND })}\n` : textOf(asked, BY_HAND));
      const has = (answer: Asked['answer']) => asked.some((one) => one.answer === answer);
      process.exitCode = has('otherwise') ? EXIT.finding : has('not answered') ? EXIT.unchecked : EXIT.done;
    });
}

function textOf(asked: readonly Asked[], byHand: typeof import('./probe/by-hand.ts').BY_HAND): string {
  const lines = asked.flatMap(({ of, asks, assumes, answer, saw }) => [
    `${of}: ${asks}`,
    `  ${answer}: ${saw}`,
    `  Hallpass goes by: ${assumes}`,
    '',
  ]);
  const rest = byHand.flatMap(({ asks, assumes, how }) => [asks, `  try: ${how}`, `  Hallpass goes by: ${assumes}`, '']);
  return [...lines, 'By hand, in a test tenant:', '', ...rest].join('\n');
}
