import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '../../src/access/core/app-error.ts';
import { createGraphClient, type GraphClient } from '../../src/entra/graph-client.ts';
import { answerCodeOf, provesNothingWritten } from '../../src/access/core/answered-error.ts';
import { quoted } from '../../src/entra/odata.ts';
import { createLog } from '../../src/observe/log.ts';
import { collect } from '../support/collect.ts';
import { type Answer, graphError, type HttpsServer, startHttps } from '../support/https-server.ts';

const credential = { getToken: () => Promise.resolve({ token: 'the-token', expiresOnTimestamp: Date.now() + 3_600_000 }) };
const log = createLog('perimeter', 'silent');

let server: HttpsServer;
let graph: GraphClient;
beforeAll(async () => {
  server = await startHttps(() => ({ status: 200, body: {} }));
  graph = createGraphClient({ graphUrl: server.url, credential, log });
});
afterAll(() => server.close());

async function errorOf(answer: Answer, call: () => Promise<unknown> = () => graph.get('/users/x')): Promise<AppError> {
  server.answerWith(() => answer);
  const error: unknown = await call().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error;
  throw new Error('nothing was thrown');
}

describe('asking Graph', () => {
  it('sends the token and a request id to an address of our own, under v1.0', async () => {
    server.answerWith(() => ({ status: 200, body: { id: 'x' } }));
    expect(await graph.get('/users/x', { query: { $select: 'id', $filter: `displayName eq ${quoted("O'Hara & co")}` } })).toEqual(
      {
        id: 'x',
      },
    );
    const asked = server.asked.at(-1);
    expect(asked?.path).toBe('/v1.0/users/x');
    expect(asked?.query.get('$filter')).toBe("displayName eq 'O''Hara & co'");
    expect(asked?.headers.authorization).toBe('Bearer the-token');
    expect(asked?.headers['client-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('reads every page of a collection', async () => {
    server.answerWith(({ query }) =>
      query.get('$skiptoken') === 'b'
        ? { status: 200, body: { value: [3] } }
        : { status: 200, body: { value: [1, 2], '@odata.nextLink': `${server.url}/v1.0/users?$skiptoken=b` } },
    );
    expect(await collect(graph.list('/users'))).toEqual([1, 2, 3]);
  });

  it('takes its token to no other host, whatever a next link says', async () => {
    const answer = { status: 200, body: { value: [], '@odata.nextLink': 'https://elsewhere.example/v1.0/users' } };
    const error = await errorOf(answer, () => collect(graph.list('/users')));
    expect(error.code).toBe('directory.rejected');
  });

  it('asks once: a refusal is tried again by the durable backoff alone', async () => {
    const before = server.asked.length;
    await errorOf(graphError(429, 'TooManyRequests', '', { 'retry-after': '3' }));
    expect(server.asked.length - before).toBe(1);
  });

  it('keeps the reason when no token can be had', async () => {
    const refusing = { getToken: () => Promise.reject(Object.assign(new Error('AADSTS7000215'), { statusCode: 401 })) };
    const without = createGraphClient({ graphUrl: server.url, credential: refusing, log });
    await expect(without.get('/users/x')).rejects.toMatchObject({ code: 'identity.rejected', retryable: false });
  });
});

describe('understanding what Graph refused', () => {
  const nested = JSON.stringify({
    errorCode: 'PermissionScopeNotGranted',
    message: 'needs RoleAssignmentSchedule.ReadWrite.Directory',
  });
  it.each<[string, Answer, Partial<AppError> & { writesNothing: boolean }]>([
    [
      'a missing permission',
      graphError(403, 'Authorization_RequestDenied'),
      { code: 'directory.forbidden', retryable: false, writesNothing: true },
    ],
    [
      'a missing permission that PIM hides in its message',
      graphError(403, 'UnknownError', nested),
      { code: 'directory.forbidden', retryable: false, writesNothing: true },
    ],
    [
      'a tenant without P2',
      graphError(400, 'AadPremiumLicenseRequired'),
      { code: 'directory.not-licensed', retryable: false, writesNothing: true },
    ],
    [
      'something that is not there',
      graphError(404, 'Request_ResourceNotFound'),
      { code: 'directory.not-found', retryable: false, writesNothing: true },
    ],
    [
      'an assignment that exists',
      graphError(400, 'RoleAssignmentExists'),
      { code: 'directory.exists', retryable: false, writesNothing: true },
    ],
    [
      'an end too early for PIM',
      graphError(400, 'ActiveDurationTooShort'),
      { code: 'directory.too-early', retryable: true, writesNothing: true },
    ],
    [
      'a rule of the tenant',
      graphError(400, 'RoleAssignmentRequestPolicyValidationFailed'),
      { code: 'directory.rejected', retryable: false, writesNothing: true },
    ],
    [
      'a token that is not accepted',
      graphError(401, 'InvalidAuthenticationToken'),
      { code: 'directory.unauthenticated', retryable: false, writesNothing: true },
    ],
    [
      'throttling',
      graphError(429, 'TooManyRequests', '', { 'retry-after': '7' }),
      { code: 'directory.unavailable', retryable: true, retryAfterMs: 7000, writesNothing: true },
    ],
    [
      'an outage',
      graphError(503, 'ServiceUnavailable'),
      { code: 'directory.unavailable', retryable: true, writesNothing: false },
    ],
    [
      'an outage in HTML',
      { status: 502, body: '<html>Bad gateway</html>' },
      { code: 'directory.unavailable', retryable: true, writesNothing: false },
    ],
    [
      'a code that every object has as a name of its own',
      graphError(400, 'constructor'),
      { code: 'directory.rejected', retryable: false, writesNothing: true },
    ],
    ['a cut connection', 'reset', { code: 'directory.unavailable', retryable: true, writesNothing: false }],
  ])('%s', async (_name, answer, { writesNothing, ...expected }) => {
    const error = await errorOf(answer);
    expect(error).toMatchObject(expected);
    expect(error.hint).toBeTruthy();
    expect(provesNothingWritten(error)).toBe(writesNothing);
    expect(JSON.stringify([error.message, error.hint])).not.toContain('the-token');
  });

  it('names the permission that is missing, and the request-id for Microsoft', async () => {
    const error = await errorOf(graphError(403, 'Authorization_RequestDenied'), () =>
      graph.get('/users/x', { permission: 'User.Read.All' }),
    );
    expect(error.hint).toContain('User.Read.All');
    expect(error.message).toContain('request-id 11111111-2222-4333-8444-555555555555');
    expect(answerCodeOf(error)).toBe('Authorization_RequestDenied');
  });

  it('gives up on an answer that never comes, without knowing whether it happened', async () => {
    server.answerWith(() => new Promise<Answer>(() => undefined));
    const impatient = createGraphClient({ graphUrl: server.url, credential, log, timeoutMs: 50 });
    const error: unknown = await impatient.post('/x', {}).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'directory.unavailable', retryable: true });
    expect(provesNothingWritten(error)).toBe(false);
  });
});
