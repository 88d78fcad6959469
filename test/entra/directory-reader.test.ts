import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeOf } from '../../src/access/core/app-error.ts';
import type { Directory } from '../../src/access/directory.ts';
import { createDirectoryReader } from '../../src/entra/directory-reader.ts';
import { createGraphClient } from '../../src/entra/graph-client.ts';
import { createLog } from '../../src/observe/log.ts';
import { graphError, type Answer, type HttpsServer, startHttps } from '../support/https-server.ts';

const RITA = '0b7ec700-0000-4000-8000-000000000001';
const group = (index: number) => `96000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
const credential = { getToken: () => Promise.resolve({ token: 'the-token', expiresOnTimestamp: Date.now() + 3_600_000 }) };

let server: HttpsServer;
let directory: Directory;
beforeAll(async () => {
  server = await startHttps(() => ({ status: 200, body: {} }));
  const graph = createGraphClient({ graphUrl: server.url, credential, log: createLog('bot', 'silent') });
  directory = createDirectoryReader(graph, 300);
});
afterAll(() => server.close());

const codeFrom = async (answer: Answer | Promise<never>, call: () => Promise<unknown>): Promise<string> => {
  server.answerWith(() => answer);
  return call().then(() => 'answered', codeOf);
};

describe('the directory', () => {
  it('tells who somebody is', async () => {
    const body = {
      id: RITA.toUpperCase(),
      displayName: 'Rita',
      jobTitle: null,
      department: 'Platform',
      accountEnabled: true,
      userType: 'Guest',
    };
    server.answerWith(() => ({ status: 200, body }));
    expect(await directory.person(RITA)).toEqual({
      objectId: RITA,
      displayName: 'Rita',
      department: 'Platform',
      enabled: true,
      guest: true,
    });
    expect(server.asked.at(-1)).toMatchObject({ method: 'GET', path: `/v1.0/users/${RITA}` });
  });

  it.each<[string, Answer, string]>([
    ['nobody of that id', graphError(404, 'Request_ResourceNotFound'), 'directory.person-unknown'],
    ['a missing permission', graphError(403, 'Authorization_RequestDenied'), 'directory.forbidden'],
    ['an outage', graphError(503, 'ServiceUnavailable'), 'directory.unavailable'],
    ['a cut connection', 'reset', 'directory.unavailable'],
    ['an answer without accountEnabled', { status: 200, body: { id: RITA, displayName: 'Rita' } }, 'directory.unavailable'],
    ['a page of a proxy', { status: 200, body: '<html>' }, 'directory.unavailable'],
  ])('never takes %s for an enabled account', async (_, answer, code) => {
    expect(await codeFrom(answer, () => directory.person(RITA))).toBe(code);
  });

  it('does not let a click wait for an answer that does not come', async () => {
    expect(await codeFrom(new Promise<never>(() => undefined), () => directory.person(RITA))).toBe('directory.unavailable');
  });

  it('asks about memberships twenty groups at a time, and believes only what is said', async () => {
    const groups = Array.from({ length: 41 }, (_, index) => group(index));
    const before = server.asked.length;
    server.answerWith(({ body }) => ({ status: 200, body: { value: (body as { groupIds: string[] }).groupIds.slice(0, 1) } }));
    expect([...(await directory.memberships(RITA, groups))].toSorted()).toEqual([group(0), group(20), group(40)]);
    expect(
      server.asked
        .slice(before)
        .map(({ body }) => (body as { groupIds: string[] }).groupIds.length)
        .toSorted((a, b) => a - b),
    ).toEqual([1, 20, 20]);
  });

  it('knows no membership when one of the questions failed', async () => {
    const groups = Array.from({ length: 21 }, (_, index) => group(index));
    server.answerWith(({ body }) =>
      (body as { groupIds: string[] }).groupIds.length === 1
        ? graphError(500, 'x')
        : { status: 200, body: { value: groups.slice(0, 20) } },
    );
    await expect(directory.memberships(RITA, groups)).rejects.toMatchObject({ code: 'directory.unavailable' });
  });

  it('lists the people of a group over all pages, and leaves out what is no person', async () => {
    server.answerWith(({ query }) =>
      query.get('$skiptoken') === '2'
        ? { status: 200, body: { value: [{ '@odata.type': '#microsoft.graph.user', id: RITA }] } }
        : {
            status: 200,
            body: {
              value: [{ '@odata.type': '#microsoft.graph.group', id: group(1) }],
              '@odata.nextLink': `${server.url}/v1.0/x?$skiptoken=2`,
            },
          },
    );
    expect(await directory.members(group(0))).toEqual([RITA]);
  });

  it('sends nothing for an id that is no GUID', async () => {
    const before = server.asked.length;
    expect(await codeFrom({ status: 200 }, () => directory.person(`${RITA}/../../groups`))).toBe('directory.rejected');
    expect(server.asked).toHaveLength(before);
  });
});
