import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { storeSchema } from '../../src/config/parts.ts';

const connection = { env: 'DATABASE_URL' };
const problemsOf = (setting: unknown) =>
  storeSchema.safeParse(setting).error?.issues.map(({ path, message }) => [path.join('.'), message]) ?? [];

describe('where a process keeps its journal', () => {
  it.each([
    [{ folder: '/var/lib/hallpass' }, { folder: '/var/lib/hallpass', checkpointEveryLines: 5_000 }],
    [
      { folder: 'x', checkpointEveryLines: 10 },
      { folder: 'x', checkpointEveryLines: 10 },
    ],
    [{ postgres: { connection } }, { postgres: { connection, schema: 'hallpass', ssl: 'verify' } }],
    [
      { postgres: { connection: { file: '/run/secrets/db' }, schema: 'bot', ssl: { caFile: '/etc/ca.pem' } } },
      { postgres: { connection: { file: '/run/secrets/db' }, schema: 'bot', ssl: { caFile: '/etc/ca.pem' } } },
    ],
  ])('may be %j', (setting, read) => {
    expect(storeSchema.parse(setting)).toEqual(read);
  });

  it.each([
    [{}, '', 'name a folder (one machine) or postgres (several machines)'],
    [{ folder: 'x', postgres: { connection } }, '', 'name a folder (one machine) or postgres (several machines), not both'],
    [
      { postgres: { connection }, checkpointEveryLines: 10 },
      'checkpointEveryLines',
      'belongs to a folder; postgres has no checkpoints',
    ],
    [{ postgres: { connection, schema: 'Hallpass' } }, 'postgres.schema', 'must be lower-case letters, digits and underscores'],
    [{ postgres: { connection, schema: 'a"; DROP' } }, 'postgres.schema', 'must be lower-case letters, digits and underscores'],
    [{ postgres: { connection, ssl: 'off' } }, 'postgres.ssl', 'must be verify, off-on-loopback or { caFile: /path }'],
    [{ postgres: { connection, ssl: false } }, 'postgres.ssl', 'must be verify, off-on-loopback or { caFile: /path }'],
    [{ postgres: { connection, tls: true } }, 'postgres', expect.stringContaining('tls')],
    [{ folder: 'x', checkpointEveryLines: 9 }, 'checkpointEveryLines', expect.any(String)],
  ])('may not be %j', (setting, key, message) => {
    expect(problemsOf(setting)).toEqual([[key, message]]);
  });

  it('in a folder needs no driver of a database', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hallpass-setting-'));
    const script = `
      import { createRequire } from 'node:module';
      import { pino } from 'pino';
      import { transportClock } from './src/access/core/clock.ts';
      import { openRuntime } from './src/durable/runtime.ts';
      const loaded = () => Object.keys(createRequire(import.meta.url).cache).filter((file) => /node_modules.pg\\W/.test(file)).length;
      const log = pino({ level: 'silent' });
      const setting = { folder: process.argv[1], checkpointEveryLines: 5000 };
      await (await openRuntime({ flows: [], store: setting, clock: transportClock, log })).close();
      const without = loaded();
      const postgres = { connection: { env: 'NO_SUCH_VARIABLE' }, schema: 'x', ssl: 'verify' };
      const refused = await openRuntime({ flows: [], store: { postgres }, clock: transportClock, log }).catch(({ code }) => code);
      process.stdout.write(JSON.stringify([without, refused, loaded() > 0]));`;
    const { stdout } = spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', script, folder], {
      encoding: 'utf8',
    });
    rmSync(folder, { recursive: true });
    expect(JSON.parse(stdout)).toEqual([0, 'secret.missing', true]);
  });
});
