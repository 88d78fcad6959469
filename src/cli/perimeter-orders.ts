import { InvalidArgumentError, type Command } from 'commander';
import { AppError } from '../access/core/app-error.ts';
import { EXIT } from './exit-codes.ts';

const REASON_MAX_CHARS = 500;
const say = (line: string) => void process.stdout.write(`${line}\n`);

/**
 * What whoever has the perimeter's shell may order: `freeze`, `revoke-all` and `reconcile`. They reach a running perimeter by a socket in
 * its store's folder, and work on the store directly where none runs.
 */
export function registerPerimeterOrders(program: Command): void {
  const perimeter = program.commands.find((command) => command.name() === 'perimeter') ?? program.command('perimeter');
  perimeter
    .command('freeze')
    .description('Stop all giving, until two people listed in perimeter.yaml have signed that it may go on. Taking goes on.')
    .option('--reason <text>', 'why, for the alarm and for who is to lift it')
    .action(async (_own: unknown, command: Command) => {
      const { config, reason } = command.optsWithGlobals<{ readonly config: string; readonly reason?: string }>();
      if (reason !== undefined && (reason.trim() === '' || reason.length > REASON_MAX_CHARS))
        throw new AppError('usage.reason', `a reason has 1 to ${REASON_MAX_CHARS} characters`, {
          hint: 'Say it in one sentence, or leave it out.',
        });
      const { withControl } = await import('./perimeter-control.ts');
      const { freezeId, frozenAt } = await withControl(config, (control) => control.freeze(reason));
      say(`Frozen since ${frozenAt} (${freezeId}). Nothing is given; what was given is taken away on time.`);
    });
  perimeter
    .command('revoke-all')
    .description('End everything that is live, or could become so, now.')
    .option('--confirm', 'really')
    .option('--wait-minutes <number>', 'how long to wait until all of it is known to be gone', positive, 15)
    .action(async (_own: unknown, command: Command) => {
      const options = command.optsWithGlobals<{
        readonly config: string;
        readonly confirm?: boolean;
        readonly waitMinutes: number;
      }>();
      if (options.confirm !== true)
        throw new AppError('usage.confirm', 'this ends the access of everybody', { hint: 'Add --confirm if that is meant.' });
      const { withControl } = await import('./perimeter-control.ts');
      const { revokeAll } = await import('./revoke-all.ts');
      const left = await withControl(options.config, (control) => revokeAll(control, options.waitMinutes * 60_000, say));
      if (left.length > 0) process.exitCode = EXIT.finding;
    });
  perimeter
    .command('reconcile')
    .description("Make a lost or rolled-back ledger again, from Microsoft's records. The perimeter must be stopped.")
    .option('--copy <file>', "what the bot knows is live, from 'hallpass grants export'")
    .option('--yes', 'carry it out; without it the plan is only shown')
    .action(async (_own: unknown, command: Command) => {
      const { config, copy, yes = false } = command.optsWithGlobals<{ config: string; copy?: string; yes?: boolean }>();
      const { reconcile } = await import('./perimeter-reconcile.ts');
      await reconcile(config, { ...(copy === undefined ? {} : { copyFile: copy }), really: yes, say });
    });
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('it is a number of minutes');
  return value;
}
