import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { managedIdentityAssertion } from '../../src/identity/client-assertion.ts';

// The way through the playground's endpoint, and Entra's answer to it, is walked in test/e2e/signed.test.ts.
const CLIENT = '1de70000-0000-4000-8000-000000000005';
let endpoint: Server;
const asked: URLSearchParams[] = [];
beforeAll(async () => {
  endpoint = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://localhost').searchParams);
    const body = {
      access_token: `token-${asked.length}`,
      expires_on: String(Math.floor(Date.now() / 1_000) + 3_600),
      token_type: 'Bearer',
      resource: 'x',
      client_id: CLIENT,
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => {
    endpoint.listen(0, '127.0.0.1', resolve);
  });
  process.env['IDENTITY_ENDPOINT'] = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/msi/token`;
  process.env['IDENTITY_HEADER'] = 'header';
});
afterAll(() => {
  delete process.env['IDENTITY_ENDPOINT'];
  delete process.env['IDENTITY_HEADER'];
  endpoint.closeAllConnections();
  endpoint.close();
});

it('asks as the one identity that is named, for the exchange of its cloud and nothing else', async () => {
  const assertions: string[] = [];
  for (const cloud of ['AzureCloud', 'AzureUSGovernment', 'AzureChina'] as const)
    assertions.push(await managedIdentityAssertion(CLIENT, cloud)());
  expect(assertions).toEqual(['token-1', 'token-2', 'token-3']);
  expect(asked.map((one) => [one.get('client_id'), one.get('resource')])).toEqual([
    [CLIENT, 'api://AzureADTokenExchange'],
    [CLIENT, 'api://AzureADTokenExchangeUSGov'],
    [CLIENT, 'api://AzureADTokenExchangeChina'],
  ]);
});
