import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClientSecretCredential } from '@azure/identity';
import { createRootAssignmentsReader } from '../../src/azure/root-assignments-reader.ts';
import { createCredentialsReader } from '../../src/entra/credentials-reader.ts';
import { createGraphClient } from '../../src/entra/graph-client.ts';
import { createPrincipalNames } from '../../src/entra/principal-names.ts';
import { createLog } from '../../src/observe/log.ts';
import { BOT_APP, GINA, TENANT_ID } from '../../src/playground/cast.ts';
import { startMicrosoft, type MicrosoftFarEnd } from '../../src/playground/microsoft/start.ts';
import { createCredentialsWatch } from '../../src/posture/collectors/credentials.ts';
import { createRootAccessWatch } from '../../src/posture/collectors/root-access.ts';
import type { CredentialDetail } from '../../src/posture/finding-detail.ts';
import type { Watch } from '../../src/posture/sighting.ts';
import { steppedClock } from './support/stepped-clock.ts';

const DAY_MS = 86_400_000;
const clock = steppedClock(new Date().toISOString());
const log = createLog('bot', 'silent');
let folder: string;
let far: MicrosoftFarEnd;
let rootAccess: Watch;
let credentials: Watch;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hallpass-tenant-'));
  far = await startMicrosoft({ clock, folder });
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), await readFile(far.caFile, 'utf8')]);
  const credential = new ClientSecretCredential(TENANT_ID, BOT_APP.clientId, far.tenant.clientSecretOf(BOT_APP.clientId), {
    authorityHost: far.loginUrl,
    disableInstanceDiscovery: true,
  });
  const graph = createGraphClient({ graphUrl: far.graphUrl, credential, log });
  rootAccess = createRootAccessWatch(
    createRootAssignmentsReader({ armUrl: far.armUrl, credential, maxRetries: 0 }),
    createPrincipalNames(graph, log),
  );
  const reader = createCredentialsReader({ graph, wait: () => Promise.resolve() });
  credentials = createCredentialsWatch({ reader, clock, ladderDays: [90, 60, 30, 14, 7, 1], log });
});
afterAll(async () => {
  await far.close();
  await rm(folder, { recursive: true });
});

const look = (watch: Watch) => watch.look({ previous: () => undefined, signal: new AbortController().signal });
const rungOf = async (name: string) => {
  const { sightings } = await look(credentials);
  return sightings.filter(({ detail }) => (detail as CredentialDetail).holder.name === name).map(({ rung }) => rung);
};

describe('in a tenant that enforces its permissions, with nothing but the right to read', () => {
  it('nobody holds root access at first, and that was seen', async () => {
    await expect(look(rootAccess)).resolves.toEqual({ sightings: [] });
  });

  it('a Global Administrator who elevates is seen by name, and gone again afterwards', async () => {
    far.tenant.elevate();
    const { sightings, blind } = await look(rootAccess);
    expect(blind).toBeUndefined();
    expect(sightings).toMatchObject([
      { detail: { principalId: GINA.objectId, principalName: GINA.name, given: 'by-themselves', principalType: 'User' } },
    ]);
    expect(sightings[0]?.detail).toMatchObject({
      sources: expect.arrayContaining(['list']),
      since: expect.stringContaining('T'),
    });
    far.tenant.unelevate();
    const after = await look(rootAccess);
    // Resource Graph may still know of it for a moment; the list does not.
    expect(
      after.sightings.every(
        ({ detail }) => detail.check === 'root-user-access-administrator' && !detail.sources.includes('list'),
      ),
    ).toBe(true);
  });

  it('without our own Reader at the root both sources answer nothing, and we say that we could not check', async () => {
    const own = far.tenant.azure.all().find(({ scope, principalId }) => scope === '/' && principalId === BOT_APP.principalId);
    far.tenant.azure.remove(own?.name ?? '', { kind: 'user', id: GINA.objectId, objectId: GINA.objectId, name: GINA.name });
    far.tenant.elevate();
    const { sightings, blind } = await look(rootAccess);
    expect(
      sightings.filter(({ detail }) => detail.check === 'root-user-access-administrator' && detail.sources.includes('list')),
    ).toEqual([]);
    expect(blind).toMatchObject({ command: expect.stringContaining(BOT_APP.principalId), passing: false });
    far.tenant.reset();
  });

  it('secrets and certificates that end soon are told with their rung and owners, the quiet ones are not', async () => {
    const { sightings, blind } = await look(credentials);
    expect(blind).toBeUndefined();
    const told = sightings.map(({ rung, detail }) => {
      const { holder, kind, owners } = detail as CredentialDetail;
      return [holder.name, kind, rung, owners?.join()];
    });
    expect(told.toSorted((a, b) => (String(a) < String(b) ? -1 : 1))).toEqual([
      ['Build pipeline', 'secret', 1, 'Abel Approver'],
      ['Old intranet search', 'secret', 7, ''],
      ['Payroll export', 'secret', 3, 'Sam Security'],
      ['Visitor badges', 'certificate', 2, 'Gina Global'],
    ]);
  });

  it('a secret whose life is shortened speaks up, and falls silent when it is removed', async () => {
    const app = far.tenant.applications.all().find(({ displayName }) => displayName === 'Status page');
    const keyId = app?.credentials[0]?.keyId ?? '';
    await expect(rungOf('Status page')).resolves.toEqual([]);
    far.tenant.shortenSecret(keyId, clock.now() + 5 * DAY_MS);
    await expect(rungOf('Status page')).resolves.toEqual([5]);
    far.tenant.addSecret(app?.appId ?? '', 'the new one', clock.now() + 400 * DAY_MS);
    await expect(rungOf('Status page')).resolves.toEqual([]);
    far.tenant.reset();
  });

  it('it is said when Graph does not let us read applications', async () => {
    far.tenant.permissions.set(BOT_APP.clientId, 'https://graph.microsoft.com', ['User.Read.All']);
    const credential = new ClientSecretCredential(TENANT_ID, BOT_APP.clientId, far.tenant.clientSecretOf(BOT_APP.clientId), {
      authorityHost: far.loginUrl,
      disableInstanceDiscovery: true,
    });
    const reader = createCredentialsReader({
      graph: createGraphClient({ graphUrl: far.graphUrl, credential, log }),
      wait: () => Promise.resolve(),
    });
    const { blind } = await look(createCredentialsWatch({ reader, clock, ladderDays: [90], log }));
    expect(blind).toMatchObject({
      code: 'directory.forbidden',
      passing: false,
      todo: expect.stringContaining('Application.Read.All'),
    });
    far.tenant.reset();
  });
});
