import type { Command } from 'commander';
import { EXIT } from './exit-codes.ts';

interface Options {
  readonly perimeter: string;
  readonly cloud?: string;
  readonly json?: boolean;
}

const CODES = { ok: EXIT.done, missing: EXIT.finding, unknown: EXIT.unchecked } as const;

/** `hallpass doctor`: says what is missing, and the one command that mends it. Changes nothing. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Look whether Entra ID is set up as the perimeter needs it. Changes nothing.')
    .requiredOption('--perimeter <file>', 'perimeter.yaml')
    .option('--cloud <name>', 'print commands for this cloud (default: that of the file)')
    .option('--json', 'print one JSON object instead of sentences')
    .action(async ({ perimeter: file, cloud, json = false }: Options) => {
      const { doctorOfPerimeter } = await import('./doctor-run.ts');
      const { reportText } = await import('./doctor-print.ts');
      const report = await doctorOfPerimeter(file, cloud);
      process.stdout.write(json ? `${JSON.stringify(report)}\n` : reportText(report));
      process.exitCode = CODES[report.verdict];
    });
}
