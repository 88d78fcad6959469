import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { transportClock } from '../../src/access/core/clock.ts';
import { PERIMETER_APP } from '../../src/playground/cast.ts';
import { type MicrosoftFarEnd, startMicrosoft } from '../../src/playground/microsoft/start.ts';
import { BOT_CLIENT_ID, ENGINEERS, GLOBAL_READER, TENANT_ID } from './support/perimeter-config.ts';

jest.setTimeout(180_000);

let microsoft: MicrosoftFarEnd;
let folder: string;
let file: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-command-'));
  microsoft = await startMicrosoft({ clock: transportClock, folder, limits: 'off' });
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(microsoft.caFile, 'utf8')]);
  const secret = join(folder, 'secret');
  writeFileSync(secret, microsoft.tenant.clientSecretOf(PERIMETER_APP.clientId), { mode: 0o600 });
  file = join(folder, 'perimeter.yaml');
  writeFileSync(
    file,
    `tenant:
  tenantId: ${TENANT_ID}
  cloud: { login: "${microsoft.loginUrl}", graph: "${microsoft.graphUrl}", arm: "${microsoft.armUrl}" }
  clientId: ${PERIMETER_APP.clientId}
  credential: { clientSecret: { file: ${secret} } }
listen: { port: 0, tls: { certFile: ${microsoft.certFile}, keyFile: ${microsoft.keyFile} } }
ops: { port: 0 }
store: { folder: ${join(folder, 'ledger')} }
caller: { clientId: ${BOT_CLIENT_ID}, audience: api://perimeter }
alarm: { url: https://localhost:1/alarm }
entitlements:
  - id: global-reader
    directoryRole: { roleDefinitionId: ${GLOBAL_READER} }
    mayReceive: { groups: [${ENGINEERS}] }
    longestMinutes: 60
    assurance: chat
`,
  );
});
afterAll(() => microsoft.close());

function run(config: string): ChildProcess {
  return spawn(process.execPath, ['src/main.ts', 'perimeter', '--config', config], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: microsoft.caFile },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    child.once('exit', (code) => {
      resolve(code);
    });
  });

/** Lines of its log until one says `msg`. */
async function linesUntil(child: ChildProcess, msg: string): Promise<readonly Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  if (child.stdout === null) throw new Error('no output');
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(JSON.parse(line));
    if (lines.at(-1)?.['msg'] === msg) break;
  }
  return lines;
}

describe('hallpass perimeter', () => {
  it('says where it listens, refuses strangers there, and stops in order when told to', async () => {
    const child = run(file);
    const exit = ended(child);
    const ready = (await linesUntil(child, 'perimeter ready')).at(-1);
    expect(ready).toMatchObject({
      level: 'info',
      service: 'perimeter',
      url: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
    });
    const url = String(ready?.['url']).replace('127.0.0.1', 'localhost');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/events`)).status).toBe(401);
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
  });

  it('does not start without knowing whose word counts: the line is named, and the exit code says usage', async () => {
    const unsafe = join(folder, 'unsafe.yaml');
    writeFileSync(unsafe, readFileSync(file, 'utf8').replace('    assurance: chat\n', ''));
    const child = run(unsafe);
    const exit = ended(child);
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    expect(await exit).toBe(2);
    expect(said).toMatch(/unsafe\.yaml:12: entitlements\.0\.assurance: needs the section approve/);
  });

  it('does not start with a secret that everybody on the machine can read', async () => {
    chmodSync(join(folder, 'secret'), 0o644);
    const child = run(file);
    const exit = ended(child);
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const code = await exit;
    chmodSync(join(folder, 'secret'), 0o600);
    expect(code).toBe(1);
    expect(said).toContain(`Run: chmod 600 ${join(folder, 'secret')}`);
  });
});
