import { InvalidArgumentError, type Command } from 'commander';
import { AppError } from '../access/core/app-error.ts';
import type { EraseReport } from './erase-texts-run.ts';
import { EXIT } from './exit-codes.ts';

interface Options {
  readonly config: string;
  readonly case?: string;
  readonly before?: number;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `hallpass erase-texts`: what people wrote, out of the store of a bot or a perimeter that does not run. */
export function registerEraseTexts(program: Command): void {
  program
    .command('erase-texts')
    .description('Erase what people wrote (justifications, notes) and details of findings. The process must be stopped.')
    .requiredOption('--config <file>', 'hallpass.yaml or perimeter.yaml: its store is meant')
    .option('--case <id>', 'of this request or finding')
    .option('--before <instant>', 'of everything that was over before, e.g. 2026-01-01T00:00:00Z', instant)
    .option('--yes', 'erase; without it only the counts are printed')
    .option('--json', 'print one JSON object instead of a sentence')
    .action(async ({ config, yes = false, json = false, ...which }: Options) => {
      const { caseId, before } = { caseId: which.case, before: which.before };
      if ((caseId === undefined) === (before === undefined))
        throw new AppError('usage.which-texts', 'name either --case or --before', { hint: 'One of the two, and not both.' });
      const { eraseTexts } = await import('./erase-texts-run.ts');
      const report = await eraseTexts(config, caseId === undefined ? { beforeMs: before ?? 0 } : { caseId }, yes);
      process.stdout.write(json ? `${JSON.stringify(report)}\n` : sentenceOf(report));
      if (!report.erased && report.texts > 0) process.exitCode = EXIT.usage;
    });
}

function sentenceOf({ folder, erased, cases, texts, openCases }: EraseReport): string {
  const what = `${counted(texts, 'text')} of ${counted(cases, 'case')} in ${folder}`;
  const left = openCases === 0 ? '' : ` Not over yet, and left alone: ${counted(openCases, 'case')}.`;
  if (texts === 0) return `There is nothing to erase in ${folder}.${left}\n`;
  return erased ? `Erased ${what}.${left}\n` : `This would erase ${what}, for good.${left} Nothing was erased: add --yes.\n`;
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

/** A day alone, or an instant without its zone, would mean another moment on another machine. */
function instant(text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new InvalidArgumentError('it is an instant with its zone, e.g. 2026-01-01T00:00:00Z');
  return ms;
}
