import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ClientAssertionCredential, ManagedIdentityCredential } from '@azure/identity';
import { decodeJwt, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { Clock } from '../../../../src/access/core/clock.ts';
import {
  APPROVAL_APP,
  FOREIGN_TENANT_ID,
  PERIMETER_APP,
  PERIMETER_IDENTITY,
  RITA,
  TENANT_ID,
} from '../../../../src/playground/cast.ts';
import { GRAPH_RESOURCE } from '../../../../src/playground/microsoft/tenant/app-permissions.ts';
import type { FederatedCredential } from '../../../../src/playground/microsoft/tenant/applications.ts';
import { EXCHANGE_AUDIENCE, EXCHANGE_RESOURCE } from '../../../../src/playground/microsoft/tokens.ts';
import { text, trust } from '../far-end.ts';
import { type Scene, startScene } from './relying-party.ts';

let aheadMs = 0;
const now: Clock = { now: () => Date.now() + aheadMs, onMoved: () => () => undefined };

let scene: Scene;
beforeAll(async () => {
  scene = await startScene({ now });
  trust(scene.far);
});
afterAll(() => scene.close());
beforeEach(() => {
  aheadMs = 0;
  scene.far.tenant.reset();
});

const trusted = (changes: Partial<FederatedCredential> = {}): FederatedCredential => ({
  name: 'perimeter',
  issuer: scene.far.issuer,
  subject: PERIMETER_IDENTITY.principalId,
  audiences: [EXCHANGE_RESOURCE],
  ...changes,
});
const registration = (...federatedCredentials: readonly FederatedCredential[]) =>
  scene.far.tenant.applications.change(APPROVAL_APP.clientId, { federatedCredentials });

/** `client_credentials` for Graph with this assertion. */
async function exchange(assertion: string, clientId = APPROVAL_APP.clientId) {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    scope: 'https://graph.microsoft.com/.default',
  });
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  return scene.bench.raw('POST', `${scene.far.loginUrl}/${TENANT_ID}/oauth2/v2.0/token`, type, form.toString());
}
const numberOf = async (assertion: string, clientId?: string) => {
  const { status, body } = await exchange(assertion, clientId);
  return [status, body['error'], body['error_codes']?.[0]];
};
/** Claims of a good assertion, signed anew by this tenant's key. */
const forged = async (changes: JWTPayload) => scene.far.tokens.sign({ ...decodeJwt(await scene.assertion()), ...changes });

describe('the token of a managed identity for the exchange', () => {
  it('is of the same issuer as ID tokens, names the identity and lives for a day', async () => {
    const claims = decodeJwt(await scene.assertion());
    expect(claims).toMatchObject({
      iss: scene.far.issuer,
      aud: EXCHANGE_AUDIENCE,
      sub: PERIMETER_IDENTITY.principalId,
      oid: PERIMETER_IDENTITY.principalId,
      azp: PERIMETER_IDENTITY.clientId,
      idtyp: 'app',
      ver: '2.0',
    });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(86_699);
  });

  it.each([
    ['without its name', {}],
    ['with the name of another', { client_id: PERIMETER_APP.clientId }],
  ])('is not given %s', async (_, query) => {
    const url = new URL(scene.far.identityEndpoint);
    url.search = new URLSearchParams({ 'api-version': '2019-08-01', resource: EXCHANGE_RESOURCE, ...query }).toString();
    expect((await fetch(url, { headers: { 'x-identity-header': scene.far.identityHeader } })).status).toBe(400);
  });

  it('is not had at the token endpoint, where an identity is no application', async () => {
    expect(await numberOf(await scene.assertion(), PERIMETER_IDENTITY.clientId)).toEqual([400, 'unauthorized_client', 700_016]);
  });
});

describe('in place of a secret', () => {
  it('it opens for the application what the application may', async () => {
    scene.far.tenant.permissions.set(APPROVAL_APP.clientId, GRAPH_RESOURCE, ['User.Read.All']);
    const token = text((await exchange(await scene.assertion())).body['access_token']);
    expect((await scene.bench.graph({ token }, 'GET', `/users/${RITA.objectId}`)).body['displayName']).toBe(RITA.name);
    expect(decodeJwt(token)).toMatchObject({ appid: APPROVAL_APP.clientId, oid: APPROVAL_APP.principalId });
  });

  it('it works the way Microsoft’s own library does it', async () => {
    process.env['IDENTITY_ENDPOINT'] = scene.far.identityEndpoint;
    process.env['IDENTITY_HEADER'] = scene.far.identityHeader;
    const identity = new ManagedIdentityCredential({ clientId: PERIMETER_IDENTITY.clientId });
    const options = { authorityHost: scene.far.loginUrl, disableInstanceDiscovery: true, retryOptions: { maxRetries: 0 } };
    const asserting = async () => (await identity.getToken(`${EXCHANGE_RESOURCE}/.default`)).token;
    const credential = new ClientAssertionCredential(TENANT_ID, APPROVAL_APP.clientId, asserting, options);
    expect((await credential.getToken('https://graph.microsoft.com/.default')).token).toMatch(/^ey/);
    delete process.env['IDENTITY_ENDPOINT'];
    delete process.env['IDENTITY_HEADER'];
  });

  it('one of several trusted identities is enough', async () => {
    registration(trusted({ name: 'other', subject: RITA.objectId }), trusted());
    expect((await exchange(await scene.assertion())).status).toBe(200);
  });

  it('a disabled application is refused all the same', async () => {
    scene.far.tenant.applications.setEnabled(APPROVAL_APP.clientId, false);
    expect(await numberOf(await scene.assertion())).toEqual([401, 'unauthorized_client', 7_000_112]);
  });
});

describe('what the registration says is compared letter by letter', () => {
  it.each<[what: string, credentials: () => readonly FederatedCredential[], number: number]>([
    ['no federated credential', () => [], 70_025],
    ['another issuer', () => [trusted({ issuer: 'https://token.actions.githubusercontent.com' })], 700_211],
    ['the issuer with a slash behind', () => [trusted({ issuer: `${scene.far.issuer}/` })], 700_211],
    ['the version 1 issuer', () => [trusted({ issuer: `https://sts.windows.net/${TENANT_ID}/` })], 700_211],
    ['another subject', () => [trusted({ subject: PERIMETER_IDENTITY.clientId })], 700_213],
    ['the subject in capitals', () => [trusted({ subject: PERIMETER_IDENTITY.principalId.toUpperCase() })], 7_002_138],
    ['another audience', () => [trusted({ audiences: ['api://AzureADTokenExchangeUSGov'] })], 700_212],
    ['the audience as the token has it', () => [trusted({ audiences: [EXCHANGE_AUDIENCE] })], 700_214],
  ])('%s', async (_, credentials, number) => {
    registration(...credentials());
    const [status, error, told] = await numberOf(await scene.assertion());
    expect([status, error, told]).toEqual([401, 'invalid_client', number]);
  });
});

describe('no other token is taken', () => {
  it.each<[what: string, assertion: () => Promise<string>, status: number, error: string, number: number]>([
    ['something that is no token', () => Promise.resolve('ey.ey.ey'), 400, 'invalid_request', 50_027],
    ['one for another resource', () => forged({ aud: GRAPH_RESOURCE }), 401, 'invalid_client', 700_212],
    ['one of another application', () => forged({ sub: PERIMETER_APP.principalId }), 401, 'invalid_client', 700_226],
    ['one of a person', () => forged({ idtyp: 'user', sub: RITA.objectId }), 401, 'invalid_client', 700_229],
    ['one that says nothing of what it is', () => forged({ idtyp: undefined }), 401, 'invalid_client', 700_229],
    ['one that has expired', () => forged({ exp: Math.floor(Date.now() / 1_000) - 1 }), 401, 'invalid_client', 700_024],
    ['one that is not valid yet', () => forged({ nbf: Math.floor(Date.now() / 1_000) + 60 }), 401, 'invalid_client', 700_024],
    [
      'one of another tenant',
      () => forged({ iss: `${scene.far.loginUrl}/${FOREIGN_TENANT_ID}/v2.0` }),
      401,
      'invalid_client',
      700_211,
    ],
    ['one that the application made itself', () => forged({ iss: APPROVAL_APP.clientId }), 401, 'invalid_client', 700_027],
    ['one signed by somebody else', selfSigned, 401, 'invalid_client', 50_012],
    ['one without a signature', unsigned, 401, 'invalid_client', 50_012],
  ])('%s', async (_, assertion, status, error, number) => {
    expect(await numberOf(await assertion())).toEqual([status, error, number]);
  });

  it('of another tenant of Entra, not even where the registration names it', async () => {
    const issuer = `${scene.far.loginUrl}/${FOREIGN_TENANT_ID}/v2.0`;
    registration(trusted({ issuer }));
    expect((await numberOf(await forged({ iss: issuer }))).at(-1)).toBe(700_236);
  });

  it('of a system-assigned identity, not even where the registration names it', async () => {
    const { applications } = scene.far.tenant;
    const system = { appId: '1de70000-0000-4000-8000-000000000006', servicePrincipalId: '1de70000-0000-4000-8000-0000000000a6' };
    applications.add({ ...system, displayName: 'site', objectId: undefined, servicePrincipalType: 'ManagedIdentity' });
    registration(trusted({ subject: system.servicePrincipalId }));
    const url = new URL(scene.far.managedIdentity.endpoint);
    url.search = new URLSearchParams({ 'api-version': '2019-08-01', resource: EXCHANGE_RESOURCE }).toString();
    const answer = await fetch(url, { headers: { 'x-identity-header': scene.far.managedIdentity.headerOf(system.appId) } });
    const { access_token: token } = (await answer.json()) as { readonly access_token: string };
    expect((await numberOf(token)).at(-1)).toBe(700_226);
  });

  it('of an application that asks for one itself, as a chain of applications would', async () => {
    registration(trusted({ subject: PERIMETER_APP.principalId }));
    const chained = await scene.bench.tokenOf(PERIMETER_APP.clientId, `${EXCHANGE_RESOURCE}/.default`);
    expect((await numberOf(text(chained.body['access_token']))).at(-1)).toBe(700_226);
  });

  it('that is a day old', async () => {
    const assertion = await scene.assertion();
    aheadMs = 24 * 60 * 60_000;
    expect((await numberOf(assertion)).at(-1)).toBe(700_024);
  });

  async function selfSigned(): Promise<string> {
    const { privateKey } = await generateKeyPair('RS256');
    const kid = scene.far.tokens.jwks.keys[0]?.kid ?? '';
    return new SignJWT(decodeJwt(await scene.assertion())).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
  }
  async function unsigned(): Promise<string> {
    const [, payload] = (await scene.assertion()).split('.');
    return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
  }
});
