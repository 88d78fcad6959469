import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ClientSecretCredential, ManagedIdentityCredential } from '@azure/identity';
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose';
import {
  BOT_APP,
  FOREIGN_TENANT_ID,
  PERIMETER_APP,
  PERIMETER_AUDIENCE,
  TEAMS_APP_ID,
  TENANT_ID,
} from '../../../src/playground/cast.ts';
import { type Bench, startBench, trust } from './far-end.ts';

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
  trust(bench.far);
});
afterAll(() => bench.close());
beforeEach(() => bench.far.tenant.reset());

function credential(appId: string, secret = bench.far.tenant.clientSecretOf(appId)): ClientSecretCredential {
  const options = { authorityHost: bench.far.loginUrl, disableInstanceDiscovery: true, retryOptions: { maxRetries: 0 } };
  return new ClientSecretCredential(TENANT_ID, appId, secret, options);
}

describe('a token from a client secret', () => {
  it.each([
    ['Graph', BOT_APP.clientId, 'https://graph.microsoft.com/.default', 'https://graph.microsoft.com', 'Application.Read.All'],
    ['the perimeter', BOT_APP.clientId, `${PERIMETER_AUDIENCE}/.default`, PERIMETER_AUDIENCE, 'Access.Give'],
    ['Azure', BOT_APP.clientId, 'https://management.azure.com/.default', 'https://management.azure.com', undefined],
    ['the Bot Connector', TEAMS_APP_ID, 'https://api.botframework.com/.default', 'https://api.botframework.com', undefined],
  ])('for %s says who, for whom and what was granted', async (_, appId, scope, audience, role) => {
    const { token, expiresOnTimestamp } = await credential(appId).getToken(scope);
    const keys = await bench.raw('GET', `${bench.far.loginUrl}/${TENANT_ID}/discovery/v2.0/keys`, {});
    const jwks = createLocalJWKSet(keys.body as unknown as JSONWebKeySet);
    const { payload } = await jwtVerify(token, jwks, { audience, issuer: `https://sts.windows.net/${TENANT_ID}/` });
    expect(payload).toMatchObject({ tid: TENANT_ID, appid: appId, idtyp: 'app', ver: '1.0' });
    const roles = payload['roles'];
    expect(Array.isArray(roles) ? roles : []).toEqual(role === undefined ? [] : expect.arrayContaining([role]));
    expect(expiresOnTimestamp).toBeGreaterThan(Date.now() + 50 * 60_000);
    await expect(bench.far.verifyToken(`Bearer ${token}`, audience)).resolves.toMatchObject({ appid: appId });
    await expect(bench.far.verifyToken(token, 'https://else.example')).rejects.toMatchObject({ code: 'token.audience' });
  });

  it('can be asked for by the addresses that stand for Microsoft here', async () => {
    const { token } = await credential(BOT_APP.clientId).getToken(`${bench.far.graphUrl}/.default`);
    expect(decodeJwt(token).aud).toBe('https://graph.microsoft.com');
    const azure = await credential(BOT_APP.clientId).getToken(`${bench.far.armUrl}/.default`);
    expect(decodeJwt(azure.token)).toMatchObject({ aud: 'https://management.azure.com', oid: BOT_APP.principalId });
  });

  it('has the second form where the registration of the API says so', async () => {
    bench.far.tenant.applications.setTokenVersion(PERIMETER_APP.clientId, 2);
    const { token } = await credential(BOT_APP.clientId).getToken(`${PERIMETER_AUDIENCE}/.default`);
    const payload = decodeJwt(token);
    expect(payload).toMatchObject({
      aud: PERIMETER_APP.clientId,
      iss: `${bench.far.loginUrl}/${TENANT_ID}/v2.0`,
      azp: BOT_APP.clientId,
      ver: '2.0',
      roles: ['Access.Give'],
    });
    expect(payload['appid']).toBeUndefined();
    const metadata = await bench.raw('GET', `${bench.far.loginUrl}/${TENANT_ID}/v2.0/.well-known/openid-configuration`, {});
    expect(metadata.body['issuer']).toBe(payload.iss);
  });
});

describe('a token from the managed identity endpoint', () => {
  const before = { endpoint: process.env['IDENTITY_ENDPOINT'], header: process.env['IDENTITY_HEADER'] };
  afterAll(() => {
    for (const [name, value] of [
      ['IDENTITY_ENDPOINT', before.endpoint],
      ['IDENTITY_HEADER', before.header],
    ] as const)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  });

  it('is the one of the application whose header comes along', async () => {
    process.env['IDENTITY_ENDPOINT'] = bench.far.managedIdentity.endpoint;
    process.env['IDENTITY_HEADER'] = bench.far.managedIdentity.headerOf(PERIMETER_APP.clientId);
    const { token } = await new ManagedIdentityCredential().getToken('https://graph.microsoft.com/.default');
    expect(decodeJwt(token)).toMatchObject({ appid: PERIMETER_APP.clientId, oid: PERIMETER_APP.principalId });
  });

  it.each([
    ['another header', (header: string) => [header.replace(/.$/, '!'), ''] as const, 401],
    ['the identity of somebody else', (header: string) => [header, `&client_id=${BOT_APP.clientId}`] as const, 400],
  ])('is refused to %s', async (_, change, status) => {
    const { endpoint, headerOf } = bench.far.managedIdentity;
    const [header, more] = change(headerOf(PERIMETER_APP.clientId));
    const url = `${endpoint}?api-version=2019-08-01&resource=https://graph.microsoft.com${more}`;
    const answer = await fetch(url, { headers: { 'X-IDENTITY-HEADER': header } });
    expect(answer.status).toBe(status);
  });
});

it('says to an API that its caller is no person only where the API asks for it', async () => {
  const typeOf = async (scope: string) => decodeJwt((await credential(BOT_APP.clientId).getToken(scope)).token)['idtyp'];
  expect(await typeOf(`${PERIMETER_AUDIENCE}/.default`)).toBe('app');
  bench.far.tenant.applications.change(PERIMETER_APP.clientId, { optionalClaims: { idToken: [], accessToken: [] } });
  expect(await typeOf(`${PERIMETER_AUDIENCE}/.default`)).toBeUndefined();
  expect(await typeOf('https://graph.microsoft.com/.default')).toBe('app');
});

describe('sign-in refuses', () => {
  const form = (change: Record<string, string | undefined>) => {
    const fields = {
      grant_type: 'client_credentials',
      client_id: BOT_APP.clientId,
      client_secret: bench.far.tenant.clientSecretOf(BOT_APP.clientId),
      scope: 'https://graph.microsoft.com/.default',
      ...change,
    };
    return new URLSearchParams(
      Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined),
    ).toString();
  };
  const send = (body: string, tenant = TENANT_ID) =>
    bench.raw(
      'POST',
      `${bench.far.loginUrl}/${tenant}/oauth2/v2.0/token`,
      { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    );

  it('nothing of a right request', async () => {
    expect((await send(form({}))).status).toBe(200);
  });

  it.each([
    ['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client', 7_000_215],
    ['an unknown application', { client_id: FOREIGN_TENANT_ID }, 400, 'unauthorized_client', 700_016],
    ['no secret', { client_secret: undefined }, 401, 'invalid_client', 7_000_218],
    [
      'an assertion that is none',
      { client_assertion: 'a.b.c', client_assertion_type: JWT_BEARER, client_secret: undefined },
      400,
      'invalid_request',
      50_027,
    ],
    ['an assertion of no type', { client_assertion: 'a.b.c', client_secret: undefined }, 400, 'invalid_request', 900_144],
    [
      'an assertion of another type',
      { client_assertion: 'a.b.c', client_assertion_type: 'saml' },
      400,
      'invalid_request',
      90_023,
    ],
    ['no grant type', { grant_type: undefined }, 400, 'invalid_request', 900_144],
    ['another grant type', { grant_type: 'password' }, 400, 'unsupported_grant_type', 70_003],
    ['no scope', { scope: undefined }, 400, 'invalid_request', 900_144],
    ['a delegated scope', { scope: 'https://graph.microsoft.com/User.Read' }, 400, 'invalid_scope', 1_002_012],
    ['an unknown resource', { scope: 'api://nowhere/.default' }, 400, 'invalid_resource', 500_011],
  ])('%s', async (_, change, status, error, number) => {
    const answer = await send(form(change));
    expect([answer.status, answer.body['error'], answer.body['error_codes']?.[0]]).toEqual([status, error, number]);
    expect(answer.body['error_description']).toMatch(new RegExp(`^AADSTS${number}: .*Trace ID: .*Correlation ID: .*Timestamp: `));
  });

  it('an unknown tenant', async () => {
    const answer = await send(form({}), FOREIGN_TENANT_ID);
    expect([answer.status, answer.body['error_codes']?.[0]]).toEqual([400, 90_002]);
  });

  it('a secret that has expired', async () => {
    const secret = bench.far.tenant.addSecret(BOT_APP.clientId, 'short', Date.now() - 1_000);
    expect((await send(form({ client_secret: secret.secretText }))).body['error_codes']?.[0]).toBe(7_000_222);
  });

  it('an application that is switched off', async () => {
    bench.far.tenant.applications.setEnabled(BOT_APP.clientId, false);
    expect((await send(form({}))).body['error_codes']?.[0]).toBe(7_000_112);
  });

  it('more than a form needs', async () => {
    expect((await send('x'.repeat(70_000))).status).toBe(413);
  });

  it('so that the SDK says which error it was', async () => {
    const refused = credential(BOT_APP.clientId, 'wrong').getToken('https://graph.microsoft.com/.default');
    await expect(refused).rejects.toThrow(/^invalid_client: Error\(s\): 7000215 /);
  });
});
