import { spawn } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { generate } from 'selfsigned';
import { createLog } from '../../src/observe/log.ts';
import {
  ANNA,
  ANNA_ADMIN,
  BOT_IDENTITY,
  type CastMember,
  PERIMETER_APP,
  RITA,
  ROLES,
  SAM,
  SLACK,
  TENANT_ID,
} from '../../src/playground/cast.ts';
import { everythingIssued, type IssuedKind } from '../../src/playground/issued.ts';
import { startWorld, type World } from '../../src/playground/world.ts';
import { createSearch, leakLines, leaksIn } from '../leaks/find-leaks.ts';
import { approveInSlack, approveInTeams, askInSlack, askInTeams, channel, holds, seen, wordsOf } from '../support/acting.ts';
import { createBrowser, type Page, signIn } from '../support/browserless.ts';
import { localIdentity, startHttps } from '../support/https-server.ts';

jest.setTimeout(300_000);

/** Everything that prints more than it should, as loud as it gets. */
const LOUD = {
  HALLPASS_LOG_LEVEL: 'trace',
  DEBUG: '*',
  NODE_DEBUG: 'http,https,http2,net,tls,undici,fetch,websocket',
  AZURE_LOG_LEVEL: 'verbose',
};
/** All of them are given out in a day. */
const KINDS: readonly IssuedKind[] = ['token', 'id token', 'secret', 'assertion', 'code', 'cookie', 'address'];
const MAIN = join(import.meta.dirname, '../../src/main.ts');

let world: World;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-no-leaks-'));
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'perimeter' }], {
    keyType: 'rsa',
    keySize: 2048,
    algorithm: 'sha256',
  });
  const file = join(folder, 'secrets', 'perimeter.pem');
  world = await startWorld({
    folder,
    slackMode: 'http',
    env: LOUD,
    limits: 'off',
    adjust({ hallpass, perimeter }) {
      // Neither has a secret of its own, nor has the bot in Teams.
      if (hallpass.tenant) hallpass.tenant.credential = { federated: { managedIdentity: { clientId: BOT_IDENTITY.clientId } } };
      if (hallpass.teams) {
        delete hallpass.teams.clientSecret;
        hallpass.teams.credential = { federated: { managedIdentity: { clientId: BOT_IDENTITY.clientId } } };
      }
      perimeter.tenant.credential = { certificate: { file } };
      writeFileSync(file, `${cert}\n${key}`, { mode: 0o600 });
    },
  });
  world.microsoft.tenant.applications.addCertificate(PERIMETER_APP.clientId, cert);
  await world.ready();
});
afterAll(() => close());
let closed: Promise<void> | undefined;
const close = () => (closed ??= world.close());

type Who = Pick<CastMember, 'name' | 'objectId'>;
const browser = () => createBrowser({ ca: readFileSync(world.caFile, 'utf8') });

async function signLink(why: string): Promise<string> {
  return seen(world, 'Review and sign', () =>
    channel(world, SLACK.approversChannelId)
      .filter((message) => wordsOf(message).includes(why))
      .map((message) => new RegExp(`${world.approveUrl}/approve/[a-z0-9]+`).exec(wordsOf(message.blocks))?.[0])
      .findLast((url) => url !== undefined),
  );
}
const opened = async (url: string, who: Who): Promise<Page> => signIn(await (await browser().open(url)).click('Sign in'), who);

/** Runs a command as loud, and keeps what it says where it is searched. */
function run(name: string, ...args: readonly string[]): Promise<number | null> {
  const { managedIdentity } = world.microsoft;
  const identity = {
    IDENTITY_ENDPOINT: managedIdentity.endpoint,
    IDENTITY_HEADER: managedIdentity.headerOf(BOT_IDENTITY.clientId),
  };
  const env = { PATH: process.env['PATH'] ?? '', NODE_EXTRA_CA_CERTS: join(folder, 'ca-of-all.pem'), ...identity, ...LOUD };
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => appendFileSync(join(folder, `${name}.log`), chunk));
  return new Promise((resolve) => {
    child.once('close', resolve);
  });
}

describe('with everything as loud as it gets, and no secret of bot and perimeter', () => {
  it('a day passes: asked, approved and signed, looked at, examined, broken', async () => {
    await askInSlack(world, RITA, { entitlementId: 'global-reader', minutes: 30, why: 'INC-300: in Slack' });
    await approveInSlack(world, ANNA, 'INC-300: in Slack');
    await seen(world, 'the role in the tenant', () => holds(world, RITA, ROLES.globalReader));
    await askInTeams(world, RITA, { entitlementId: 'reports-reader', minutes: 30, why: 'INC-301: in Teams' });
    await approveInTeams(world, ANNA, 'INC-301: in Teams');
    await seen(world, 'the other role', () => holds(world, RITA, ROLES.reportsReader));

    await askInSlack(world, RITA, { entitlementId: 'helpdesk-administrator', minutes: 30, why: 'INC-302: signed' });
    const url = await signLink('INC-302: signed');
    await opened(url, ANNA_ADMIN);
    await opened(url, SAM);
    await signIn(await (await opened(url, ANNA)).click('Approve'), ANNA);
    await signIn(await (await opened(url, RITA)).click('Sign'), RITA);
    await seen(world, 'the signed role', () => holds(world, RITA, ROLES.helpdeskAdministrator));
    await browser().open(`${world.approveUrl}/approve/callback?code=${lastOf('code') ?? ''}&state=${'x'.repeat(43)}`);

    const console = browser();
    const first = await console.open(`${world.consoleUrl}/console`);
    await signIn(first.has('Sign in') ? await first.click('Sign in') : first, ANNA).catch(() => undefined);
    await console.open(`${world.consoleUrl}/console/links`);

    copyFileSync(world.caFile, join(folder, 'ca-of-all.pem'));
    await run('doctor', 'doctor', '--config', world.files.hallpass, '--perimeter', world.files.perimeter, '--json');
    world.clock.advance(31 * 60_000);
    await seen(world, 'all gone', () => !holds(world, RITA, ROLES.globalReader) && !holds(world, RITA, ROLES.reportsReader));
  });

  it('Entra throws back what it was sent, and the words end there', async () => {
    const echo = await startHttps(({ body, path }) =>
      path.endsWith('/token')
        ? {
            status: 401,
            body: { error: 'invalid_client', error_description: `AADSTS700213: ${String(body)}`, error_codes: [700_213] },
          }
        : { status: 200, body: endpoints() },
    );
    const endpoints = () => {
      const tenant = `${echo.url}/${TENANT_ID}`;
      const [issuer, token] = [`${tenant}/v2.0`, `${tenant}/oauth2/v2.0/token`];
      return {
        issuer,
        token_endpoint: token,
        authorization_endpoint: `${tenant}/oauth2/v2.0/authorize`,
        jwks_uri: `${tenant}/keys`,
      };
    };
    const { cert } = await localIdentity();
    writeFileSync(join(folder, 'ca-of-all.pem'), `${readFileSync(world.caFile, 'utf8')}\n${cert}`);
    const config = join(folder, 'echo.yaml');
    writeFileSync(config, readFileSync(world.files.hallpass, 'utf8').replaceAll(world.microsoft.loginUrl, echo.url), {
      mode: 0o600,
    });
    await run('echo', 'doctor', '--config', config, '--json');
    await echo.close();
    const said = readFileSync(join(folder, 'echo.log'), 'utf8');
    expect(said).toContain('AADSTS700213');
    expect(echo.asked.some(({ body }) => String(body).includes('client_assertion='))).toBe(true);
  });

  it('leaves nothing behind that lets a reader act as anybody', async () => {
    await close();
    const all = everythingIssued();
    for (const kind of KINDS) expect([kind, all.some((one) => one.kind === kind)]).toEqual([kind, true]);
    for (const name of ['bot.log', 'perimeter.log', 'doctor.log', 'bot/journal', 'perimeter/journal', 'perimeter/evidence'])
      expect([name, existsSync(join(folder, name))]).toEqual([name, true]);
    const { leaks, evidence, files } = leaksIn([folder], createSearch(all));
    expect(leakLines(leaks)).toEqual([]);
    expect(files).toBeGreaterThan(10);
    // The search sees what is there: the ID tokens that were kept on purpose.
    expect(evidence.map(({ kind }) => kind)).toContain('id token');
  });

  it('and would not be silent if something did', () => {
    const all = everythingIssued();
    const [masks, bare] = [true, false].map((on) => {
      const place = join(folder, `planted-${on ? 'masked' : 'bare'}`);
      mkdirSync(place);
      const destination = { write: (line: string) => appendFileSync(join(place, 'log'), line) };
      const log = createLog('bot', 'trace', { masks: on, destination });
      for (const { kind, value } of all) {
        const form = kind === 'secret' ? `client_secret=${value}` : kind === 'code' ? `?code=${value}` : `Bearer ${value}`;
        log.trace({ authorization: value, deep: { err: new Error(form) } }, form);
        if (kind === 'cookie') log.debug({ request: { cookie: `sid=${value}` } }, 'request');
      }
      return leaksIn([place], createSearch(all)).leaks;
    });
    expect(leakLines(masks ?? [])).toEqual([]);
    const found = new Set(bare?.map(({ kind }) => kind));
    expect([...found].toSorted()).toEqual(KINDS.toSorted());
  });

  it.each<[string, (value: string) => string]>([
    ['as it is', (value) => value],
    ['its signature', (value) => value.slice(value.lastIndexOf('.') + 1)],
    ['in an address', (value) => encodeURIComponent(`${value}/+`)],
    ['in JSON in JSON', (value) => JSON.stringify(JSON.stringify({ value }))],
    ['in base64', (value) => Buffer.from(`x:${value}`).toString('base64')],
    ['in base64url', (value) => Buffer.from(`ab${value}zz`).toString('base64url')],
  ])('finds a token %s, in a file of any kind', (form, disguise) => {
    const place = join(folder, `found ${form}`);
    mkdirSync(join(place, 'checkpoint'), { recursive: true });
    const value = lastOf('token') ?? '';
    writeFileSync(join(place, 'checkpoint', 'index.db'), Buffer.concat([Buffer.from([0, 255, 7]), Buffer.from(disguise(value))]));
    expect(leaksIn([place], createSearch([{ kind: 'token', value }])).leaks.length).toBeGreaterThan(0);
  });
});

const lastOf = (kind: IssuedKind): string | undefined => everythingIssued().findLast((one) => one.kind === kind)?.value;
