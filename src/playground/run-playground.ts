import { once } from 'node:events';
import { type Playground, startPlayground } from './playground.ts';

/** `hallpass playground`: starts it, says where it is, and ends all of it on SIGINT or SIGTERM. */
export async function runPlayground(options: {
  readonly port: number;
  readonly slackMode: 'http' | 'socket';
  readonly folder?: string;
}): Promise<void> {
  const say = (text: string) => process.stdout.write(text);
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  say('Starting a tenant, a Slack workspace, Teams, the bot and the perimeter …\n');
  const starting = startPlayground(options);
  const first = await Promise.race([starting, stopped.then(() => undefined)]);
  if (first !== undefined) {
    say(welcome(first));
    await stopped;
  }
  say('\nStopping …\n');
  const playground = await starting;
  await playground.close();
}

function welcome({ url, world }: Playground): string {
  return `
  Hallpass playground is ready:  ${url}

  The bot (pid ${world.bot.pid ?? 0}) and the perimeter (pid ${world.perimeter.pid ?? 0}) are the real programs; only Microsoft,
  Slack and Teams are played, on this machine. Nothing leaves it. Logs and journals: ${world.folder}
  How they are: ${world.opsUrls.bot}/readyz and ${world.opsUrls.perimeter}/readyz, with /metrics beside them.
  Who holds what: ${world.consoleUrl}/console (sign in as Anna, who views; Sam, who audits; or Gina, who operates)
  Press Ctrl+C to stop.
`;
}
