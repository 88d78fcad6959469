import { afterEach, describe, expect, it } from '@jest/globals';
import { createCredentialsReader, type CredentialsReader } from '../../src/entra/credentials-reader.ts';
import { createGraphClient } from '../../src/entra/graph-client.ts';
import { createLog } from '../../src/observe/log.ts';
import { collect } from '../support/collect.ts';
import { graphError, startHttps, type Answerer, type HttpsServer } from '../support/https-server.ts';

const id = (digit: number) => `A0000000-0000-4000-8000-00000000000${digit}`;
const password = {
  keyId: id(9),
  displayName: 'prod 2024',
  hint: 'NnW',
  startDateTime: '2024-11-28T00:00:00Z',
  endDateTime: '2026-11-28T00:00:00Z',
  customKeyIdentifier: null,
  secretText: null,
};
const key = {
  keyId: id(8),
  displayName: 'CN=payroll',
  usage: 'Verify',
  type: 'AsymmetricX509Cert',
  startDateTime: '2024-11-28T00:00:00Z',
  endDateTime: '2026-11-28T00:00:00Z',
  customKeyIdentifier: 'q9UZ7A==',
  key: null,
};
const application = (digit: number) => ({
  id: id(digit),
  appId: id(digit),
  displayName: `App ${digit}`,
  passwordCredentials: [password],
  keyCredentials: [key],
});

let far: HttpsServer;
let waits: number[];
afterEach(() => far.close());

async function reader(answerer: Answerer): Promise<CredentialsReader> {
  far = await startHttps(answerer);
  waits = [];
  const credential = { getToken: () => Promise.resolve({ token: 'a-token', expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const graph = createGraphClient({ graphUrl: far.url, credential, log: createLog('bot', 'silent') });
  const wait = (ms: number) => {
    waits.push(ms);
    return Promise.resolve();
  };
  return createCredentialsReader({ graph, wait });
}
const paged: Answerer = (asked) => {
  const page = Number(asked.query.get('$skiptoken') ?? 1);
  const next = page < 3 ? { '@odata.nextLink': `${far.url}/v1.0/applications?$select=id&$top=999&$skiptoken=${page + 1}` } : {};
  return { status: 200, body: { value: [application(page)], ...next } };
};

describe('applications', () => {
  it('are read in the largest pages, with what is needed and nothing more', async () => {
    const credentials = await reader(paged);
    const found = await collect(credentials.holders('application'));
    expect(found.map(({ name }) => name)).toEqual(['App 1', 'App 2', 'App 3']);
    expect(Object.fromEntries(far.asked[0]?.query ?? [])).toEqual({
      $select: 'id,appId,displayName,passwordCredentials,keyCredentials',
      $top: '999',
    });
    expect(far.asked.map(({ path }) => path)).toEqual(['/v1.0/applications', '/v1.0/applications', '/v1.0/applications']);
  });

  it('are asked for no faster than the tenant’s throttle for key credentials allows', async () => {
    const credentials = await reader(paged);
    await collect(credentials.holders('application'));
    expect(waits).toHaveLength(2);
    expect(60_000 / Math.min(...waits)).toBeLessThanOrEqual(150);
  });

  it('are told with the ends and hints of their credentials, never with values', async () => {
    const credentials = await reader(paged);
    const [first] = await collect(credentials.holders('application'));
    expect(first).toEqual({
      kind: 'application',
      objectId: id(1).toLowerCase(),
      appId: id(1).toLowerCase(),
      name: 'App 1',
      passwords: [
        {
          keyId: id(9).toLowerCase(),
          name: 'prod 2024',
          hint: 'NnW',
          startAt: '2024-11-28T00:00:00.000Z',
          endAt: '2026-11-28T00:00:00.000Z',
        },
      ],
      keys: [
        {
          keyId: id(8).toLowerCase(),
          name: 'CN=payroll',
          usage: 'Verify',
          customKeyIdentifier: 'q9UZ7A==',
          startAt: '2024-11-28T00:00:00.000Z',
          endAt: '2026-11-28T00:00:00.000Z',
        },
      ],
    });
  });

  it('are read to the end although Graph throttles and fails in between, as long as it asks us to wait', async () => {
    let calls = 0;
    const credentials = await reader((asked) => {
      calls++;
      if (calls === 2) return graphError(429, 'TooManyRequests', 'slow down', { 'retry-after': '11' });
      if (calls === 3) return 'reset';
      if (calls === 4) return graphError(503, 'serviceUnavailable');
      return paged(asked);
    });
    await expect(collect(credentials.holders('application'))).resolves.toHaveLength(3);
    expect(waits).toContain(11_000);
  });

  it('are given up on, and never half believed, when Graph keeps failing', async () => {
    const credentials = await reader((asked) =>
      asked.query.has('$skiptoken') ? graphError(503, 'serviceUnavailable') : paged(asked),
    );
    await expect(collect(credentials.holders('application'))).rejects.toMatchObject({ code: 'directory.unavailable' });
  });

  it('are not asked for again when we may not read them', async () => {
    const credentials = await reader(() => graphError(403, 'Authorization_RequestDenied'));
    await expect(collect(credentials.holders('application'))).rejects.toMatchObject({
      code: 'directory.forbidden',
      hint: expect.stringContaining('Application.Read.All'),
    });
    expect(far.asked).toHaveLength(1);
  });

  it('are not believed in another shape', async () => {
    const credentials = await reader(() => ({ status: 200, body: { value: [{ id: 'no guid' }] } }));
    await expect(collect(credentials.holders('application'))).rejects.toMatchObject({ code: 'directory.rejected' });
  });

  it('never lead our token elsewhere by a next link', async () => {
    const other = await startHttps(() => ({ status: 200, body: { value: [] } }));
    const credentials = await reader((asked) =>
      asked.query.has('$skiptoken')
        ? { status: 200, body: { value: [] } }
        : { status: 200, body: { value: [], '@odata.nextLink': `${other.url}/v1.0/applications?$skiptoken=2` } },
    );
    await collect(credentials.holders('application'));
    expect(other.asked).toEqual([]);
    await other.close();
  });
});

describe('owners', () => {
  it('are asked of the kind of holder they own', async () => {
    const credentials = await reader(() => ({
      status: 200,
      body: { value: [{ '@odata.type': '#microsoft.graph.user', id: id(1), displayName: 'Sam Security' }] },
    }));
    await expect(credentials.owners('servicePrincipal', id(2))).resolves.toEqual(['Sam Security']);
    expect(far.asked[0]?.path).toBe(`/v1.0/servicePrincipals/${id(2)}/owners`);
  });
});
