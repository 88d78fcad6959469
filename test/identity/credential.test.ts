import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { generate } from 'selfsigned';
import { transportClock } from '../../src/access/core/clock.ts';
import type { CredentialSetting, TenantSetting } from '../../src/config/parts.ts';
import { createGraphClient } from '../../src/entra/graph-client.ts';
import { MEANINGS } from '../../src/identity/aadsts.ts';
import { credentialNotes } from '../../src/identity/credential-notes.ts';
import { createCredential } from '../../src/identity/credential.ts';
import { createLog } from '../../src/observe/log.ts';
import { APPROVAL_APP, PERIMETER_APP, PERIMETER_IDENTITY, RITA, TENANT_ID } from '../../src/playground/cast.ts';
import { GRAPH_RESOURCE } from '../../src/playground/microsoft/tenant/app-permissions.ts';
import { type MicrosoftFarEnd, startMicrosoft } from '../../src/playground/microsoft/start.ts';

// @azure/identity tries a token again after a while before it gives up.
jest.setTimeout(180_000);

let microsoft: MicrosoftFarEnd;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-credential-'));
  microsoft = await startMicrosoft({ clock: transportClock, folder, limits: 'off' });
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(microsoft.caFile, 'utf8')]);
});
afterAll(async () => {
  delete process.env['IDENTITY_ENDPOINT'];
  delete process.env['IDENTITY_HEADER'];
  await microsoft.close();
});

async function nameOfRita(credential: CredentialSetting, clientId = PERIMETER_APP.clientId): Promise<unknown> {
  const { loginUrl: login, graphUrl: graph, armUrl: arm } = microsoft;
  const setting: TenantSetting = {
    tenantId: TENANT_ID,
    cloud: { login, graph, arm },
    clientId,
    credential,
  };
  const client = createGraphClient({
    graphUrl: graph,
    credential: createCredential(setting),
    log: createLog('perimeter', 'silent'),
  });
  return client.get(`/users/${RITA.objectId}`, { query: { $select: 'displayName' } });
}

function secretFile(text: string): string {
  mkdirSync(join(folder, 'secrets'), { recursive: true });
  const file = join(mkdtempSync(join(folder, 'secrets', 'one-')), 'secret');
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

/** Of an RSA key, as Entra wants it; the server certificates of the playground are none. */
const selfSigned = (notAfterDate = new Date(Date.now() + 86_400_000)) =>
  generate([{ name: 'commonName', value: 'hallpass' }], { keyType: 'rsa', keySize: 2048, algorithm: 'sha256', notAfterDate });

async function certificateFile(): Promise<{ readonly file: string; readonly cert: string }> {
  const { private: key, cert } = await selfSigned();
  return { file: secretFile(`${cert}\n${key}\n`), cert };
}

let foreign: { readonly private: string };
beforeAll(async () => {
  foreign = await selfSigned();
});

describe('the identity that a process works as', () => {
  it('is an application with a secret from a file', async () => {
    const file = secretFile(`${microsoft.tenant.clientSecretOf(PERIMETER_APP.clientId)}\n`);
    expect(await nameOfRita({ clientSecret: { file } })).toMatchObject({ displayName: RITA.name });
  });

  it('is refused with a word about the credential when the secret is wrong', async () => {
    const error: unknown = await nameOfRita({ clientSecret: { file: secretFile('wrong') } }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'identity.rejected', hint: expect.stringContaining('secret') });
    expect(String(error)).toMatch(/AADSTS7000215, HTTP 401, correlation id [0-9a-f-]{36}\)$/);
  });

  it('is an application with a certificate, that Entra may know by its thumbprint', async () => {
    const { file, cert } = await certificateFile();
    microsoft.tenant.applications.addCertificate(PERIMETER_APP.clientId, cert);
    expect(await nameOfRita({ certificate: { file } })).toMatchObject({ displayName: RITA.name });
  });

  it('is refused with a word about the certificate when the registration does not have it', async () => {
    const { file } = await certificateFile();
    await expect(nameOfRita({ certificate: { file } })).rejects.toMatchObject({
      code: 'identity.rejected',
      message: expect.stringContaining('AADSTS700027'),
      hint: MEANINGS[700_027]?.next,
    });
  });

  it.each<[what: string, content: (pem: { private: string; cert: string }) => string, code: string]>([
    ['no key', ({ cert }) => cert, 'certificate.unreadable'],
    ['no certificate', (pem) => pem.private, 'certificate.unreadable'],
    ['another’s key', ({ cert }) => `${cert}\n${foreign.private}`, 'certificate.unreadable'],
    ['nothing', () => '', 'secret.empty'],
  ])('is not begun with a certificate file that has %s', async (_, content, code) => {
    const file = secretFile(content(await selfSigned()));
    await expect(nameOfRita({ certificate: { file } })).rejects.toMatchObject({ code });
  });

  it('is not begun with a certificate that everybody can read', async () => {
    const { file } = await certificateFile();
    chmodSync(file, 0o644);
    await expect(nameOfRita({ certificate: { file } })).rejects.toMatchObject({ code: 'secret.exposed' });
  });

  it('is an application whose platform keeps a token in a file, read anew when it is used', async () => {
    microsoft.tenant.permissions.set(APPROVAL_APP.clientId, GRAPH_RESOURCE, ['User.Read.All']);
    const { identityEndpoint, identityHeader } = microsoft;
    const url = `${identityEndpoint}?api-version=2019-08-01&resource=api://AzureADTokenExchange&client_id=${PERIMETER_IDENTITY.clientId}`;
    const answer = await fetch(url, { headers: { 'x-identity-header': identityHeader } });
    const { access_token: token } = (await answer.json()) as { readonly access_token: string };
    const tokenFile = secretFile(token);
    expect(await nameOfRita({ workloadIdentity: { tokenFile } }, APPROVAL_APP.clientId)).toMatchObject({
      displayName: RITA.name,
    });
    writeFileSync(tokenFile, 'no token');
    await expect(nameOfRita({ workloadIdentity: { tokenFile } }, APPROVAL_APP.clientId)).rejects.toMatchObject({
      message: expect.stringContaining('AADSTS50027'),
    });
  });

  it('is not begun without a token file that anybody named', async () => {
    await expect(nameOfRita({ workloadIdentity: {} })).rejects.toMatchObject({ code: 'secret.missing' });
  });

  it('is refused for a secret that has ended', async () => {
    const { keyId, secretText } = microsoft.tenant.addSecret(PERIMETER_APP.clientId, 'old', Date.now() - 1);
    const file = secretFile(secretText);
    await expect(nameOfRita({ clientSecret: { file } })).rejects.toMatchObject({ hint: MEANINGS[7_000_222]?.next });
    microsoft.tenant.removeSecret(keyId);
  });

  it('is a managed identity where the platform offers one', async () => {
    process.env['IDENTITY_ENDPOINT'] = microsoft.managedIdentity.endpoint;
    process.env['IDENTITY_HEADER'] = microsoft.managedIdentity.headerOf(PERIMETER_APP.clientId);
    expect(await nameOfRita({ managedIdentity: {} })).toMatchObject({ displayName: RITA.name });
  });
});

describe('what is said of a credential at start', () => {
  const day = 86_400_000;
  it('warns of a secret, and of a certificate that ends soon or has ended', async () => {
    const notes = async (days: number) => {
      const { private: key, cert } = await selfSigned(new Date(Date.now() + days * day + 60_000));
      return credentialNotes({ certificate: { file: secretFile(`${cert}\n${key}`) } }, Date.now());
    };
    expect(credentialNotes({ clientSecret: { env: 'NOT_READ' } }, Date.now())).toEqual([
      expect.stringContaining('client secret'),
    ]);
    expect(await notes(31)).toEqual([]);
    expect(await notes(29)).toEqual([expect.stringMatching(/ ends on .*, in 29 days$/)]);
    expect(await notes(-2)).toEqual([expect.stringContaining(' ended on ')]);
  });

  it('says nothing of what never ends', () => {
    const managedIdentity = { clientId: PERIMETER_IDENTITY.clientId };
    for (const credential of [{ managedIdentity }, { federated: { managedIdentity } }, { workloadIdentity: {} }])
      expect(credentialNotes(credential, Date.now())).toEqual([]);
  });
});
