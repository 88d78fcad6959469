import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { withChecks } from '../../../src/cli/docs-doctor.ts';
import type { Seen } from '../../../src/cli/doctor/check.ts';
import { clock } from '../../../src/cli/doctor/clock.ts';
import { onlyReads } from '../../../src/cli/doctor/held-permissions.ts';
import { secretSeen } from '../../../src/cli/doctor/own-credential.ts';
import { judged, store } from '../../../src/cli/doctor/store.ts';
import { startPostgres } from '../../durable/support/postgres-server.ts';
import { aheadMs, type TenantParts } from '../../../src/cli/doctor/tenant-parts.ts';

const kindOf = ({ problems = [], warnings = [] }: Seen) =>
  problems.length > 0 ? 'missing' : warnings.length > 0 ? 'warning' : 'ok';

describe('the clock', () => {
  it.each([
    [30_000, 'ok'],
    [30_001, 'warning'],
    [-30_001, 'warning'],
    [240_000, 'warning'],
    [240_001, 'missing'],
    [-240_001, 'missing'],
  ])('%i ms off is %s', async (off, kind) => {
    expect(kindOf(await clock.look({ clockAheadMs: () => Promise.resolve(off) } as TenantParts))).toBe(kind);
  });

  it.each([
    ['within the second of Graph’s answer', 10_000, 10_500, 11_000, 0],
    ['answered while the second began', 10_000, 9_700, 10_100, 0],
    ['sent after that second was over', 10_000, 11_500, 11_900, 500],
    ['answered before it began', 10_000, 8_000, 9_000, -1_000],
  ])('%s: ahead by the part that cannot be the way', (_, date, sent, received, ahead) => {
    expect(aheadMs(date, sent, received)).toBe(ahead);
  });
});

describe('a client secret', () => {
  const DAY = 86_400_000;
  const file = join(mkdtempSync(join(tmpdir(), 'hallpass-secret-')), 'secret');
  writeFileSync(file, 'abcdef', { mode: 0o600 });
  const withSecrets = (...secrets: readonly (readonly [string | null, number])[]) =>
    secretSeen(
      {
        secrets: () =>
          Promise.resolve(
            secrets.map(([hint, days]) => ({ hint, endAt: new Date(Date.now() + days * DAY + 60_000).toISOString() })),
          ),
      },
      'an-app',
      { file },
    );

  it.each([
    [31, 'ok'],
    [30, 'ok'],
    [29, 'warning'],
    [7, 'warning'],
    [6, 'missing'],
    [-1, 'missing'],
  ])('that ends in %i days is %s', async (days, kind) => {
    expect(kindOf(await withSecrets(['abc', days]))).toBe(kind);
  });

  it('is told by its first characters, and by the one that ends first of two that begin alike', async () => {
    expect(kindOf(await withSecrets(['xyz', 400], [null, 400]))).toBe('missing');
    expect(kindOf(await withSecrets(['abc', 400], ['abc', 2], ['xyz', 1]))).toBe('missing');
  });
});

describe('where the store lies', () => {
  const GIB = 1024 ** 3;
  const on = (type: number, bytes: number) => judged('/store', { type, bavail: Math.floor(bytes / 4096), bsize: 4096 });

  it.each([
    ['ext4', 0xef53, 'ok'],
    ['xfs', 0x58465342, 'ok'],
    ['btrfs', 0x9123683e, 'ok'],
    ['tmpfs', 0x01021994, 'missing'],
    ['overlay', 0x794c7630, 'missing'],
    ['NFS', 0x6969, 'missing'],
    ['SMB', 0xfe534d42, 'missing'],
    ['CIFS', 0xff534d42, 'missing'],
  ])('on %s', (_, type, kind) => {
    expect(kindOf(on(type, 10 * GIB))).toBe(kind);
  });

  it.each([
    [2 * GIB, 'ok'],
    [2 * GIB - 4096, 'warning'],
    [GIB / 4, 'warning'],
    [GIB / 4 - 4096, 'missing'],
  ])('with %i bytes free', (bytes, kind) => {
    expect(kindOf(on(0xef53, bytes))).toBe(kind);
  });
});

describe('a store in a database', () => {
  it('is right while the server takes writes, missing when it is read-only, and could not be looked at when it is away', async () => {
    const server = await startPostgres();
    const look = () => store.look({ setting: { postgres: server.setting('hallpass') } });
    try {
      expect(kindOf(await look())).toBe('ok');
      await server.sql('ALTER SYSTEM SET default_transaction_read_only = on');
      await server.sql('SELECT pg_reload_conf()');
      expect((await look()).problems).toEqual([expect.stringContaining('read-only')]);
      await server.crash();
      await expect(look()).rejects.toMatchObject({ code: 'store.unavailable' });
    } finally {
      await server.stop();
    }
  });
});

describe('the page about doctor', () => {
  it('names each check as the code does; `npm run docs:doctor` writes it', () => {
    const page = readFileSync('docs/doctor.md', 'utf8');
    expect(withChecks(page)).toBe(page);
  });
});

describe('a permission', () => {
  it.each([
    ['User.Read.All', true],
    ['User.ReadBasic.All', true],
    ['Policy.Read.ConditionalAccess', true],
    ['User.ReadWrite.All', false],
    ['RoleAssignmentSchedule.Remove.Directory', false],
    ['TeamsAppInstallation.ReadForUser.All', false],
    ['Something.New', false],
  ])('%s only reads: %s', (name, reads) => {
    expect(onlyReads(name)).toBe(reads);
  });
});
