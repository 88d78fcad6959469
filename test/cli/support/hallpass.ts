import { spawn } from 'node:child_process';

export interface Ran {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly said: string;
  readonly complained: string;
}

/** Runs `hallpass` as a process of its own. `killAt`: where it is ended in the middle. */
export function hallpass(
  args: readonly string[],
  options: { readonly killAt?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Ran> {
  const preload = options.killAt === undefined ? [] : ['--import', new URL('./kill-at.ts', import.meta.url).pathname];
  const child = spawn(process.execPath, ['--no-warnings', ...preload, 'src/main.ts', ...args], {
    env: { ...process.env, ...options.env, HALLPASS_KILL_AT: options.killAt ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts: [string, string] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (texts[0] += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (texts[1] += text));
  return new Promise((resolve) => {
    child.once('close', (status, signal) => resolve({ status, signal, said: texts[0], complained: texts[1] }));
  });
}
