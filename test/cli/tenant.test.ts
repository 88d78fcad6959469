import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { UnsecuredJWT } from 'jose';
import { transportClock } from '../../src/access/core/clock.ts';
import { enrollTenant, type EnrollOptions } from '../../src/cli/tenant/enroll-tenant.ts';
import { refuseUnlessOurs } from '../../src/cli/tenant/consent-answer.ts';
import { consentRequest } from '../../src/cli/tenant/consent-request.ts';
import { proveTenant, tenantIdOf } from '../../src/cli/tenant/prove-tenant.ts';
import { listTenants, tenantsText } from '../../src/cli/tenant/list-tenants.ts';
import { removeTenant } from '../../src/cli/tenant/remove-tenant.ts';
import { readHallpassConfig } from '../../src/config/read-hallpass-config.ts';
import { BOT_APP, GINA, RITA, SECOND_TENANT_ID, TENANT_ID } from '../../src/playground/cast.ts';
import { freePort } from '../../src/playground/free-port.ts';
import { type MicrosoftFarEnd, startMicrosoft } from '../../src/playground/microsoft/start.ts';
import { inSecondTenant } from '../../src/playground/microsoft/tenant/place.ts';
import { GRAPH_RESOURCE } from '../../src/playground/microsoft/tenant/app-permissions.ts';
import { botWorld, inSlack, RITA as WORLD_RITA } from '../bot/bot-world.ts';
import { createBrowser } from '../support/browserless.ts';
import { type Answer, startHttps } from '../support/https-server.ts';

let far: MicrosoftFarEnd;
let redirectUri: string;
let file: string;
let said: string[];
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tenant-cli-'));
  far = await startMicrosoft({ clock: transportClock, folder, limits: 'off', otherTenants: [SECOND_TENANT_ID] });
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(far.caFile, 'utf8')]);
  process.env['TENANT_TEST_SECRET'] = far.tenant.clientSecretOf(BOT_APP.clientId);
});
afterAll(async () => far.close());
beforeEach(async () => {
  for (const { tenant } of far.realms) tenant.reset();
  redirectUri = `http://localhost:${await freePort()}/enrolled`;
  far.setRedirectUris(BOT_APP.clientId, [redirectUri]);
  far.tenant.applications.change(BOT_APP.clientId, { signInAudience: 'AzureADMultipleOrgs' });
  file = join(mkdtempSync(join(tmpdir(), 'tenant-yaml-')), 'hallpass.yaml');
  writeFileSync(file, yaml(), { mode: 0o640 });
  said = [];
});

const yaml = () => `# Hallpass of our company
tenant: # where we began
  tenantId: ${TENANT_ID}
  cloud: { login: '${far.loginUrl}', graph: '${far.graphUrl}', arm: '${far.armUrl}' }
  clientId: ${BOT_APP.clientId}
  credential: { clientSecret: { env: TENANT_TEST_SECRET } } # to be federated soon
listen: { port: 8080 }
store: { folder: /var/lib/hallpass }
# in the rack on the left
perimeter: { url: 'https://perimeter.example', audience: 'api://perimeter' }
slack:
  workspaceId: T0WORK
  botToken: { env: SLACK_BOT_TOKEN }
  signingSecret: { env: SLACK_SIGNING_SECRET }
people:
  - person: { tenantId: ${TENANT_ID}, objectId: ${RITA.objectId} }
    slack: [{ workspaceId: T0WORK, userId: U0RITA }]
entitlements:
  - id: global-reader # harmless
    name: Global Reader
    describes: Can read everything.
    privileged: false
    directoryRole: { roleDefinitionId: f2ef992c-3afb-46b9-b7cf-a126ee74c451 }
    mayRequest: { groups: [96000000-0000-4000-8000-000000000001] }
    approvers: { groups: [96000000-0000-4000-8000-000000000002] }
    approversChannel: { slackChannelId: C0APPROVE }
    durationsMinutes: [30, 60]
security:
  channel: { slackChannelId: C0SECURE }
`;

const enroll = (more: Partial<EnrollOptions> = {}) =>
  enrollTenant({
    config: file,
    tenant: SECOND_TENANT_ID,
    name: 'second',
    redirectUri,
    listen: false,
    write: false,
    homeName: 'home',
    say: (line) => void said.push(line),
    signal: new AbortController().signal,
    waitMs: 0,
    ...more,
  });
const PERIMETER = { perimeterUrl: 'https://perimeter-2.example', perimeterAudience: 'api://perimeter-2' };
const addressSaid = () => said.find((line) => line.startsWith('https://') && line.includes('/v2.0/adminconsent?')) ?? '';
const inBrowser = () => createBrowser({ ca: readFileSync(far.caFile, 'utf8') });
const second = () => {
  const [, realm] = far.realms;
  if (realm === undefined) throw new Error('no second tenant');
  return realm;
};

describe('a tenant that is brought in', () => {
  it('is asked for at the address of its cloud, with everything that the registration asks for', async () => {
    expect(await enroll()).toBe('begun');
    const url = new URL(addressSaid());
    expect(`${url.origin}${url.pathname}`).toBe(`${far.loginUrl}/${SECOND_TENANT_ID}/v2.0/adminconsent`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: BOT_APP.clientId,
      scope: `${far.graphUrl}/.default`,
      redirect_uri: redirectUri,
      state: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(readFileSync(`${file}.enroll.json`, 'utf8')).not.toContain(url.searchParams.get('state'));
    expect(statSync(`${file}.enroll.json`).mode & 0o777).toBe(0o600);
  });

  it('is proven by a token of it once an administrator there has accepted, and written with every comment kept', async () => {
    const running = enroll({ listen: true, write: true, ...PERIMETER });
    while (addressSaid() === '') await new Promise((resolve) => setTimeout(resolve, 5));
    const first = await inBrowser().open(addressSaid());
    const page = await (await first.click(GINA.name)).click('Accept');
    expect(page.text).toContain('Go back to the terminal');
    expect(await running).toBe('whole');
    expect(said.join('\n')).toContain(`has a token of tenant ${SECOND_TENANT_ID}`);
    expect(said.join('\n')).toMatch(/granted {2}User\.Read\.All/);
    const text = readFileSync(file, 'utf8');
    for (const comment of [
      '# Hallpass of our company',
      '# where we began',
      '# to be federated soon',
      '# in the rack on the left',
      '# harmless',
    ])
      expect(text).toContain(comment);
    const { tenants, entitlements } = readHallpassConfig(file);
    expect(tenants.map(({ name, tenantId, perimeter }) => [name, tenantId, perimeter.url])).toEqual([
      ['home', TENANT_ID, 'https://perimeter.example'],
      ['second', SECOND_TENANT_ID, 'https://perimeter-2.example'],
    ]);
    expect(entitlements.map(({ tenantId }) => tenantId)).toEqual([TENANT_ID]);
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  it('is shown and not written without --write, with what is missing and what is too much', async () => {
    await enroll();
    const answer = acceptedAnswer();
    const { applications, permissions } = second().tenant;
    applications.consent({ appId: BOT_APP.clientId, displayName: BOT_APP.name });
    permissions.set(BOT_APP.clientId, GRAPH_RESOURCE, ['User.Read.All', 'Directory.ReadWrite.All']);
    expect(await enroll({ answer })).toBe('lacking');
    expect(said.join('\n')).toMatch(/MISSING {2}GroupMember\.Read\.All\. .*Without it: /);
    expect(said.join('\n')).toContain('TOO MUCH Directory.ReadWrite.All');
    expect(said.join('\n')).toContain(`tenantId: ${SECOND_TENANT_ID}`);
    expect(readFileSync(file, 'utf8')).toBe(yaml());
  });

  const acceptedAnswer = () => `${redirectUri}?${new URLSearchParams({ ...ACCEPTED, state: stateSaid() }).toString()}`;
  const stateSaid = () => new URL(addressSaid()).searchParams.get('state') ?? '';
  const ACCEPTED = { admin_consent: 'True', tenant: SECOND_TENANT_ID };
  const answerWith = (fields: Readonly<Record<string, string>>) => `${redirectUri}?${new URLSearchParams(fields).toString()}`;

  it.each<[string, () => string, string]>([
    ['with another state', () => answerWith({ ...ACCEPTED, state: 'x'.repeat(43) }), 'consent.not-ours'],
    ['without a state', () => answerWith(ACCEPTED), 'consent.not-ours'],
    ['with two states', () => `${acceptedAnswer()}&state=${stateSaid()}`, 'consent.not-ours'],
    ['at another address', () => acceptedAnswer().replace('/enrolled', '/elsewhere'), 'consent.not-ours'],
    ['at another host', () => acceptedAnswer().replace('localhost', '127.0.0.1'), 'consent.not-ours'],
    ['that is no address', () => 'accepted!', 'consent.not-ours'],
    ['that nobody gave, although it says so', acceptedAnswer, 'identity.*'],
    [
      'that was declined, although it says admin_consent=True',
      () => `${acceptedAnswer()}&error=consent_required`,
      'consent.declined',
    ],
    ['that says nothing', () => answerWith({ state: stateSaid() }), 'consent.unintelligible'],
    ['that says False', () => answerWith({ ...ACCEPTED, admin_consent: 'False', state: stateSaid() }), 'consent.unintelligible'],
  ])('is not believed by an answer %s', async (_, answer, code) => {
    await enroll();
    await expect(enroll({ answer: answer(), write: true, ...PERIMETER })).rejects.toMatchObject({
      code: code.endsWith('*') ? expect.stringMatching(/^identity\./) : code,
    });
    expect(readFileSync(file, 'utf8')).toBe(yaml());
  });

  it('takes an answer once, and the last one that was asked for', async () => {
    await enroll();
    const old = acceptedAnswer();
    said = [];
    await enroll();
    second().tenant.applications.consent({ appId: BOT_APP.clientId, displayName: BOT_APP.name });
    await expect(enroll({ answer: old })).rejects.toMatchObject({ code: 'consent.not-ours' });
    const answer = acceptedAnswer();
    expect(await enroll({ answer })).toBe('lacking');
    await expect(enroll({ answer })).rejects.toMatchObject({ code: 'consent.none' });
  });

  it('is not the tenant that the answer names, but the one that was asked for', async () => {
    await enroll();
    second().tenant.applications.consent({ appId: BOT_APP.clientId, displayName: BOT_APP.name });
    const answer = answerWith({ ...ACCEPTED, tenant: TENANT_ID, state: stateSaid() });
    await enroll({ answer });
    expect(said.join('\n')).toContain(`has a token of tenant ${SECOND_TENANT_ID}`);
    expect(said.join('\n')).not.toContain(TENANT_ID);
  });

  it('is not written where the file would no longer be right, and nothing is left behind', async () => {
    await enroll();
    second().tenant.applications.consent({ appId: BOT_APP.clientId, displayName: BOT_APP.name });
    const twice = { perimeterUrl: 'https://perimeter.example', perimeterAudience: 'api://perimeter-2' };
    await expect(enroll({ answer: acceptedAnswer(), write: true, ...twice })).rejects.toMatchObject({ code: 'config.invalid' });
    expect(readFileSync(file, 'utf8')).toBe(yaml());
    expect(readdirSync(dirname(file))).toEqual(['hallpass.yaml']);
  });

  it('goes on waiting while other pages send browsers to it', async () => {
    const running = enroll({ listen: true });
    while (addressSaid() === '') await new Promise((resolve) => setTimeout(resolve, 5));
    second().tenant.applications.consent({ appId: BOT_APP.clientId, displayName: BOT_APP.name });
    expect((await fetch(answerWith({ ...ACCEPTED, state: 'guessed' }))).status).toBe(400);
    expect((await fetch(acceptedAnswer(), { method: 'POST' })).status).toBe(400);
    expect((await fetch(acceptedAnswer())).status).toBe(200);
    expect(await running).toBe('lacking');
  });

  it.each<[string, Partial<EnrollOptions>, string]>([
    ['every tenant at once', { tenant: 'organizations' }, 'usage.tenant'],
    ['a path', { tenant: 'x/../y' }, 'usage.tenant'],
    ['a tenant that is there already', { tenant: TENANT_ID.toUpperCase() }, 'usage.tenant'],
    ['a tenant that does not exist', { tenant: 'nobody.example' }, 'consent.no-such-tenant'],
    ['the model of a tenant that is not there', { like: 'third' }, 'usage.tenant'],
  ])('is refused for %s', async (_, options, code) => {
    await expect(enroll(options)).rejects.toMatchObject({ code });
  });

  it('is not asked for by a managed identity, which has tokens of its own tenant only', async () => {
    writeFileSync(file, yaml().replace('{ clientSecret: { env: TENANT_TEST_SECRET } }', '{ managedIdentity: {} }'));
    await expect(enroll()).rejects.toMatchObject({ code: 'usage.credential' });
  });
});

describe('a token that proves a tenant', () => {
  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['of it, for our application', { tid: SECOND_TENANT_ID, appid: BOT_APP.clientId }, 'proven'],
    ['of it, for our application, in version 2', { tid: SECOND_TENANT_ID, azp: BOT_APP.clientId.toUpperCase() }, 'proven'],
    ['of it, for another application', { tid: SECOND_TENANT_ID, appid: SECOND_TENANT_ID }, 'identity.other-app'],
    ['of it, for no application', { tid: SECOND_TENANT_ID }, 'identity.other-app'],
    ['of another tenant', { tid: TENANT_ID, appid: BOT_APP.clientId }, 'identity.other-tenant'],
  ])('is one %s', async (_, claims, expected) => {
    const login = await startHttps(({ path }) => {
      const base = `${login.url}/${SECOND_TENANT_ID}`;
      const endpoints = {
        issuer: `${base}/v2.0`,
        jwks_uri: `${base}/keys`,
        token_endpoint: `${base}/token`,
        authorization_endpoint: `${base}/authorize`,
      };
      const token = new UnsecuredJWT({ ...claims }).encode();
      return {
        status: 200,
        body: path.endsWith('/token') ? { token_type: 'Bearer', expires_in: 3_600, access_token: token } : endpoints,
      };
    });
    const cloud = { login: login.url, graph: 'https://graph.example', arm: login.url };
    const credential = { clientSecret: { env: 'TENANT_TEST_SECRET' } };
    const told = await proveTenant({ tenantId: SECOND_TENANT_ID, clientId: BOT_APP.clientId, cloud, credential }, 0).then(
      () => 'proven',
      (error: unknown) => String(Reflect.get(Object(error), 'code')),
    );
    expect(told).toBe(expected);
    await login.close();
  });
});

describe('the address of the consent', () => {
  it.each([
    ['AzureCloud', 'https://login.microsoftonline.com', 'https://graph.microsoft.com/.default'],
    ['AzureUSGovernment', 'https://login.microsoftonline.us', 'https://graph.microsoft.us/.default'],
    ['AzureChina', 'https://login.chinacloudapi.cn', 'https://microsoftgraph.chinacloudapi.cn/.default'],
  ] as const)('is of the cloud: %s', (cloud, login, scope) => {
    const { url } = consentRequest(
      { cloud, clientId: BOT_APP.clientId },
      'contoso.example',
      redirectUri,
      '2026-01-01T00:00:00.000Z',
    );
    expect(url.startsWith(`${login}/contoso.example/v2.0/adminconsent?`)).toBe(true);
    expect(new URL(url).searchParams.get('scope')).toBe(scope);
  });

  it('has another state each time', () => {
    const states = [1, 2, 3].map(() =>
      new URL(consentRequest(MODEL, SECOND_TENANT_ID, redirectUri, NOW).url).searchParams.get('state'),
    );
    expect(new Set(states).size).toBe(3);
  });
  const MODEL = { cloud: 'AzureCloud', clientId: BOT_APP.clientId } as const;
  const NOW = '2026-01-01T00:00:00.000Z';

  it('is answered within an hour, and not after', () => {
    const { url, pending } = consentRequest(MODEL, SECOND_TENANT_ID, redirectUri, NOW);
    const answer = `${redirectUri}?state=${new URL(url).searchParams.get('state') ?? ''}`;
    const at = (minutes: number) => Date.parse(NOW) + minutes * 60_000;
    expect(() => refuseUnlessOurs(answer, pending, at(60))).not.toThrow();
    expect(() => refuseUnlessOurs(answer, pending, at(60) + 1)).toThrow(expect.objectContaining({ code: 'consent.stale' }));
  });
});

describe('a tenant that is named by a domain', () => {
  it.each<[string, Answer, string]>([
    [
      'is the one whose sign-in answers there',
      { status: 200, body: { issuer: `https://x/${SECOND_TENANT_ID}/v2.0` } },
      SECOND_TENANT_ID,
    ],
    [
      'is none where the answer names none',
      { status: 200, body: { issuer: 'https://x/{tenantid}/v2.0' } },
      'consent.no-such-tenant',
    ],
    ['is none where the sign-in knows none', { status: 400, body: { error: 'invalid_tenant' } }, 'consent.no-such-tenant'],
    ['is not known where nobody answers', 'reset', 'identity.unavailable'],
  ])('%s', async (_, answer, expected) => {
    const login = await startHttps(() => answer);
    const cloud = { login: login.url, graph: login.url, arm: login.url };
    const told = await tenantIdOf('contoso.example', { cloud }).catch((error: unknown) =>
      String(Reflect.get(Object(error), 'code')),
    );
    expect(told).toBe(expected);
    expect(login.asked.map(({ path }) => path)).toEqual(['/contoso.example/v2.0/.well-known/openid-configuration']);
    await login.close();
  });
});

describe('the page on which administrators consent', () => {
  const open = async (change: (url: URL) => void = () => undefined) => {
    await enroll();
    const url = new URL(addressSaid());
    change(url);
    return inBrowser().open(url.href);
  };
  it.each<[string, (url: URL) => void, string]>([
    ['an application that nobody registered', (url) => url.searchParams.set('client_id', SECOND_TENANT_ID), 'AADSTS700016'],
    [
      'a redirect address that is not registered',
      (url) => url.searchParams.set('redirect_uri', 'http://localhost/x'),
      'AADSTS50011',
    ],
    ['no redirect address', (url) => url.searchParams.delete('redirect_uri'), 'AADSTS900971'],
    ['anything twice', (url) => url.searchParams.append('state', 'again'), 'AADSTS9002313'],
  ])('refuses %s', async (_, change, number) => {
    expect((await open(change)).text).toContain(number);
  });

  it('refuses an application of one tenant in every other', async () => {
    far.tenant.applications.change(BOT_APP.clientId, { signInAudience: 'AzureADMyOrg' });
    expect((await open()).text).toContain('AADSTS700016');
  });

  it('lets nobody accept who is no administrator', async () => {
    const page = await (await open()).click(RITA.name);
    expect(page.text).toContain('AADSTS90094');
    expect(second().tenant.applications.byAppId(BOT_APP.clientId)).toBeUndefined();
  });

  it('takes no button that another browser presses', async () => {
    const page = await open();
    const [form] = page.forms;
    const fields = { ctx: form?.fields.find(({ name }) => name === 'ctx')?.value ?? '', person: inSecondTenant(GINA.objectId) };
    expect(fields.ctx).not.toBe('');
    const action = new URL(form?.action ?? '', page.url);
    expect((await inBrowser().postFrom(action.origin, action.href, fields)).text).toContain('AADSTS165000');
    expect((await page.click(GINA.name)).has('Accept')).toBe(true);
  });

  it('takes a refusal back to the application, and grants nothing', async () => {
    const running = enroll({ listen: true });
    while (addressSaid() === '') await new Promise((resolve) => setTimeout(resolve, 5));
    const settled = running.catch((error: unknown) => error);
    const page = await (await inBrowser().open(addressSaid())).click(GINA.name);
    await page.click('Cancel');
    expect(await settled).toMatchObject({ code: 'consent.declined', message: expect.stringContaining('AADSTS65004') });
    expect(second().tenant.applications.byAppId(BOT_APP.clientId)).toBeUndefined();
  });
});

describe('the tenants of the file', () => {
  const withTwo = async (folder = '/var/lib/hallpass') => {
    const single = yaml().replace('/var/lib/hallpass', folder);
    writeFileSync(file, single);
    await enroll();
    second().tenant.applications.consent({ appId: BOT_APP.clientId, displayName: BOT_APP.name });
    const state = new URL(addressSaid()).searchParams.get('state') ?? '';
    const answer = `${redirectUri}?${new URLSearchParams({ admin_consent: 'True', state }).toString()}`;
    await enroll({ answer, write: true, ...PERIMETER });
    said = [];
  };

  it('are listed, for people and for programs', async () => {
    await withTwo();
    const tenants = listTenants(file);
    expect(tenants).toEqual([
      expect.objectContaining({ name: 'home', tenantId: TENANT_ID, credential: 'clientSecret', entitlements: ['global-reader'] }),
      expect.objectContaining({
        name: 'second',
        tenantId: SECOND_TENANT_ID,
        perimeter: 'https://perimeter-2.example',
        entitlements: [],
      }),
    ]);
    expect(tenantsText(tenants)).toContain('given there: nothing yet');
  });

  it('lose one with everything that names it, and what remains in the tenant is said', async () => {
    const world = await botWorld();
    await withTwo(world.folder);
    const before = readFileSync(file, 'utf8');
    await removeTenant({ config: file, name: 'second', write: false, say: (line) => void said.push(line) });
    expect(readFileSync(file, 'utf8')).toBe(before);
    await removeTenant({ config: file, name: 'second', write: true, say: (line) => void said.push(line) });
    expect(readHallpassConfig(file).tenants.map(({ name }) => name)).toEqual(['home']);
    expect(readFileSync(file, 'utf8')).toContain('# where we began');
    expect(said.join('\n')).toContain(`az ad sp delete --id ${BOT_APP.clientId}`);
    await world.close();
  });

  it('keep one of which something is open', async () => {
    const world = await botWorld();
    await world.submit(inSlack(WORLD_RITA));
    await withTwo(world.folder);
    const before = readFileSync(file, 'utf8');
    await expect(removeTenant({ config: file, name: 'home', write: true, say: () => undefined })).rejects.toMatchObject({
      code: 'tenant.in-use',
      message: expect.stringContaining('global-reader'),
    });
    expect(readFileSync(file, 'utf8')).toBe(before);
    await world.close();
  });

  it.each([
    ['the only one', 'usage.tenant'],
    ['one that is not there', 'usage.tenant'],
  ])('keep %s', async (which, code) => {
    const name = which === 'the only one' ? TENANT_ID : 'third';
    await expect(removeTenant({ config: file, name, write: true, say: () => undefined })).rejects.toMatchObject({ code });
  });
});
