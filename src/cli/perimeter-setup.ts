import type { Command } from 'commander';

interface Options {
  readonly config: string;
  readonly cloud?: string;
  readonly json?: boolean;
}

/** `hallpass perimeter setup`: what an administrator does, filled in from perimeter.yaml. Changes nothing and asks nobody. */
export function registerPerimeterSetup(program: Command): void {
  // Beside the command and not in it, so that what runs as the perimeter does not load this.
  const perimeter = program.commands.find((command) => command.name() === 'perimeter') ?? program.command('perimeter');
  perimeter
    .command('setup')
    .description('Print the commands and portal steps that set up identities, permissions and host for this file.')
    .option('--cloud <name>', 'AzureCloud or AzureUSGovernment (default: that of the file)')
    .option('--json', 'print one JSON object instead of sentences')
    .action(async (_own: unknown, command: Command) => {
      const { config: file, cloud, json = false } = command.optsWithGlobals<Options>();
      const { loadPerimeterConfig } = await import('../perimeter/load-perimeter-config.ts');
      const { setupPlan } = await import('./perimeter-setup-plan.ts');
      const { planText } = await import('./perimeter-setup-print.ts');
      const plan = setupPlan(loadPerimeterConfig(file), file, cloud);
      process.stdout.write(json ? `${JSON.stringify(plan)}\n` : planText(plan));
    });
}
