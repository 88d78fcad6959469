import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generate } from 'selfsigned';
import { AppError } from '../../src/access/core/app-error.ts';
import type { PostgresSetting } from '../../src/config/parts.ts';
import { openStore } from '../../src/durable/open-store.ts';
import { openPostgres } from '../../src/durable/stores/postgres/open-postgres.ts';
import { silent } from './support/durable-world.ts';
import { postgresForAll } from './support/store-benches.ts';

const server = postgresForAll();
const folder = mkdtempSync(join(tmpdir(), 'hallpass-address-'));
afterAll(() => rmSync(folder, { recursive: true }));

const PASSWORD = 'only-for-tests';
let files = 0;
function settingOf(address: string, ssl: PostgresSetting['ssl'] = 'off-on-loopback'): PostgresSetting {
  const file = join(folder, `address-${++files}`);
  writeFileSync(file, address, { mode: 0o600 });
  return { connection: { file }, schema: 'address', ssl };
}
const here = (
  change: { readonly user?: string; readonly password?: string; readonly database?: string; readonly more?: string } = {},
) =>
  `postgresql://${change.user ?? 'hallpass'}:${change.password ?? PASSWORD}@127.0.0.1:${server().port}/${change.database ?? 'postgres'}${change.more ?? ''}`;

/** What whoever reads the log gets to see, causes included. */
function wordsOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  return (
    ['message', 'hint', 'code', 'stack'].map((key) => String(Reflect.get(error, key))).join(' ') +
    wordsOf(Reflect.get(error, 'cause'))
  );
}
async function refusalOf(setting: PostgresSetting): Promise<AppError> {
  const answer = await openPostgres({ setting, log: silent }).then(
    (db) => db.close(),
    (error: unknown) => error,
  );
  if (!(answer instanceof AppError)) throw new Error('it was opened', { cause: answer });
  expect(wordsOf(answer)).not.toContain(PASSWORD);
  return answer;
}

describe('the address of a database', () => {
  it.each([
    ['is no address', 'hallpass'],
    ['is of something else', `https://hallpass:${PASSWORD}@127.0.0.1/postgres`],
    ['names nobody', 'postgresql://127.0.0.1/postgres'],
    ['names no database', `postgresql://hallpass:${PASSWORD}@127.0.0.1`],
    ['would switch TLS off', `postgresql://hallpass:${PASSWORD}@127.0.0.1/postgres?sslmode=disable`],
    ['brings settings of its own', `postgresql://hallpass:${PASSWORD}@127.0.0.1/postgres?options=-csynchronous_commit%3Doff`],
    ['is not well encoded', `postgresql://hallpass:${PASSWORD}%zz@127.0.0.1/postgres`],
  ])('is refused when it %s, and not repeated', async (_, address) => {
    expect(await refusalOf(settingOf(address))).toMatchObject({ code: 'store.address' });
  });

  it('is not used without TLS when it leads to another machine', async () => {
    const address = `postgresql://hallpass:${PASSWORD}@db.example.com/postgres`;
    expect(await refusalOf(settingOf(address))).toMatchObject({ code: 'store.insecure' });
  });

  it('that lets nobody in is told apart from a database that is away', async () => {
    expect(await refusalOf(settingOf(here({ password: 'wrong' })))).toMatchObject({ code: 'store.refused', retryable: false });
    expect(await refusalOf(settingOf(here({ user: 'nobody' })))).toMatchObject({ code: 'store.refused' });
    const away = `postgresql://hallpass:${PASSWORD}@127.0.0.1:1/postgres`;
    expect(await refusalOf(settingOf(away))).toMatchObject({ code: 'store.unavailable', retryable: true });
  });

  it('may hold any character in its password', async () => {
    await server().sql(`CREATE ROLE odd LOGIN PASSWORD 'p@ss/w:rd%'`);
    const db = await openPostgres({ setting: settingOf(here({ user: 'odd', password: 'p%40ss%2Fw%3Ard%25' })), log: silent });
    expect(await db.query('SELECT current_user AS who')).toEqual([{ who: 'odd' }]);
    await db.close();
  });

  it('of a role that may make nothing is refused with what it needs', async () => {
    await server().sql(`CREATE ROLE reader LOGIN PASSWORD '${PASSWORD}'`);
    const opened = openStore({ postgres: settingOf(here({ user: 'reader' })) }, { log: silent });
    await expect(opened).rejects.toMatchObject({ code: 'store.forbidden', hint: expect.stringContaining('CREATE') });
  });
});

describe('a server', () => {
  it('that does not write to its disk is refused', async () => {
    await server().sql('ALTER SYSTEM SET fsync = off');
    await server().sql('SELECT pg_reload_conf()');
    try {
      await eventually(async () => expect(await refusalOf(settingOf(here()))).toMatchObject({ code: 'store.unsafe' }));
    } finally {
      await server().sql('ALTER SYSTEM RESET fsync');
      await server().sql('SELECT pg_reload_conf()');
    }
  });

  it('that would answer before its disk did is told to wait, and one that waits for more is left alone', async () => {
    for (const [said, expected] of [
      ['off', 'on'],
      ['local', 'on'],
      ['remote_apply', 'remote_apply'],
    ]) {
      await server().sql(`ALTER ROLE hallpass SET synchronous_commit = ${said}`);
      const db = await openPostgres({ setting: settingOf(here()), log: silent });
      const level = await db.transaction((queries) => queries.query('SHOW synchronous_commit'));
      expect(level).toEqual([{ synchronous_commit: expected }]);
      await db.close();
    }
    await server().sql('ALTER ROLE hallpass RESET synchronous_commit');
  });

  it('that stores text in another way is refused', async () => {
    await server().sql(`CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`);
    expect(await refusalOf(settingOf(here({ database: 'latin' })))).toMatchObject({ code: 'store.unsafe' });
  });
});

describe('TLS to a database', () => {
  let caFile: string;
  let otherCaFile: string;
  beforeAll(async () => {
    const days = { notBeforeDate: new Date(Date.now() - 86_400_000), notAfterDate: new Date(Date.now() + 86_400_000) };
    const made = (ip: string) =>
      generate([{ name: 'commonName', value: 'database' }], {
        ...days,
        keySize: 2048,
        extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip }] }],
      });
    const [own, foreign] = await Promise.all([made('127.0.0.1'), made('10.9.8.7')]);
    caFile = join(folder, 'own.pem');
    otherCaFile = join(folder, 'foreign.pem');
    writeFileSync(caFile, own.cert);
    writeFileSync(otherCaFile, foreign.cert);
    const places = [own, foreign].map(({ cert, private: key }, index) => ({
      cert: server().place(`server-${index}.crt`, cert),
      key: server().place(`server-${index}.key`, key),
    }));
    serve = async (which) => {
      await server().sql(`ALTER SYSTEM SET ssl_cert_file = '${places[which]?.cert}'`);
      await server().sql(`ALTER SYSTEM SET ssl_key_file = '${places[which]?.key}'`);
      await server().sql('ALTER SYSTEM SET ssl = on');
      await server().sql('SELECT pg_reload_conf()');
    };
  });
  let serve: (which: 0 | 1) => Promise<void>;

  it('is asked for unless the setting says otherwise, and a server without it is refused', async () => {
    expect(wordsOf(await refusalOf(settingOf(here(), 'verify')))).toContain('SSL');
  });

  it('is verified against the authority that the setting names, and the name of the host', async () => {
    await serve(0);
    const setting = settingOf(here({ more: '?sslmode=require' }), { caFile });
    await eventually(async () => {
      const db = await openPostgres({ setting, log: silent });
      try {
        expect(await db.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).toEqual([{ ssl: true }]);
      } finally {
        await db.close();
      }
    });
    expect(await refusalOf(settingOf(here(), 'verify'))).toMatchObject({ code: 'store.unavailable' });
    expect(await refusalOf(settingOf(here(), { caFile: otherCaFile }))).toMatchObject({ code: 'store.unavailable' });
    expect(await refusalOf(settingOf(here(), { caFile: join(folder, 'none.pem') }))).toMatchObject({ code: 'store.address' });
    await serve(1);
    await eventually(async () => {
      const words = wordsOf(await refusalOf(settingOf(here(), { caFile: otherCaFile })));
      expect(words).toContain("does not match certificate's altnames");
    });
  });
});

/** The server reads its settings again some time after it was told to. */
async function eventually(check: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await check();
      return;
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
