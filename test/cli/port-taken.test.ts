import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { writeConfigFiles, type ConfigFiles } from '../../src/playground/config-files.ts';

jest.setTimeout(60_000);

let taken: Server;
let port = 0;
let files: ConfigFiles;
beforeAll(async () => {
  taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-port-'));
  writeFileSync(join(folder, 'none.pem'), '');
  files = writeConfigFiles({
    folder,
    microsoft: { loginUrl: 'https://localhost:1', graphUrl: 'https://localhost:1', armUrl: 'https://localhost:1' },
    tls: { certFile: join(folder, 'none.pem'), keyFile: join(folder, 'none.pem') },
    botPort: 0,
    perimeterPort: 0,
    opsPorts: { bot: port, perimeter: port },
    perimeterUrl: 'https://localhost:1',
    alarmUrl: 'https://localhost:1/alarm',
    offsetFile: join(folder, 'clock.json'),
    slack: { mode: 'http', apiUrl: 'http://127.0.0.1:1/api/' },
    teams: { serviceUrl: 'http://127.0.0.1:1/', openIdMetadata: 'http://127.0.0.1:1/', login: 'https://localhost:1' },
    secrets: {
      botClientSecret: 'a',
      perimeterClientSecret: 'b',
      teamsClientSecret: 'c',
      slackBotToken: 'xoxb-d',
      slackSigningSecret: 'e',
      slackAppToken: 'xapp-f',
    },
  });
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
