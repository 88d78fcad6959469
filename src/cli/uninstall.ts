import { type Command, InvalidArgumentError } from 'commander';
import { EXIT } from './exit-codes.ts';
import type { Remain } from './uninstall/remains.ts';

interface Options {
  readonly config: string;
  readonly perimeter: readonly string[];
  readonly confirm?: boolean;
  readonly waitMinutes: number;
}

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** `hallpass uninstall`: ends everything, then says what is left in the tenant, with the command that removes it. */
export function registerUninstall(program: Command): void {
  program
    .command('uninstall')
    .description('End all access that was given, then list what remains in the tenant. Run it where the perimeter runs.')
    .requiredOption('--config <file>', 'hallpass.yaml')
    .requiredOption('--perimeter <file...>', 'perimeter.yaml; may be repeated')
    .option('--confirm', 'really; without it only the list is printed')
    .option('--wait-minutes <number>', 'how long to wait until all of it is known to be gone', minutes, 15)
    .action(async ({ config, perimeter, confirm = false, waitMinutes }: Options) => {
      const { uninstall } = await import('./uninstall/run-uninstall.ts');
      const remains = await uninstall({ config, perimeter, really: confirm, patienceMs: waitMinutes * 60_000, say });
      if (remains === undefined) {
        say('Remove nothing yet: without the perimeter nobody would end the rest. Leave it running, and run this again.');
        process.exitCode = EXIT.finding;
        return;
      }
      say(confirm ? 'Stop the bot and the perimeter. This remains:' : 'This would remain. Nothing was ended: add --confirm.');
      for (const each of remains) say(wordsOf(each));
    });
}

function wordsOf({ what, id, remove, note }: Remain): string {
  return `- ${what} (${id})\n    ${remove}${note === undefined ? '' : `\n    ${note}`}`;
}

function minutes(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('it is a number of minutes');
  return value;
}
