import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ANNA, APPROVAL_APP, PERIMETER_IDENTITY, RITA, ROLES, TENANT_ID } from '../../src/playground/cast.ts';
import { postgresForAll } from '../durable/support/store-benches.ts';
import { eventually } from './support/eventually.ts';
import { functionsWorld, type FunctionsWorld, type Instance } from './support/functions-world.ts';
import { imageTree } from './support/image-tree.ts';

const database = postgresForAll();
let world: FunctionsWorld;
let app: ReturnType<typeof imageTree>;
let config: string;
const started: Instance[] = [];

beforeAll(async () => {
  world = await functionsWorld();
  app = imageTree('deploy/functions.Dockerfile');
  config = world.config({ postgres: database().setting('perimeter') });
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((instance) => instance.stop()));
});
afterAll(async () => {
  await world.close();
  app.remove();
});

async function start(file: string | undefined = config): Promise<Instance> {
  const instance = await world.start(app.folder, file);
  started.push(instance);
  return instance;
}

const holders = () =>
  world.microsoft.tenant
    .holders()
    .filter(({ roleDefinitionId }) => roleDefinitionId === ROLES.globalReader)
    .map(({ principalId }) => principalId);

async function post(
  instance: Instance,
  path: string,
  body: object,
  headers?: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly type: string | null; readonly body: unknown }> {
  const answer = await fetch(`${instance.url}${path}`, {
    method: 'POST',
    headers: headers ?? { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.json() };
}

const rita = { tenantId: TENANT_ID, objectId: RITA.objectId };
const anna = { tenantId: TENANT_ID, objectId: ANNA.objectId };
const request = (requestId: string) => ({
  requestId,
  requester: rita,
  principal: rita,
  entitlementId: 'global-reader',
  durationMinutes: 30,
  justification: 'ticket 42',
  approvalWindowMinutes: 60,
});

describe('the perimeter in Azure Functions', () => {
  it('registers its routes without keys of their own, and the sweep every minute and at start', async () => {
    const { registered, model } = await start();
    expect(model).toBe('@azure/functions');
    expect(registered).toEqual([
      expect.objectContaining({
        function: 'approve',
        type: 'httpTrigger',
        route: 'approve/{*rest}',
        methods: ['GET', 'POST'],
        authLevel: 'anonymous',
      }),
      expect.objectContaining({
        function: 'api',
        type: 'httpTrigger',
        route: '{*path}',
        methods: ['GET', 'POST', 'DELETE'],
        authLevel: 'anonymous',
      }),
      expect.objectContaining({ function: 'sweep', type: 'timerTrigger', schedule: '0 * * * * *', runOnStartup: true }),
    ]);
  });

  it('answers that it is well, refuses whoever brings no token, and serves the bot', async () => {
    const instance = await start();
    expect(await (await fetch(`${instance.url}/healthz`)).json()).toEqual({ status: 'ok' });
    const refused = await post(instance, '/grants', request('functions0001'));
    expect([refused.status, refused.type]).toEqual([401, 'application/problem+json']);
    expect(refused.body).toMatchObject({ code: 'caller.unauthenticated' });
    const taken = await post(instance, '/grants', request('functions0001'), await world.asBot());
    expect([taken.status, taken.body]).toEqual([202, expect.objectContaining({ requestId: 'functions0001' })]);
    expect((await fetch(`${instance.url}/readyz`)).status).toBe(404);
    const withdrawal = `${instance.url}/grants/functions0001?reason=withdraw`;
    expect((await fetch(withdrawal, { method: 'DELETE', headers: await world.asBot() })).status).toBe(202);
  });

  it('shows approvers the page, with a cookie that no other host can set', async () => {
    const key = join(mkdtempSync(join(tmpdir(), 'hallpass-key-')), 'key');
    writeFileSync(key, 'only-for-tests-only-for-tests-only-for-tests', { mode: 0o600 });
    const approve = {
      listen: { host: '0.0.0.0', port: 0, behindProxy: true },
      publicUrl: 'https://approve.example.com',
      clientId: APPROVAL_APP.clientId,
      managedIdentity: { clientId: PERIMETER_IDENTITY.clientId },
      stepUp: { promptLogin: true },
      cookieKey: { file: key },
    };
    const instance = await start(world.config({ postgres: database().setting('approvals') }, { approve }));
    const page = await fetch(`${instance.url}/approve/functions0009`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-[\w-]+=[\w.-]+; max-age=\d+; path=\/; secure; samesite=lax; httponly$/),
    ]);
    expect(await page.text()).toContain('Sign in to see a request');
  });

  it('runs the sweep when its timer says so', async () => {
    const instance = await start();
    expect(await instance.runTimer('sweep')).toBe(202);
  });

  it('takes away at start what ended while no instance ran, before anybody asks', async () => {
    // Without PIM nobody but Hallpass ends it.
    world.microsoft.tenant.setLicence('P1');
    const first = await start();
    const bot = await world.asBot();
    expect(await post(first, '/grants', request('functions0002'), bot)).toMatchObject({ status: 202 });
    const decision = {
      decisionId: 'functions0002-1',
      decision: 'approve',
      approver: anna,
      decidedAt: '2026-03-01T12:00:00.000Z',
    };
    expect(await post(first, '/grants/functions0002/decisions', decision, bot)).toMatchObject({ status: 202 });
    await eventually(() => expect(holders()).toEqual([RITA.objectId]));
    await first.stop();
    world.advance(31);
    expect(holders()).toEqual([RITA.objectId]);
    await start();
    await eventually(() => expect(holders()).toEqual([]));
  });

  it('waits while another instance holds the ledger, says so, and takes over when that one is gone', async () => {
    const first = await start();
    expect((await fetch(`${first.url}/healthz`)).status).toBe(200);
    const second = await start();
    const refused = await fetch(`${second.url}/healthz`);
    expect([refused.status, refused.headers.get('content-type')]).toEqual([503, 'application/problem+json']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: 'store.locked' });
    expect(await second.runTimer('sweep')).toBe(202);
    await first.stop();
    await eventually(async () => expect((await fetch(`${second.url}/healthz`)).status).toBe(200));
  });

  it('ends by itself once another writer has taken over', async () => {
    const instance = await start();
    await fetch(`${instance.url}/healthz`);
    await database().sql("UPDATE perimeter.writer SET epoch = epoch + 1, owner = 'another', heartbeat_at = clock_timestamp()");
    expect(await instance.ended).not.toBe(0);
    expect(instance.said()).toContain('store.fenced');
    await database().sql('UPDATE perimeter.writer SET owner = NULL');
  });
});

describe('what does not start in Azure Functions', () => {
  it.each([
    [
      'a store in a folder',
      () => world.config({ folder: '/tmp/hallpass' }),
      'config.store-not-shared',
      'a folder belongs to one machine',
    ],
    ['no perimeter.yaml', () => '/nowhere/perimeter.yaml', 'config.unreadable', 'cannot be read'],
  ])('%s', async (_what, file, code, message) => {
    const instance = await start(file());
    expect(instance.registered).toEqual([]);
    // What the host says of it comes a moment after it is up.
    await eventually(() => expect(instance.said()).toMatch(new RegExp(`Worker was unable to load entry point .*${message}`)));
    expect(instance.said()).toContain(code);
  });

  it('an app without the setting', async () => {
    const instance = await world.start(app.folder);
    started.push(instance);
    expect([instance.registered, instance.said()]).toEqual([[], expect.stringContaining('config.missing')]);
  });
});
