import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { transportClock } from '../../src/access/core/clock.ts';
import type { CredentialSetting, TenantSetting } from '../../src/config/parts.ts';
import { createGraphClient } from '../../src/entra/graph-client.ts';
import { createCredential } from '../../src/identity/credential.ts';
import { createLog } from '../../src/observe/log.ts';
import { PERIMETER_APP, RITA, TENANT_ID } from '../../src/playground/cast.ts';
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

function nameOfRita(credential: CredentialSetting): Promise<unknown> {
  const { loginUrl: login, graphUrl: graph, armUrl: arm } = microsoft;
  const setting: TenantSetting = {
    tenantId: TENANT_ID,
    cloud: { login, graph, arm },
    clientId: PERIMETER_APP.clientId,
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
  const file = join(mkdtempSync(join(folder, 'secret-')), 'secret');
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

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

  it('is a managed identity where the platform offers one', async () => {
    process.env['IDENTITY_ENDPOINT'] = microsoft.managedIdentity.endpoint;
    process.env['IDENTITY_HEADER'] = microsoft.managedIdentity.headerOf(PERIMETER_APP.clientId);
    expect(await nameOfRita({ managedIdentity: {} })).toMatchObject({ displayName: RITA.name });
  });
});
