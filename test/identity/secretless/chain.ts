import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { AppError } from '../../../src/access/core/app-error.ts';
import { transportClock } from '../../../src/access/core/clock.ts';
import type { CloudSetting, PublishedCloud, TenantSetting } from '../../../src/config/parts.ts';
import { createGraphClient } from '../../../src/entra/graph-client.ts';
import { MEANINGS, WITHOUT_NUMBER } from '../../../src/identity/aadsts.ts';
import { exchangeAudience } from '../../../src/identity/client-assertion.ts';
import { createCredential } from '../../../src/identity/credential.ts';
import { createLog, describeError } from '../../../src/observe/log.ts';
import { PERIMETER_IDENTITY, RITA, SECOND_TENANT_ID, TENANT_ID } from '../../../src/playground/cast.ts';
import { type MicrosoftFarEnd, startMicrosoft } from '../../../src/playground/microsoft/start.ts';
import { GRAPH_RESOURCE } from '../../../src/playground/microsoft/tenant/app-permissions.ts';
import type { FederatedCredential } from '../../../src/playground/microsoft/tenant/applications.ts';
import { inSecondTenant } from '../../../src/playground/microsoft/tenant/place.ts';

/** Where the process finds its identity: in App Service, or on a virtual machine. */
export type Host = 'App Service' | 'a virtual machine';

interface Stage {
  /** Of the application, in the tenant of the identity; consented to in the second. */
  readonly clientId: string;
  readonly identity: { readonly clientId: string; readonly principalId: string };
}

/**
 * The chain without a secret, over real HTTP and through the product's own credential: a managed identity of the first tenant → its token for the
 * exchange → a token of the application in the second tenant → Graph there. A file of its own for each: @azure/msal-node keeps the first
 * source of identities that it finds for as long as its module lives.
 */
export function describeChain(like: PublishedCloud, host: Host): void {
  let far: MicrosoftFarEnd;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hallpass-chain-'));
    far = await startMicrosoft({ clock: transportClock, folder, limits: 'off', like, otherTenants: [SECOND_TENANT_ID] });
    const { endpoint, headerOf, metadataHostOf } = far.managedIdentity;
    if (host === 'App Service') {
      process.env['IDENTITY_ENDPOINT'] = endpoint;
      process.env['IDENTITY_HEADER'] = headerOf(PERIMETER_IDENTITY.clientId);
    } else process.env['AZURE_POD_IDENTITY_AUTHORITY_HOST'] = metadataHostOf(PERIMETER_IDENTITY.clientId);
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(far.caFile, 'utf8')]);
  });
  afterAll(async () => {
    for (const name of ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'AZURE_POD_IDENTITY_AUTHORITY_HOST']) delete process.env[name];
    await far.close();
  });

  /** Everything that an administrator sets up, with what this test does differently; the process has all its identities at one place. */
  function stage(changes: Partial<FederatedCredential> = {}, { realm = 0, isUserAssigned = true } = {}): Stage {
    const [clientId, identityId, principalId] = [randomUUID(), randomUUID(), randomUUID()];
    const [home, second] = far.realms;
    if (second === undefined) throw new Error('no second tenant');
    const where = far.realms[realm] ?? home;
    for (const each of far.realms) each.tenant.applications.reset();
    where.tenant.applications.add({
      appId: identityId,
      displayName: 'host',
      objectId: undefined,
      servicePrincipalId: principalId,
      servicePrincipalType: 'ManagedIdentity',
      isUserAssigned,
    });
    const trust = { name: 'host', issuer: home.issuer, subject: principalId, audiences: [exchangeAudience(like)], ...changes };
    const app = home.tenant.applications.add({
      appId: clientId,
      displayName: 'Hallpass, in several tenants',
      signInAudience: 'AzureADMultipleOrgs',
      federatedCredentials: [trust],
    });
    second.tenant.applications.consent(app);
    second.tenant.permissions.set(clientId, GRAPH_RESOURCE, ['User.Read.All']);
    far.managedIdentity.assign(PERIMETER_IDENTITY.clientId, identityId);
    return { clientId, identity: { clientId: identityId, principalId } };
  }

  const cloud = (): CloudSetting => ({ login: far.loginUrl, graph: far.graphUrl, arm: far.armUrl, like });
  const setting = ({ clientId, identity }: Stage, changes: Partial<TenantSetting> = {}): TenantSetting => ({
    tenantId: SECOND_TENANT_ID,
    cloud: cloud(),
    clientId,
    credential: { federated: { managedIdentity: { clientId: identity.clientId } } },
    ...changes,
  });
  const tokenOf = async (one: TenantSetting) => (await createCredential(one).getToken(`${far.graphUrl}/.default`))?.token ?? '';

  const refusalOf = (one: TenantSetting): Promise<AppError> =>
    tokenOf(one).then(
      () => Promise.reject(new Error('a token was given')),
      (error: AppError) => error,
    );

  describe(`a managed identity in ${host} of ${like}, for an application in another tenant`, () => {
    it('opens Graph there, and only there', async () => {
      const staged = stage();
      const token = await tokenOf(setting(staged));
      expect(decodeJwt(token)).toMatchObject({ tid: SECOND_TENANT_ID, appid: staged.clientId, roles: ['User.Read.All'] });
      const graph = createGraphClient({
        graphUrl: far.graphUrl,
        credential: createCredential(setting(staged)),
        log: createLog('bot', 'silent'),
      });
      const query = { $select: 'displayName,id' };
      expect(await graph.get(`/users/${inSecondTenant(RITA.objectId)}`, { query })).toMatchObject({ displayName: RITA.name });
      await expect(graph.get(`/users/${RITA.objectId}`, { query })).rejects.toMatchObject({ code: 'directory.not-found' });
    });

    it('opens its own tenant the same way', async () => {
      const staged = stage();
      const token = await tokenOf(setting(staged, { tenantId: TENANT_ID }));
      expect(decodeJwt(token)).toMatchObject({ tid: TENANT_ID, appid: staged.clientId });
    });

    const second = () => far.realms[1]?.issuer ?? '';
    it.each<[what: string, number: number, () => TenantSetting]>([
      ['another audience', 700_212, () => setting(stage({ audiences: ['api://AzureADTokenExchangeElsewhere'] }))],
      ['the subject of somebody else', 700_213, () => setting(stage({ subject: RITA.objectId }))],
      ['the subject in capitals', 7_002_138, () => inCapitals()],
      ['another issuer', 700_211, () => setting(stage({ issuer: `${far.realms[0].issuer}/` }))],
      ['an identity of the other tenant', 700_236, () => setting(stage({ issuer: second() }, { realm: 1 }))],
      ['a system-assigned identity', 700_226, () => setting(stage({}, { isUserAssigned: false }))],
      ['a tenant that did not consent', 700_016, () => setting({ ...stage(), clientId: alone() })],
      ['the form of another cloud', 500_011, () => setting(stage(), { cloud: { ...addresses(), like: other } })],
    ])('is refused for %s, in one sentence with the number %i', async (_, number, staged) => {
      const error = await refusalOf(staged());
      const meaning = MEANINGS[number];
      expect(error).toMatchObject({ code: 'identity.rejected', hint: meaning?.next });
      expect(error.message).toContain(meaning?.says.replace(/\.$/, ''));
      // The metadata service of a machine names none.
      const correlation = host === 'App Service' || number !== 500_011 ? ', correlation id [0-9a-f-]{36}' : '';
      expect(error.message).toMatch(new RegExp(`\\(AADSTS${number}, HTTP 4\\d\\d${correlation}\\)$`));
      expect(describeError(error)).not.toHaveProperty('cause');
    });

    it('says so when nobody knows the tenant, or the identity', async () => {
      const nowhere = await refusalOf(setting(stage(), { tenantId: randomUUID() }));
      expect(nowhere).toMatchObject({ code: 'identity.unavailable', hint: WITHOUT_NUMBER.undiscovered.next });
      const staged = stage();
      const nobody = await refusalOf(setting({ ...staged, identity: { ...staged.identity, clientId: randomUUID() } }));
      expect(nobody).toMatchObject({ code: 'identity.rejected', hint: WITHOUT_NUMBER.hostRefused.next });
    });

    const other = like === 'AzureCloud' ? 'AzureUSGovernment' : 'AzureCloud';
    const addresses = () => ({ login: far.loginUrl, graph: far.graphUrl, arm: far.armUrl });
    const inCapitals = () => {
      const staged = stage();
      const subject = staged.identity.principalId.toUpperCase();
      const [trust] = far.tenant.applications.byAppId(staged.clientId)?.federatedCredentials ?? [];
      far.tenant.applications.change(staged.clientId, { federatedCredentials: trust ? [{ ...trust, subject }] : [] });
      return setting(staged);
    };
    /** Registered at home, unknown in the second tenant. */
    const alone = () => far.tenant.applications.add({ appId: randomUUID(), displayName: 'not consented to' }).appId;
  });
}
