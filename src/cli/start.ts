import type { Command } from 'commander';
import { maskOutput } from '../observe/mask.ts';

/** `hallpass start`: the bot. */
export function registerStart(program: Command): void {
  program
    .command('start')
    .description(
      'Run the bot: it talks in Slack and Teams, decides by the rules, remembers and watches. It cannot give access itself.',
    )
    .requiredOption('--config <file>', 'hallpass.yaml')
    .action(async ({ config }: { readonly config: string }) => {
      maskOutput(process.stdout);
      const { runBot } = await import('./run-bot.ts');
      await runBot(config);
    });
}
