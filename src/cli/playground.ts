import { type Command, InvalidArgumentError } from 'commander';

/** `hallpass playground`: a tenant, Slack and Teams on this machine, with the real bot and the real perimeter. */
export function registerPlayground(program: Command): void {
  program
    .command('playground')
    .description('Try everything on this machine: a tenant, a Slack workspace and Teams, without any account.')
    .option('--port <number>', 'port of the page; the next free one is taken when it is in use', portNumber, 4040)
    .option('--folder <path>', 'where to keep its files; a fresh folder under .hallpass/playground by default')
    .option('--slack <mode>', 'how Slack reaches the bot: http or socket', slackMode, 'http')
    .action(async (options: { readonly port: number; readonly folder?: string; readonly slack: 'http' | 'socket' }) => {
      const { runPlayground } = await import('../playground/run-playground.ts');
      await runPlayground({
        port: options.port,
        slackMode: options.slack,
        ...(options.folder === undefined ? {} : { folder: options.folder }),
      });
    });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('a port is a number from 0 to 65535');
  return port;
}

function slackMode(text: string): 'http' | 'socket' {
  if (text !== 'http' && text !== 'socket') throw new InvalidArgumentError('it is http or socket');
  return text;
}
