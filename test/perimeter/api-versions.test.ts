import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { API_VERSIONS } from '../../src/access/core/api-version.ts';
import {
  API_VERSION_HEADER,
  registerGrantSchema,
  decisionSchema,
  type RegisterGrant,
} from '../../src/access/core/perimeter-api.ts';
import { createLedgerWatch } from '../../src/bot/ledger-watch.ts';
import { createPerimeterClient, type PerimeterClient } from '../../src/bot/perimeter-client.ts';
import { type ApiParts, createApiApp } from '../../src/perimeter/api-app.ts';
import { silent } from '../durable/support/durable-world.ts';
import { type Exchange, shapeOf, walkApi } from './support/api-walk.ts';
import { TENANT_ID } from './support/perimeter-config.ts';
import { startWorld, type World } from './support/world.ts';

jest.setTimeout(60_000);

const recorded = (version: string): readonly Exchange[] =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', `api@${version}.json`), 'utf8'));
const credential = { getToken: () => Promise.resolve({ token: 't', expiresOnTimestamp: Date.now() + 3_600_000 }) };
const never = new AbortController().signal;
const botAt = (url: string, versions: readonly string[]): PerimeterClient =>
  createPerimeterClient({
    tenantId: TENANT_ID,
    url,
    audience: 'api://x',
    credential,
    versions,
    watch: createLedgerWatch(undefined, () => Promise.resolve()),
  });

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});
async function listening(server: ReturnType<typeof createServer>): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a bot of an earlier version', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());

  it.each(API_VERSIONS)('that speaks version %s is answered by this perimeter as it was then', async (version) => {
    const then = recorded(version);
    const now = await walkApi(world, then, version);
    for (const [index, { name, status, answer }] of then.entries())
      expect([name, now[index]?.status, shapeOf(now[index]?.answer)]).toEqual([name, status, shapeOf(answer)]);
  });

  it('is told in each answer which version it is of', async () => {
    for (const version of API_VERSIONS) {
      const { headers } = await world.call('GET', '/guardrails', undefined, { [API_VERSION_HEADER]: version });
      expect(headers.get(API_VERSION_HEADER)).toBe(version);
    }
  });

  it.each([
    ['0', 'upgrade the bot first'],
    [String(Number(API_VERSIONS[0]) + 1), 'upgrade the perimeter first'],
    ['', `Send ${API_VERSION_HEADER}: ${API_VERSIONS[0]}.`],
    ['1, 2', 'Send '],
    ['constructor', 'Send '],
  ])('or a later one, that names version "%s", is refused with what to do', async (version, hint) => {
    const { status, body, headers } = await world.call('GET', '/guardrails', undefined, { [API_VERSION_HEADER]: version });
    expect([status, body]).toEqual([400, expect.objectContaining({ code: 'api.version', hint: expect.stringContaining(hint) })]);
    expect(headers.get(API_VERSION_HEADER)).toBe(API_VERSIONS[0]);
  });
});

describe('this bot', () => {
  /** Answers as a perimeter of that version did, whatever it is asked; keeps what it was asked. */
  async function earlierPerimeter(answers: readonly Exchange[]) {
    const asked: { readonly method: string; readonly path: string; readonly body: unknown }[] = [];
    const url = await listening(
      createServer((req, res) => {
        const chunks: Buffer[] = [];
        req.on('data', (chunk: Buffer) => chunks.push(chunk));
        req.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          asked.push({ method: req.method ?? '', path: req.url ?? '', body: text === '' ? undefined : JSON.parse(text) });
          const { status = 404, answer } = answers[asked.length - 1] ?? {};
          res.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' });
          res.end(JSON.stringify(answer));
        });
      }),
    );
    return { url, asked };
  }

  it.each(API_VERSIONS)('understands what a perimeter of version %s answered, and asks what it understood', async (version) => {
    const then = recorded(version).filter(
      ({ method, status, path }) => status < 300 && (method !== 'GET' || !/^.grants/.test(path)),
    );
    const { url, asked } = await earlierPerimeter(then);
    const bot = botAt(url, [version]);
    for (const { method, path, body } of then) {
      const [, , requestId = ''] = path.split(/[/?]/);
      if (path === '/grants') await bot.register(registerGrantSchema.parse(body), never);
      else if (path.endsWith('/decisions')) await bot.decide(requestId, decisionSchema.parse(body), never);
      else if (method === 'DELETE') await bot.end(requestId, path.endsWith('withdraw') ? 'withdraw' : 'release', never);
      else if (path === '/guardrails') await bot.guardrails(never);
      else await bot.events(0, 0, never);
    }
    expect(asked).toEqual(then.map(({ method, path, body }) => ({ method, path, body })));
  });
});

describe('bot and perimeter, one of them upgraded first', () => {
  const spoken: string[] = [];
  const ledger = { seq: 0, head: '0'.repeat(64) };
  /** The routes of a perimeter, with nothing behind them. */
  const perimeterOf = (versions: readonly string[]) => {
    const nothing: unknown = {
      versions,
      log: silent,
      runtime: { head: () => ledger, degraded: false },
      registrar: {
        register: () =>
          Promise.resolve({ caseId: 'request0001', state: 'registered', context: { opening: { kind: 'refused' } } }),
      },
      limits: { verify: () => Promise.resolve(), count: () => Promise.resolve() },
      refusals: { note: () => undefined },
      seenHeads: { isAhead: () => Promise.resolve(false) },
    };
    const app = createApiApp(nothing as ApiParts);
    return createAdaptorServer({
      createServer,
      fetch(request: Request, env: unknown) {
        spoken.push(request.headers.get(API_VERSION_HEADER) ?? '');
        return app.fetch(request, Object(env));
      },
    }) as ReturnType<typeof createServer>;
  };
  const grant: RegisterGrant = registerGrantSchema.parse(recorded('1')[0]?.body);
  const ask = (bot: PerimeterClient) => bot.register(grant, never);
  afterEach(() => void spoken.splice(0));

  it.each([
    ['both are of the same version', ['2', '1'], ['2', '1'], ['2', '2']],
    ['the bot is one ahead', ['2', '1'], ['1'], ['2', '1', '1']],
    ['the perimeter is one ahead', ['1'], ['2', '1'], ['1', '1']],
    ['the bot is one ahead, later', ['8', '7'], ['7', '6'], ['8', '7', '7']],
    ['the perimeter is one ahead, later', ['7', '6'], ['8', '7'], ['7', '7']],
  ])('understand each other: %s', async (_, bots, perimeters, expected) => {
    const bot = botAt(await listening(perimeterOf(perimeters)), bots);
    await ask(bot);
    await ask(bot);
    expect(spoken).toEqual(expected);
  });

  it.each([
    ['the bot is two ahead', ['3', '2'], ['1'], 'upgrade the perimeter first'],
    ['the perimeter is two ahead', ['1'], ['3', '2'], 'upgrade the bot first'],
  ])('say what to upgrade when %s, and try again', async (_, bots, perimeters, hint) => {
    const bot = botAt(await listening(perimeterOf(perimeters)), bots);
    await expect(ask(bot)).rejects.toMatchObject({
      code: 'perimeter.version',
      retryable: true,
      hint: expect.stringContaining(hint),
    });
    expect(spoken).toHaveLength(1);
  });

  it('go on together when the perimeter is upgraded twice while the bot runs', async () => {
    let versions = ['1'];
    const url = await listening(createServer((req, res) => void perimeterOf(versions).emit('request', req, res)));
    const bot = botAt(url, ['2', '1']);
    await ask(bot);
    versions = ['3', '2'];
    await ask(bot);
    expect(spoken).toEqual(['2', '1', '1', '2']);
  });
});
