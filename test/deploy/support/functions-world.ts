import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ClientSecretCredential } from '@azure/identity';
import { stringify } from 'yaml';
import { API_VERSION, API_VERSION_HEADER } from '../../../src/access/core/perimeter-api.ts';
import { BOT_APP, PERIMETER_APP, PERIMETER_AUDIENCE, RITA, ROLES, TENANT_ID } from '../../../src/playground/cast.ts';
import { type MicrosoftFarEnd, startMicrosoft } from '../../../src/playground/microsoft/start.ts';
import { createOffsetClock } from '../../../src/playground/offset-clock.ts';
import { trust } from './trust.ts';

/** One instance of the app: a process of its own, as Functions starts it. */
export interface Instance {
  readonly url: string;
  readonly model: string | undefined;
  readonly registered: readonly Readonly<Record<string, unknown>>[];
  /** What it wrote to standard error and output. */
  said(): string;
  runTimer(name: string): Promise<number>;
  /** Resolves with its exit code once it has ended, by itself or because we asked it to. */
  ended: Promise<number | null>;
  stop(): Promise<void>;
}

export interface FunctionsWorld {
  readonly microsoft: MicrosoftFarEnd;
  advance(minutes: number): void;
  /** Writes a perimeter.yaml with this store, and says where. */
  config(store: object, more?: object): string;
  /** The app of this folder, with this file as its app setting; none where left out. */
  start(app: string, config?: string): Promise<Instance>;
  asBot(): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

const HOST = join(import.meta.dirname, 'functions-host.ts');

export async function functionsWorld(): Promise<FunctionsWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-functions-'));
  const clock = createOffsetClock(join(folder, 'offset.json'));
  const microsoft = await startMicrosoft({ clock, folder, limits: 'off' });
  trust(microsoft.caFile);
  microsoft.tenant.pim.processingMs = 20;
  const { loginUrl: login, graphUrl: graph, armUrl: arm, tenant } = microsoft;
  const secret = join(folder, 'secret');
  writeFileSync(secret, tenant.clientSecretOf(PERIMETER_APP.clientId), { mode: 0o600 });
  const bot = new ClientSecretCredential(TENANT_ID, BOT_APP.clientId, tenant.clientSecretOf(BOT_APP.clientId), {
    authorityHost: login,
    disableInstanceDiscovery: true,
  });
  const running: Instance[] = [];
  let files = 0;
  return {
    microsoft,
    advance: (minutes) => clock.advance(minutes * 60_000),
    config(store, more = {}) {
      const file = join(folder, `perimeter-${++files}.yaml`);
      const settings = {
        tenant: {
          tenantId: TENANT_ID,
          cloud: { login, graph, arm },
          clientId: PERIMETER_APP.clientId,
          credential: { clientSecret: { file: secret } },
        },
        listen: { port: 0 },
        store,
        caller: { clientId: BOT_APP.clientId, audience: PERIMETER_AUDIENCE },
        alarm: { url: `${login}/alarm` },
        domainClock: { offsetFile: clock.file },
        // Longer than any test: what ends by the sweep ends by the timer's.
        sweepEverySeconds: 300,
        entitlements: [
          {
            id: 'global-reader',
            directoryRole: { roleDefinitionId: ROLES.globalReader },
            mayReceive: { people: [{ tenantId: TENANT_ID, objectId: RITA.objectId }] },
            longestMinutes: 60,
            assurance: 'chat',
            endsOnlyByHallpass: true,
          },
        ],
        ...more,
      };
      writeFileSync(file, stringify(settings));
      return file;
    },
    async start(app, config) {
      const setting = config === undefined ? {} : { HALLPASS_PERIMETER_CONFIG: config };
      const env = { PATH: process.env['PATH'] ?? '', NODE_EXTRA_CA_CERTS: microsoft.caFile, ...setting };
      const flags = ['--preserve-symlinks', '--no-warnings'];
      const instance = await instanceOf(
        spawn(process.execPath, [...flags, HOST, app], { env, stdio: ['ignore', 'pipe', 'pipe'] }),
      );
      running.push(instance);
      return instance;
    },
    async asBot() {
      const { token } = await bot.getToken(`${PERIMETER_AUDIENCE}/.default`);
      return { authorization: `Bearer ${token}`, [API_VERSION_HEADER]: API_VERSION, 'content-type': 'application/json' };
    },
    async close() {
      await Promise.all(running.map((instance) => instance.stop()));
      await microsoft.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function instanceOf(child: ChildProcess): Promise<Instance> {
  const said: string[] = [];
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
  });
  child.stderr?.on('data', (bytes: Buffer) => said.push(bytes.toString()));
  const first = new Promise<string>((resolve, reject) => {
    if (child.stdout === null) return;
    createInterface(child.stdout).on('line', (line) => {
      said.push(`${line}\n`);
      if (line.startsWith('{"url"')) resolve(line);
    });
    child.once('exit', () => reject(new Error(`the host ended: ${said.join('')}`)));
  });
  const { url, model, registered } = JSON.parse(await first) as Pick<Instance, 'url' | 'model' | 'registered'>;
  return {
    url,
    model,
    registered,
    ended,
    said: () => said.join(''),
    runTimer: async (name) => (await fetch(`${url}/admin/functions/${name}`, { method: 'POST' })).status,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}
