import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { clientCredentialsGrant, discovery } from 'openid-client';
import { generate } from 'selfsigned';
import { transportClock } from '../../src/access/core/clock.ts';
import type { ClientCredentialSetting } from '../../src/config/parts.ts';
import { createClientProof } from '../../src/identity/client-proof.ts';
import { APPROVAL_APP, PERIMETER_APP, PERIMETER_IDENTITY, TENANT_ID } from '../../src/playground/cast.ts';
import { type MicrosoftFarEnd, startMicrosoft } from '../../src/playground/microsoft/start.ts';

let far: MicrosoftFarEnd;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-proof-'));
  far = await startMicrosoft({ clock: transportClock, folder, limits: 'off' });
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(far.caFile, 'utf8')]);
  process.env['IDENTITY_ENDPOINT'] = far.identityEndpoint;
  process.env['IDENTITY_HEADER'] = far.identityHeader;
});
afterAll(async () => {
  delete process.env['IDENTITY_ENDPOINT'];
  delete process.env['IDENTITY_HEADER'];
  await far.close();
});

const kept = (name: string, text: string): string => {
  mkdirSync(join(folder, 'secrets'), { recursive: true });
  const file = join(folder, 'secrets', name);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
};

/** Whose token openid-client gets at the token endpoint, with no other proof than this. */
async function whoAmI(clientId: string, credential: ClientCredentialSetting): Promise<unknown> {
  const { loginUrl: login, graphUrl: graph, armUrl: arm } = far;
  const proof = createClientProof({ tenantId: TENANT_ID, cloud: { login, graph, arm }, clientId, credential });
  const config = await discovery(new URL(far.issuer), clientId, {}, await proof());
  const { access_token: token } = await clientCredentialsGrant(config, { scope: `${graph}/.default` });
  return decodeJwt(token)['appid'];
}

describe('an app registration shows that it is the one', () => {
  it('by a managed identity', async () => {
    const federated = { managedIdentity: { clientId: PERIMETER_IDENTITY.clientId } };
    expect(await whoAmI(APPROVAL_APP.clientId, { federated })).toBe(APPROVAL_APP.clientId);
  });

  it('by a token that its platform keeps in a file', async () => {
    const url = `${far.identityEndpoint}?api-version=2019-08-01&resource=api://AzureADTokenExchange&client_id=${PERIMETER_IDENTITY.clientId}`;
    const answer = await fetch(url, { headers: { 'x-identity-header': far.identityHeader } });
    const { access_token: token } = (await answer.json()) as { readonly access_token: string };
    const tokenFile = kept('token', `${token}\n`);
    expect(await whoAmI(APPROVAL_APP.clientId, { workloadIdentity: { tokenFile } })).toBe(APPROVAL_APP.clientId);
  });

  it('by what it signed with the key of its certificate', async () => {
    const pem = await generate([{ name: 'commonName', value: 'page' }], { keyType: 'rsa', keySize: 2048, algorithm: 'sha256' });
    far.tenant.applications.addCertificate(PERIMETER_APP.clientId, pem.cert);
    const file = kept('page.pem', `${pem.private}\n${pem.cert}`);
    expect(await whoAmI(PERIMETER_APP.clientId, { certificate: { file } })).toBe(PERIMETER_APP.clientId);
  });

  it('by its secret', async () => {
    const file = kept('secret', far.tenant.clientSecretOf(PERIMETER_APP.clientId));
    expect(await whoAmI(PERIMETER_APP.clientId, { clientSecret: { file } })).toBe(PERIMETER_APP.clientId);
  });
});
