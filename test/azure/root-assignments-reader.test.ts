import { afterEach, describe, expect, it } from '@jest/globals';
import { AppError } from '../../src/access/core/app-error.ts';
import { createRootAssignmentsReader, type RootAssignmentsReader } from '../../src/azure/root-assignments-reader.ts';
import { startHttps, type Answerer, type HttpsServer } from '../support/https-server.ts';

const OWN = 'b0700000-0000-4000-8000-0000000000a1';
const GINA = '0B7EC700-0000-4000-8000-000000000004';
const UAA = '/providers/Microsoft.Authorization/roleDefinitions/18d7d88d-d35e-4fb5-a5c3-7773c20a72d9';
const NAME = 'd0000000-0000-4000-8000-000000000001';
const properties = {
  scope: '/',
  principalId: GINA,
  principalType: 'User',
  roleDefinitionId: UAA,
  createdOn: '2026-11-21T14:02:00.1234567Z',
  createdBy: GINA,
};
const row = {
  id: `/providers/Microsoft.Authorization/roleAssignments/${NAME}`,
  name: NAME,
  type: 'Microsoft.Authorization/roleAssignments',
  properties,
};
const told = {
  name: NAME,
  principalId: GINA.toLowerCase(),
  principalType: 'User',
  roleId: '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9',
  createdOn: '2026-11-21T14:02:00.123Z',
  createdBy: GINA.toLowerCase(),
};
const elsewhere = { ...row, properties: { ...properties, scope: '/subscriptions/5ab50000-0000-4000-8000-000000000001' } };

let far: HttpsServer;
afterEach(() => far.close());

async function reader(answerer: Answerer, token = tokenWith({ oid: OWN.toUpperCase() })): Promise<RootAssignmentsReader> {
  far = await startHttps(answerer);
  const credential = { getToken: () => Promise.resolve({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
  return createRootAssignmentsReader({ armUrl: far.url, credential, maxRetries: 0 });
}
const tokenWith = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
const graphAnswer = (data: unknown, more: object = {}) => ({
  status: 200,
  body: { totalRecords: 1, count: 1, resultTruncated: 'false', data, ...more },
});

describe('Resource Graph', () => {
  it('is asked for what stands above, or it would keep the root to itself', async () => {
    const root = await reader(() => graphAnswer([row, elsewhere]));
    await expect(root.byResourceGraph()).resolves.toEqual([told]);
    expect(far.asked).toHaveLength(1);
    expect(far.asked[0]).toMatchObject({
      method: 'POST',
      path: '/providers/Microsoft.ResourceGraph/resources',
      body: { options: { authorizationScopeFilter: 'AtScopeAboveAndBelow', resultFormat: 'objectArray' } },
    });
    expect(far.asked[0]?.query.get('api-version')).toBe('2024-04-01');
    expect(far.asked[0]?.headers.authorization).toMatch(/^Bearer /);
  });

  it('is read to its last page', async () => {
    const root = await reader((asked) => {
      const token: unknown = Reflect.get(Object(Reflect.get(Object(asked.body), 'options')), '$skipToken');
      return token === undefined ? graphAnswer([row], { $skipToken: 'more' }) : graphAnswer([{ ...row, name: OWN }]);
    });
    await expect(root.byResourceGraph()).resolves.toHaveLength(2);
  });

  it('is not believed when it cut its answer off', async () => {
    const root = await reader(() => graphAnswer([row], { resultTruncated: 'true' }));
    await expect(root.byResourceGraph()).rejects.toMatchObject({ code: 'azure.rejected' });
  });

  it('is not believed when it answers in another shape', async () => {
    const root = await reader(() => graphAnswer([{ name: NAME }]));
    await expect(root.byResourceGraph()).rejects.toMatchObject({ code: 'azure.rejected' });
  });
});

describe('the list of role assignments', () => {
  it('is asked at the root, and only what stands at the root is taken from it', async () => {
    const root = await reader(() => ({ status: 200, body: { value: [row, elsewhere] } }));
    await expect(root.byList()).resolves.toEqual([told]);
    expect(far.asked[0]).toMatchObject({ method: 'GET', path: '/providers/Microsoft.Authorization/roleAssignments' });
    expect(Object.fromEntries(far.asked[0]?.query ?? [])).toEqual({ 'api-version': '2022-04-01', $filter: 'atScope()' });
  });

  it('is read to its last page', async () => {
    const root = await reader((asked) => ({
      status: 200,
      body: asked.query.has('$skiptoken')
        ? { value: [{ ...row, name: OWN }] }
        : {
            value: [row],
            nextLink: `${far.url}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$skiptoken=2`,
          },
    }));
    await expect(root.byList()).resolves.toHaveLength(2);
  });
});

describe('a failure', () => {
  const error = (code: string) => ({ error: { code, message: 'a text that nobody decides by' } });
  it.each([
    ['forbidden', { status: 403, body: error('AuthorizationFailed') }, { code: 'azure.forbidden', retryable: false }],
    [
      'a refused token',
      { status: 401, body: error('ExpiredAuthenticationToken') },
      { code: 'azure.unauthenticated', retryable: false },
    ],
    [
      'throttling',
      { status: 429, body: error('TooManyRequests'), headers: { 'retry-after': '7' } },
      { code: 'azure.unavailable', retryable: true, retryAfterMs: 7000 },
    ],
    ['a server error', { status: 503, body: error('ServiceUnavailable') }, { code: 'azure.unavailable', retryable: true }],
    ['a broken connection', 'reset' as const, { code: 'azure.unavailable', retryable: true }],
  ])('by %s is told as what it is, by both sources', async (_, answer, expected) => {
    const root = await reader(() => answer);
    await expect(root.byList()).rejects.toMatchObject(expected);
    await expect(root.byResourceGraph()).rejects.toMatchObject(expected);
  });

  it('never carries the token', async () => {
    const root = await reader(() => ({ status: 403, body: error('AuthorizationFailed') }));
    const failure: unknown = await root.byList().catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(AppError);
    expect(JSON.stringify(failure) + String(failure)).not.toContain(tokenWith({ oid: OWN.toUpperCase() }));
  });
});

describe('who we are', () => {
  it('is the object id in our own token', async () => {
    const root = await reader(() => 'reset');
    await expect(root.ownPrincipalId()).resolves.toBe(OWN);
  });

  it.each([
    ['no object id', tokenWith({ sub: 'x' })],
    ['no token at all', 'opaque'],
  ])('is not guessed from %s', async (_, token) => {
    const root = await reader(() => 'reset', token);
    await expect(root.ownPrincipalId()).rejects.toMatchObject({ code: 'azure.rejected' });
  });
});
