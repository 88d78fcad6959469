import type { Command } from 'commander';
import { maskOutput } from '../observe/mask.ts';

/** `hallpass perimeter`: the only process with write permission, and the one that takes access away. */
export function registerPerimeter(program: Command): void {
  program
    .command('perimeter')
    .description('Run the perimeter: it gives access after a decision, and takes it away on time by itself.')
    .requiredOption('--config <file>', 'perimeter.yaml')
    .action(async ({ config: file }: { readonly config: string }) => {
      maskOutput(process.stdout);
      const { runPerimeter } = await import('./run-perimeter.ts');
      await runPerimeter(file);
    });
}
