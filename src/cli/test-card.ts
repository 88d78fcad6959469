import type { Command } from 'commander';
import { EXIT } from './exit-codes.ts';

/** `hallpass test-card`: shows whether cards arrive, and what they look like. */
export function registerTestCard(program: Command): void {
  program
    .command('test-card')
    .description('Post a sample card, without buttons, to a channel or a person of hallpass.yaml.')
    .argument(
      '<place>',
      '"security", the id of an entitlement (its approvers’ channel), of a channel, of a Slack user, or the object id of a person',
    )
    .requiredOption('--config <file>', 'hallpass.yaml')
    .action(async (place: string, { config }: { readonly config: string }) => {
      const { testCard } = await import('./test-card-run.ts');
      const said = await testCard(config, place);
      process.stdout.write(`${said.lines.join('\n')}\n`);
      process.exitCode = said.fit ? EXIT.done : EXIT.finding;
    });
}
