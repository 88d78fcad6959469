import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { provesNothingWritten } from '../../src/access/core/answered-error.ts';
import type { AzureRole } from '../../src/access/core/target.ts';
import { type AzureOrder, azureNameOf } from '../../src/azure/azure-target.ts';
import { createPlainAzureRoleWriter } from '../../src/azure/plain-azure-role-writer.ts';
import type { AccessWriter } from '../../src/perimeter/access-writer.ts';
import { type Answer, type Asked, type HttpsServer, startHttps } from '../support/https-server.ts';
import { armError, armOn, DIGEST, order, RITA, ROLE_ID, row, SHOP, SUBSCRIPTION } from './azure-order.ts';

const NAME = azureNameOf('roleAssignment', order);
const ASSIGNMENTS = `${SHOP}/providers/Microsoft.Authorization/roleAssignments`;
const given: AzureOrder = { ...order, assignment: { kind: 'plain', id: NAME } };
const BY_HAND = 'd0000000-0000-4000-8000-000000000001';

let server: HttpsServer;
let writer: AccessWriter<AzureRole>;
let rows: Readonly<Record<string, unknown>>[];
let onWrite: (asked: Asked) => Answer;
let onList: (() => Answer) | undefined;
let before: number;
const asked = () => server.asked.slice(before);
const writes = () => asked().filter(({ method }) => method !== 'GET');

beforeAll(async () => {
  server = await startHttps((call) =>
    call.method === 'GET' ? (onList?.() ?? { status: 200, body: { value: rows } }) : onWrite(call),
  );
  writer = createPlainAzureRoleWriter(armOn(server));
});
afterAll(() => server.close());
beforeEach(() => {
  before = server.asked.length;
  rows = [];
  onList = undefined;
  onWrite = ({ method, path }) => {
    if (method === 'PUT') return { status: 201, body: row(NAME) };
    const isThere = rows.some(({ name }) => path.endsWith(`/${String(name)}`));
    rows = rows.filter(({ name }) => !path.endsWith(`/${String(name)}`));
    return isThere ? { status: 200, body: row(NAME) } : { status: 204 };
  };
});

describe('a plain Azure role', () => {
  it('is given under a name made of the grant, with what Azure must not have to look up, and says whose it is', async () => {
    expect(await writer.give({ ...order, evidenceDigest: DIGEST })).toEqual({ kind: 'plain', id: NAME });
    expect(writes().map(({ method, path, query, body }) => [method, path, query.get('api-version'), body])).toEqual([
      [
        'PUT',
        `${ASSIGNMENTS}/${NAME}`,
        '2022-04-01',
        {
          properties: {
            roleDefinitionId: ROLE_ID,
            principalId: RITA,
            principalType: 'User',
            description: `hallpass:grant00001:${DIGEST}`,
          },
        },
      ],
    ]);
  });

  it('is given with its condition, of the one version that there is', async () => {
    const condition = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'logs'";
    await writer.give({ ...order, target: { ...order.target, condition } });
    expect(writes()[0]?.body).toMatchObject({
      properties: { condition, conditionVersion: '2.0', description: 'hallpass:grant00001' },
    });
  });

  it('is never given at the root, nor is anybody asked', async () => {
    const root: AzureOrder = { ...order, target: { ...order.target, scope: '/' } };
    for (const work of [writer.give(root), writer.take(root), writer.held(root)])
      await expect(work).rejects.toMatchObject({ code: 'directory.rejected' });
    expect(asked()).toEqual([]);
  });

  it('is held at exactly this scope, whoever gave it; what comes from above is another', async () => {
    rows = [
      row(BY_HAND),
      row(NAME, { scope: SUBSCRIPTION }),
      row(RITA, { principalId: BY_HAND }),
      row(SHOP, { roleDefinitionId: RITA }),
    ];
    expect(await writer.held(order)).toEqual([BY_HAND]);
    expect(asked()[0]?.query.get('$filter')).toBe(`principalId eq '${RITA}'`);
    expect(asked()[0]?.path).toBe(ASSIGNMENTS);
  });

  it('is known as ours by its name alone', async () => {
    rows = [row(BY_HAND, { description: 'hallpass:grant00001' })];
    expect(await writer.find(order)).toBeUndefined();
    rows = [row(BY_HAND), row(NAME.toUpperCase())];
    expect(await writer.find(order)).toEqual({ kind: 'plain', id: NAME });
    expect(await writer.look(given)).toEqual({ isThere: true });
    rows = [row(BY_HAND)];
    expect(await writer.look(given)).toEqual({ isThere: false });
  });

  it.each([
    ['RoleAssignmentExists', 409, 'directory.exists'],
    ['RoleAssignmentUpdateNotPermitted', 400, 'directory.rejected'],
    ['PrincipalNotFound', 400, 'directory.rejected'],
    ['RoleAssignmentLimitExceeded', 400, 'directory.rejected'],
    ['AuthorizationFailed', 403, 'directory.forbidden'],
    ['ScopeLocked', 409, 'directory.rejected'],
  ])('that Azure refuses with %s was certainly not given', async (code, status, told) => {
    onWrite = () => armError(status, code, { 'x-ms-request-id': 'r-1' });
    const error: unknown = await writer.give(order).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: told,
      retryable: false,
      message: expect.stringMatching(new RegExp(`${status} ${code}.*r-1`)),
    });
    expect(provesNothingWritten(error)).toBe(true);
  });

  it.each<[string, Answer, boolean]>([
    ['is throttled', armError(429, 'TooManyRequests', { 'retry-after': '7' }), true],
    ['breaks', armError(500, 'InternalServerError'), false],
    ['gets no answer', 'reset', false],
    ['is sent elsewhere', { status: 307, headers: { location: 'https://localhost:1/' } }, false],
    ['is answered in another language', { status: 200, body: 'welcome' }, false],
  ])(
    'whose writing %s is asked for again; only a clear refusal proves that nothing was written',
    async (_name, answer, proves) => {
      onWrite = () => answer;
      const error: unknown = await writer.give(order).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'directory.unavailable', retryable: true });
      expect(provesNothingWritten(error)).toBe(proves);
      expect(writes()).toHaveLength(1);
      if (proves) expect(error).toMatchObject({ retryAfterMs: 7_000 });
    },
  );
});

describe('taking a plain Azure role', () => {
  it.each([
    ['by the name that was answered', given],
    ['by the name that it must have, when no answer came', order],
  ])('removes what is ours, %s, and nothing else', async (_name, one) => {
    rows = [row(NAME), row(BY_HAND)];
    expect(await writer.take(one)).toEqual({ found: true });
    expect(rows.map(({ name }) => name)).toEqual([BY_HAND]);
    expect(writes().map(({ method, path }) => [method, path])).toEqual([['DELETE', `${ASSIGNMENTS}/${NAME}`]]);
  });

  it('finds nothing where nothing of ours is', async () => {
    expect(await writer.take(given)).toEqual({ found: false });
  });

  it('leaves alone, and says, what somebody else gave', async () => {
    rows = [row(BY_HAND)];
    expect(await writer.take(order)).toEqual({ found: true, theirs: true });
    expect(rows).toHaveLength(1);
  });

  it('is not done while it is still listed', async () => {
    rows = [row(NAME)];
    onWrite = () => ({ status: 200, body: row(NAME) });
    await expect(writer.take(given)).rejects.toMatchObject({ code: 'directory.settling', retryable: true });
  });

  it.each<[string, Answer]>([
    ['cannot be read', armError(503, 'ServiceUnavailable')],
    ['is no list', { status: 200, body: { value: [{ name: 'x' }] } }],
    ['goes on elsewhere', { status: 200, body: { value: [], nextLink: 'https://localhost:1/next' } }],
    ['says that the subscription is unknown', armError(404, 'SubscriptionNotFound')],
  ])('is not done when the answer %s', async (_name, answer) => {
    onList = () => answer;
    await expect(writer.take(given)).rejects.toMatchObject({ code: expect.stringMatching(/^directory\./) });
  });

  it.each(['ResourceGroupNotFound', 'ResourceNotFound'])(
    'is done where the place itself is gone (%s): what was about it went with it',
    async (code) => {
      onList = () => armError(404, code);
      onWrite = () => armError(404, code);
      expect(await writer.take(given)).toEqual({ found: false });
    },
  );

  it('is told to people by the exact name', () => {
    expect(writer.byHand(order)).toBe(`az role assignment delete --ids '${ASSIGNMENTS}/${NAME}'`);
  });
});
