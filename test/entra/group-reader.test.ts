import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeOf } from '../../src/access/core/app-error.ts';
import { createGraphClient } from '../../src/entra/graph-client.ts';
import { createGroupReader, type GroupReader } from '../../src/entra/group-reader.ts';
import { createLog } from '../../src/observe/log.ts';
import { graphError, type Answer, type HttpsServer, startHttps } from '../support/https-server.ts';

const GROUP = '96000000-0000-4000-8000-00000000000a';
const credential = { getToken: () => Promise.resolve({ token: 'the-token', expiresOnTimestamp: Date.now() + 3_600_000 }) };

let server: HttpsServer;
let groups: GroupReader;
beforeAll(async () => {
  server = await startHttps(() => ({ status: 200, body: {} }));
  groups = createGroupReader(createGraphClient({ graphUrl: server.url, credential, log: createLog('bot', 'silent') }));
});
afterAll(() => server.close());

describe('the visibility of a group', () => {
  it.each([
    ['Public', 'Public'],
    ['Private', 'Private'],
    ['HiddenMembership', 'HiddenMembership'],
    [null, undefined],
    [undefined, undefined],
    ['Hidden', undefined],
    [{}, undefined],
  ])('is what Entra says, and nothing is made of the rest: %j', async (said, told) => {
    server.answerWith(() => ({ status: 200, body: { id: GROUP.toUpperCase(), visibility: said } }));
    expect(await groups.visibilityOf(GROUP.toUpperCase())).toBe(told);
    expect(server.asked.at(-1)).toMatchObject({ method: 'GET', path: `/v1.0/groups/${GROUP}` });
    expect(server.asked.at(-1)?.query.get('$select')).toBe('id,visibility');
  });

  it.each<[string, Answer, string]>([
    ['no such group', graphError(404, 'Request_ResourceNotFound'), 'directory.not-found'],
    ['a missing permission', graphError(403, 'Authorization_RequestDenied'), 'directory.forbidden'],
    ['an outage', graphError(503, 'ServiceUnavailable'), 'directory.unavailable'],
    ['another group', { status: 200, body: { id: GROUP.replace('a', 'b'), visibility: 'Private' } }, 'directory.unavailable'],
    ['a page of a proxy', { status: 200, body: '<html>' }, 'directory.unavailable'],
  ])('is unknown after %s', async (_, answer, code) => {
    server.answerWith(() => answer);
    expect(await groups.visibilityOf(GROUP).then(String, codeOf)).toBe(code);
  });

  it('names the permission that is missing', async () => {
    server.answerWith(() => graphError(403, 'Authorization_RequestDenied'));
    await expect(groups.visibilityOf(GROUP)).rejects.toMatchObject({ hint: expect.stringContaining('GroupMember.Read.All') });
  });

  it('is asked of no id that is no GUID', async () => {
    const before = server.asked.length;
    expect(await groups.visibilityOf(`${GROUP}/members`).then(String, codeOf)).toBe('directory.rejected');
    expect(server.asked).toHaveLength(before);
  });
});
