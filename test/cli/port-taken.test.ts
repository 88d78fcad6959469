import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ConfigFiles } from '../../src/playground/config-files.ts';
import { twoConfigs } from './two-configs.ts';

jest.setTimeout(60_000);

let taken: Server;
let port = 0;
let files: ConfigFiles;
beforeAll(async () => {
  taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  files = twoConfigs(port);
});
afterAll(() => void taken.close());

describe('a port that is taken', () => {
  it.each(['start', 'perimeter'] as const)(
    'keeps `hallpass %s` from starting, and the sentence names the key',
    async (command) => {
      const config = command === 'start' ? files.hallpass : files.perimeter;
      const child = spawn(process.execPath, ['src/main.ts', command, '--config', config], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const code = await new Promise((resolve) => child.once('exit', resolve));
      expect(said).toContain(
        `ops: cannot listen on 127.0.0.1:${port}\nIs the port in use? Name another one as ops.port.\n(listen.failed)`,
      );
      expect(said).not.toMatch(/^\s+at /m);
      expect(code).toBe(1);
    },
  );
});
