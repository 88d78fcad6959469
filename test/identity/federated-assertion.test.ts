import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { transportClock } from '../../src/access/core/clock.ts';
import { managedIdentityAssertion } from '../../src/identity/federated-assertion.ts';
import { PERIMETER_IDENTITY } from '../../src/playground/cast.ts';
import { type MicrosoftFarEnd, startMicrosoft } from '../../src/playground/microsoft/start.ts';

let microsoft: MicrosoftFarEnd;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hallpass-assertion-'));
  microsoft = await startMicrosoft({ clock: transportClock, folder, limits: 'off' });
});
afterAll(async () => {
  delete process.env['IDENTITY_ENDPOINT'];
  delete process.env['IDENTITY_HEADER'];
  await microsoft.close();
});

function hostedAt(endpoint: string): void {
  process.env['IDENTITY_ENDPOINT'] = endpoint;
  process.env['IDENTITY_HEADER'] = microsoft.managedIdentity.headerOf(PERIMETER_IDENTITY.clientId);
}
const PUBLIC = 'AzureCloud' as const;

describe('the assertion of a page without a secret', () => {
  it('is the token of its managed identity, for the exchange and nothing else', async () => {
    hostedAt(microsoft.managedIdentity.endpoint);
    const claims = decodeJwt(await managedIdentityAssertion(PERIMETER_IDENTITY.clientId, PUBLIC)());
    expect(claims.sub).toBe(PERIMETER_IDENTITY.principalId);
    expect(String(claims.aud)).toMatch(/AzureADTokenExchange|fb60f99c-7a34-4190-8149-302f77469936/);
  });

  it('is asked for by the address of the cloud', async () => {
    const asked: string[] = [];
    const endpoint = createServer((request, response) => {
      asked.push(new URL(request.url ?? '', 'http://x').searchParams.get('resource') ?? '');
      const body = { access_token: 'a.b.c', expires_on: String(Math.floor(Date.now() / 1_000) + 3_600), token_type: 'Bearer' };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => {
      endpoint.listen(0, '127.0.0.1', resolve);
    });
    hostedAt(`http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/msi/token`);
    // @azure/identity keeps a token for the whole process, by identity and address.
    const another = '1de70000-0000-4000-8000-000000000099';
    for (const cloud of ['AzureCloud', 'AzureUSGovernment', 'AzureChina'] as const)
      expect(await managedIdentityAssertion(another, cloud)()).toBe('a.b.c');
    endpoint.close();
    expect(asked).toEqual(['api://AzureADTokenExchange', 'api://AzureADTokenExchangeUSGov', 'api://AzureADTokenExchangeChina']);
  });
});
