import type { Command } from 'commander';

/** `hallpass grants`: what the bot knows of what is live. */
export function registerGrants(program: Command): void {
  program
    .command('grants')
    .description('What the bot knows of what is live.')
    .command('export')
    .description("Print the bot's open grants as one JSON object, for 'hallpass perimeter reconcile --copy'.")
    .requiredOption('--config <file>', 'hallpass.yaml')
    .option('--tenant <name>', 'of which tenant, where hallpass.yaml has several')
    .action(async ({ config, tenant }: { readonly config: string; readonly tenant?: string }) => {
      const { exportGrants } = await import('./grants-export.ts');
      process.stdout.write(`${JSON.stringify(await exportGrants(config, tenant))}\n`);
    });
}
