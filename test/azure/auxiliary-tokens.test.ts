import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { promisify } from 'node:util';
import type { TokenCredential } from '@azure/identity';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { transportClock } from '../../src/access/core/clock.ts';
import { createArmClient } from '../../src/azure/arm-client.ts';
import { AUXILIARY_AT_MOST, auxiliaryTokens } from '../../src/azure/auxiliary-tokens.ts';
import { createCredential } from '../../src/identity/credential.ts';
import { tenantBound } from '../../src/identity/tenant-bound.ts';
import { createLog } from '../../src/observe/log.ts';
import { PERIMETER_APP, RITA, SECOND_TENANT_ID, TENANT_ID } from '../../src/playground/cast.ts';
import { subscriptionOf } from '../../src/playground/microsoft/arm/auxiliary.ts';
import { type MicrosoftFarEnd, startMicrosoft } from '../../src/playground/microsoft/start.ts';
import { AZURE_ROLES, SHOP_SCOPE, SUBSCRIPTION_SCOPE } from '../../src/playground/microsoft/tenant/azure-assignments.ts';
import type { Answer, HttpsServer } from '../support/https-server.ts';
import { startHttps } from '../support/https-server.ts';
import { armError, order } from './azure-order.ts';

const quiet = createLog('perimeter', 'silent');
const credential = (token: string): TokenCredential => ({
  getToken: () => Promise.resolve({ token, expiresOnTimestamp: Date.now() + 3_600_000 }),
});
const HEADER = 'x-ms-authorization-auxiliary';

describe('tokens of other tenants', () => {
  let azure: HttpsServer;
  afterEach(async () => azure.close());
  const armOn = (...tokens: readonly string[]) =>
    createArmClient({ armUrl: azure.url, credential: credential('ours'), auxiliary: tokens.map(credential), log: quiet });
  const headers = () => azure.asked.map(({ headers: sent }) => [sent.authorization, sent[HEADER]]);
  const linkedUnlessShown = ({ headers: sent }: { readonly headers: Readonly<Record<string, unknown>> }): Answer =>
    sent[HEADER] === undefined ? armError(403, 'LinkedAuthorizationFailed') : { status: 200, body: { value: [] } };

  it('go with a call that touches another tenant, once Azure has said that it does, and never before', async () => {
    azure = await startHttps(linkedUnlessShown);
    await armOn('first', 'second').assignments(order);
    expect(headers()).toEqual([
      ['Bearer ours', undefined],
      ['Bearer ours', 'Bearer first, Bearer second'],
    ]);
  });

  it.each([
    ['a call that touches this tenant alone', { status: 200, body: { value: [] } }],
    ['a call that Azure refuses for another reason', armError(403, 'AuthorizationFailed')],
    ['a call whose refusal cannot be read', { status: 403, body: 'no JSON' }],
  ])('stay here with %s', async (_, answer) => {
    azure = await startHttps(() => answer);
    await armOn('first')
      .assignments(order)
      .catch(() => undefined);
    expect(headers()).toEqual([['Bearer ours', undefined]]);
  });

  it('are asked for no second time when Azure still refuses', async () => {
    azure = await startHttps(() => armError(403, 'LinkedAuthorizationFailed'));
    await expect(armOn('first').assignments(order)).rejects.toMatchObject({ code: 'directory.forbidden' });
    expect(azure.asked).toHaveLength(2);
  });

  it('go to the configured address alone, whatever address the call is for', async () => {
    azure = await startHttps(() => armError(403, 'LinkedAuthorizationFailed'));
    const sent: unknown[] = [];
    const call = { url: 'https://elsewhere.example/x', headers: { set: (...pair: unknown[]) => sent.push(pair) } };
    const answer = { status: 403, bodyAsText: JSON.stringify(Object(armError(403, 'LinkedAuthorizationFailed')).body) };
    const policy = auxiliaryTokens(azure.url, [credential('first')]);
    const send = (url: string) =>
      policy.sendRequest({ ...call, url } as never, () => Promise.resolve(answer as never)).then(() => sent.length);
    expect(await send(call.url)).toBe(0);
    expect(await send(`${azure.url}/x`)).toBe(1);
  });

  it(`are ${AUXILIARY_AT_MOST} at most`, async () => {
    azure = await startHttps(linkedUnlessShown);
    await armOn('1', '2', '3').assignments(order);
    expect(headers().at(-1)).toEqual(['Bearer ours', 'Bearer 1, Bearer 2, Bearer 3']);
    expect(() => armOn('1', '2', '3', '4')).toThrow(expect.objectContaining({ code: 'config.invalid' }));
  });

  it('stand in no log, however much is said', async () => {
    azure = await startHttps(linkedUnlessShown);
    const script = join(import.meta.dirname, 'support/verbose-call.ts');
    const env = { ...process.env, AZURE_LOG_LEVEL: 'verbose', NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const said = await promisify(execFile)(process.execPath, [script, azure.url, 'planted-in-the-header'], { env });
    expect(headers().at(-1)).toEqual(['Bearer ours', 'Bearer planted-in-the-header']);
    const text = said.stdout + said.stderr;
    expect(text).toContain(HEADER);
    expect(text).not.toContain('planted-in-the-header');
  });
});

describe('a role in Azure that is linked with something of another tenant', () => {
  let far: MicrosoftFarEnd;
  let link: string;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'auxiliary-'));
    far = await startMicrosoft({ clock: transportClock, folder, limits: 'off', otherTenants: [SECOND_TENANT_ID] });
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(far.caFile, 'utf8')]);
    const { second } = realms();
    second.tenant.applications.consent(PERIMETER_APP_NAMED);
    const identity = 'resourceGroups/links/providers/Microsoft.ManagedIdentity/userAssignedIdentities/builder';
    link = `/subscriptions/${subscriptionOf(second.tenant)}/${identity}`;
  });
  afterAll(async () => far.close());

  const PERIMETER_APP_NAMED = { appId: PERIMETER_APP.clientId, displayName: PERIMETER_APP.name };
  const realms = () => {
    const [home, second] = far.realms;
    if (second === undefined) throw new Error('no second tenant');
    return { home, second };
  };
  const credentialIn = (tenantId: string) => {
    process.env['AUXILIARY_TEST'] = far.tenant.clientSecretOf(PERIMETER_APP.clientId);
    const { loginUrl: login, graphUrl: graph, armUrl: arm } = far;
    const setting = { tenantId, clientId: PERIMETER_APP.clientId, cloud: { login, graph, arm } };
    return tenantBound(createCredential({ ...setting, credential: { clientSecret: { env: 'AUXILIARY_TEST' } } }), tenantId);
  };
  const armWith = (auxiliary: readonly TokenCredential[]) =>
    createArmClient({ armUrl: far.armUrl, credential: credentialIn(TENANT_ID), auxiliary, log: quiet });
  const put = (auxiliary: readonly TokenCredential[], delegatedManagedIdentityResourceId: string) => {
    const target = { kind: 'azureRole', scope: SHOP_SCOPE, roleDefinitionId: AZURE_ROLES.reader.id } as const;
    return armWith(auxiliary).putAssignment({ ...order, target }, randomUUID(), {
      roleDefinitionId: `${SUBSCRIPTION_SCOPE}/providers/Microsoft.Authorization/roleDefinitions/${AZURE_ROLES.reader.id}`,
      principalId: RITA.objectId,
      principalType: 'User',
      delegatedManagedIdentityResourceId,
    });
  };

  it('is refused to whoever shows no token of that tenant, and given to whoever does', async () => {
    await expect(put([], link)).rejects.toMatchObject({ code: 'directory.forbidden' });
    await put([credentialIn(SECOND_TENANT_ID)], link);
    expect(far.tenant.azure.all().some(({ principalId }) => principalId === RITA.objectId)).toBe(true);
  });

  it('asks nothing more of a link within its own tenant', async () => {
    far.tenant.azure.reset();
    await put([], link.replace(subscriptionOf(realms().second.tenant), subscriptionOf(far.tenant)));
    expect(far.tenant.azure.all().some(({ principalId }) => principalId === RITA.objectId)).toBe(true);
  });

  it.each<[string, () => Promise<string>, number]>([
    ['one good token', () => good(), 200],
    ['three good ones', async () => [await good(), await good(), await good()].join(', '), 200],
    ['four good ones', async () => [await good(), await good(), await good(), await good()].join(', '), 400],
    ['one that is over among good ones', async () => [await good(), await over()].join(', '), 401],
    ['one for another audience', () => forGraph(), 401],
    ['no bearer token', () => Promise.resolve('Basic eDp5'), 400],
    ['one that nobody signed', async () => `${(await good()).slice(0, -8)}AAAAAAAA`, 401],
  ])('shows Azure %s', async (_, header, status) => {
    expect(await statusWith(await header())).toBe(status);
  });

  const good = async () => {
    const token = await credentialIn(SECOND_TENANT_ID).getToken(`${far.armUrl}/.default`);
    return `Bearer ${token?.token ?? ''}`;
  };
  const forGraph = async () => {
    const token = await credentialIn(SECOND_TENANT_ID).getToken(`${far.graphUrl}/.default`);
    return `Bearer ${token?.token ?? ''}`;
  };
  const over = async () => {
    const { tokens } = realms().second;
    const at = Math.floor(Date.now() / 1_000);
    const claims = { aud: 'https://management.azure.com', iss: tokens.issuerV1, tid: SECOND_TENANT_ID, ver: '1.0' };
    return `Bearer ${await tokens.sign({ ...claims, iat: at - 7_200, nbf: at - 7_200, exp: at - 3_600 })}`;
  };
  const statusWith = async (auxiliary: string) => {
    const own = await credentialIn(TENANT_ID).getToken(`${far.armUrl}/.default`);
    const headers = { authorization: `Bearer ${own?.token ?? ''}`, [HEADER]: auxiliary };
    const address = `${far.armUrl}${SHOP_SCOPE}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01`;
    return new Promise<number | undefined>((resolve, reject) => {
      request(address, { headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
  };
});
