import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientSecretCredential } from '@azure/identity';
import { transportClock } from '../../../src/access/core/clock.ts';
import { TENANT_ID } from '../../../src/playground/cast.ts';
import { type MicrosoftFarEnd, startMicrosoft } from '../../../src/playground/microsoft/start.ts';
import { GRAPH_RESOURCE } from '../../../src/playground/microsoft/tenant/app-permissions.ts';
import { SYSTEM } from '../../../src/playground/microsoft/tenant/audit.ts';
import { ROOT } from '../../tools/arrows.ts';
import { trust } from './trust.ts';

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** Calls of Graph that write. */
  readonly writes: readonly { readonly method: string; readonly url: string; readonly body: unknown }[];
}

export interface RegisterWorld {
  readonly microsoft: MicrosoftFarEnd;
  /** deploy/register.sh with these arguments, by an administrator who is signed in to this cloud and tenant. */
  register(args: readonly string[], signedIn?: { readonly cloud?: string; readonly tenant?: string }): Promise<Ran>;
  /** The tenant as it was seeded, with its administrator. */
  reset(): void;
  close(): Promise<void>;
}

const ADMIN = 'ad310000-0000-4000-8000-000000000001';
const ADMIN_PERMISSIONS = [
  'Application.ReadWrite.All',
  'AppRoleAssignment.ReadWrite.All',
  'DelegatedPermissionGrant.ReadWrite.All',
];

export async function registerWorld(): Promise<RegisterWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-register-'));
  const microsoft = await startMicrosoft({ clock: transportClock, folder, limits: 'off' });
  trust(microsoft.caFile);
  const { tenant } = microsoft;
  let secret = '';
  function reset(): void {
    tenant.reset();
    tenant.applications.add({ appId: ADMIN, displayName: 'Administrators' });
    const endsAt = Date.now() + 3_600_000;
    secret = tenant.applications.addSecret(ADMIN, { displayName: 'test', endsAt }, SYSTEM).secretText;
    tenant.permissions.set(ADMIN, GRAPH_RESOURCE, ADMIN_PERMISSIONS);
  }
  reset();
  const tokenOf = async () => {
    const options = { authorityHost: microsoft.loginUrl, disableInstanceDiscovery: true };
    return (await new ClientSecretCredential(TENANT_ID, ADMIN, secret, options).getToken(`${GRAPH_RESOURCE}/.default`)).token;
  };
  const calls = join(folder, 'calls');
  const az = join(folder, 'az');
  writeFileSync(az, `#!/bin/sh\nexec '${process.execPath}' --no-warnings '${join(import.meta.dirname, 'az.ts')}' "$@"\n`);
  chmodSync(az, 0o755);
  return {
    microsoft,
    async register(args, { cloud = 'AzureCloud', tenant: tenantId = TENANT_ID } = {}) {
      rmSync(calls, { force: true });
      const env = {
        PATH: `${folder}:${process.env['PATH'] ?? ''}`,
        NODE_EXTRA_CA_CERTS: microsoft.caFile,
        AZ_GRAPH: microsoft.graphUrl,
        AZ_TOKEN: await tokenOf(),
        AZ_CALLS: calls,
        AZ_CLOUD: cloud,
        AZ_TENANT: tenantId,
        PAUSE_SECONDS: '0',
      };
      const child = spawn('bash', [join(ROOT, 'deploy/register.sh'), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      const said = { out: '', err: '' };
      child.stdout.on('data', (bytes: Buffer) => (said.out += bytes.toString()));
      child.stderr.on('data', (bytes: Buffer) => (said.err += bytes.toString()));
      const code = await new Promise<number | null>((resolve) => {
        child.once('close', resolve);
      });
      return { code, ...said, writes: writesOf(calls) };
    },
    reset,
    async close() {
      await microsoft.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function writesOf(file: string): Ran['writes'] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly method: string; readonly url: string; readonly body?: string })
    .filter(({ method }) => method !== 'GET')
    .map(({ method, url, body }) => ({ method, url, body: body === undefined ? undefined : (JSON.parse(body) as unknown) }));
}
