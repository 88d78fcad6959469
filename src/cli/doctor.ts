import type { Command } from 'commander';
import { AppError } from '../access/core/app-error.ts';
import { EXIT } from './exit-codes.ts';

interface Options {
  readonly config?: string;
  readonly perimeter?: string;
  readonly cloud?: string;
  readonly json?: boolean;
}

const CODES = { ok: EXIT.done, missing: EXIT.finding, unknown: EXIT.unchecked } as const;

/** `hallpass doctor`: says what is missing, and the one command or portal step that mends it. Changes nothing. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'Look whether Entra ID, Azure, Slack, Teams, the perimeter and this machine are as Hallpass needs them. Changes nothing.',
    )
    .option('--config <file>', 'hallpass.yaml: look as the bot')
    .option('--perimeter <file>', 'perimeter.yaml: look as the perimeter')
    .option('--cloud <name>', 'print commands of the perimeter for this cloud (default: that of the file)')
    .option('--json', 'print one JSON object instead of sentences')
    .action(async ({ json = false, ...files }: Options) => {
      if (files.config === undefined && files.perimeter === undefined)
        throw new AppError('usage.no-file', 'there is no file to go by', {
          hint: 'Name --config hallpass.yaml where the bot runs, --perimeter perimeter.yaml where the perimeter runs, or both.',
        });
      const { doctor } = await import('./doctor-run.ts');
      const { reportText } = await import('./doctor-print.ts');
      const report = await doctor(files, progress);
      progress();
      process.stdout.write(json ? `${JSON.stringify(report)}\n` : reportText(report));
      process.exitCode = CODES[report.verdict];
    });
}

/** One line that is written over; only where somebody watches. */
function progress(of?: string, title?: string): void {
  if (!process.stderr.isTTY) return;
  const line = of === undefined ? '' : `… ${of}: ${title ?? ''}`;
  // Some terminals do not know how wide they are.
  const { columns } = process.stderr;
  process.stderr.write(`\r\u001B[2K${line.slice(0, (columns > 0 ? columns : 80) - 1)}`);
}
