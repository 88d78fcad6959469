import type { Command } from 'commander';
import { AppError } from '../access/core/app-error.ts';
import { EXIT } from './exit-codes.ts';

interface Options {
  readonly config: string;
  readonly json?: boolean;
}

/** `hallpass links`: which Slack accounts stand for whom, and ending one. Both work while the bot runs. */
export function registerLinks(program: Command): void {
  const links = program.command('links').description('Slack accounts that people linked to their Microsoft account.');
  links
    .command('list')
    .description('Print the links that stand, by ids.')
    .requiredOption('--config <file>', 'hallpass.yaml')
    .option('--json', 'print one JSON object a line')
    .action(async ({ config, json = false }: Options) => {
      const { listLinks } = await import('./links-run.ts');
      for (const { caseId, account, person, linkedAt } of await listLinks(config))
        process.stdout.write(
          json
            ? `${JSON.stringify({ linkId: caseId, account, person, linkedAt })}\n`
            : `${caseId}  ${account.workspaceId}/${account.userId}  ${person.tenantId}/${person.objectId}  since ${linkedAt}\n`,
        );
    });
  links
    .command('unlink')
    .description('End a link. Its person is told, and may link again.')
    .requiredOption('--config <file>', 'hallpass.yaml')
    .argument('<link>', 'its id, from "hallpass links list"')
    .action(async (linkId: string, { config }: Options) => {
      if (!/^[0-9a-f]{32}$/.test(linkId))
        throw new AppError('usage.link', `${linkId} is no id of a link`, { hint: 'Take it from: hallpass links list' });
      const { unlink } = await import('./links-run.ts');
      const ended = await unlink(config, linkId);
      process.stdout.write(ended ? 'Unlinked.\n' : 'There is no such link.\n');
      if (!ended) process.exitCode = EXIT.finding;
    });
}
