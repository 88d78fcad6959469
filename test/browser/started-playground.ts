import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';

/** The playground as a newcomer starts it: the command, and the address that it prints. */
export interface StartedPlayground {
  readonly url: string;
  stop(): Promise<number | null>;
}

const ROOT = resolve(import.meta.dirname, '../..');
const START_PATIENCE_MS = 60_000;

/** `folder` keeps its logs and journals after the end, for whoever looks for a failure. */
export async function startedPlayground(folder: string): Promise<StartedPlayground> {
  const args = ['src/main.ts', 'playground', '--port', '4140', '--folder', folder];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  const address = new Promise<string>((found, failed) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line);
        const url = /ready:\s+(http:\S+)/.exec(line)?.[1];
        if (url !== undefined) found(url);
      });
    }
    child.once('exit', () => failed(new Error(`the playground ended:\n${said.join('\n')}`)));
    setTimeout(() => failed(new Error(`the playground is not ready:\n${said.join('\n')}`)), START_PATIENCE_MS).unref();
  });
  const url = await address.catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  return {
    url,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      return child.exitCode;
    },
  };
}
