import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Child, type ChildOptions, startChild } from '../../src/playground/child.ts';

const READY = `console.log(JSON.stringify({ level: 'info', time: 'now', msg: 'bot ready' }));`;
const STAYS = `${READY} process.on('SIGTERM', () => process.exit(0)); setInterval(() => undefined, 1000);`;

let child: Child | undefined;
let changes: (() => void)[] = [];
afterEach(async () => {
  await child?.stop();
  changes = [];
});

function start(script: string, more: Partial<ChildOptions> = {}): { readonly running: Child; readonly logFile: string } {
  const logFile = join(mkdtempSync(join(tmpdir(), 'hallpass-child-')), 'bot.log');
  child = startChild({
    name: 'bot',
    args: ['-e', script],
    env: {},
    logFile,
    readyMessage: 'bot ready',
    onChange: () => {
      for (const look of changes) look();
    },
    restartByItself: true,
    ...more,
  });
  return { running: child, logFile };
}

function becomes(running: Child, expected: (child: Child) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (expected(running)) resolve();
    };
    changes.push(look);
    look();
  });
}

describe('a process of the playground', () => {
  it('is ready when it says so', async () => {
    const { running } = start(STAYS);
    expect(running.status).toBe('starting');
    await running.ready();
    expect(running.status).toBe('ready');
    expect(running.pid).toBeGreaterThan(0);
  });

  it('comes back as another process when it was killed', async () => {
    const { running } = start(STAYS);
    await running.ready();
    const before = running.pid;
    await running.kill('SIGKILL');
    expect(running.status).toBe('down');
    await becomes(running, ({ status }) => status === 'ready');
    expect(running.pid).not.toBe(before);
    expect(running.restarts).toBe(1);
  });

  it('stays down for a harness that starts it again by itself', async () => {
    const { running } = start(STAYS, { restartByItself: false });
    await running.ready();
    await running.kill('SIGKILL');
    expect([running.status, running.restarts]).toEqual(['down', 0]);
    await running.restart();
    expect(running.status).toBe('ready');
  });

  it('says why it cannot be started, after a few tries', async () => {
    const { running, logFile } = start(`console.error('hallpass.yaml:3: tenant: is missing'); process.exit(2);`);
    await expect(running.ready()).rejects.toMatchObject({
      code: 'playground.child-failed',
      message: 'the bot does not start: hallpass.yaml:3: tenant: is missing',
    });
    expect(readFileSync(logFile, 'utf8')).toContain('tenant: is missing');
  });

  it('does not come back once it was stopped', async () => {
    const { running } = start(STAYS);
    await running.ready();
    await running.stop();
    expect([running.status, running.pid]).toEqual(['stopped', undefined]);
  });
});
