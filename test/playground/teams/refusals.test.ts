import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ANNA,
  APPROVERS_TEAM_GROUP_ID,
  FOREIGN_TENANT_ID,
  RITA,
  SAM,
  TEAMS,
  TEAMS_APP_ID,
  TENANT_ID,
} from '../../../src/playground/cast.ts';
import { type BareTeams, bareTeams, card } from './bare-teams.ts';

let world: BareTeams;
let posted: string;
let hers: string;
let chat: string;
const approvers = TEAMS.approversConversationId;

beforeAll(async () => {
  world = await bareTeams();
  const { model } = world.teams;
  posted = String(
    (await world.call('POST', `conversations/${approvers}/activities`, { type: 'message', text: 'x' })).body?.['id'],
  );
  await world.teams.people.say('anna', 'hello', approvers);
  hers =
    model
      .state()
      .conversations.find(({ id }) => id === approvers)
      ?.messages.at(-1)?.id ?? '';
  chat = model.openPersonal(RITA.teamsUserId).id;
  const sam = model.users.get(SAM.teamsUserId);
  if (sam) model.putUser({ ...sam, installed: false });
  model.openPersonal(SAM.teamsUserId);
});
afterAll(async () => {
  await world.stop();
});

const message = (more: object = {}) => ({ type: 'message', text: 'words', ...more });
const withCard = (content: object) => ({
  type: 'message',
  attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }],
});
const person = (member: object, more: object = {}) => ({
  isGroup: false,
  bot: { id: `28:${TEAMS_APP_ID}`, name: 'Hallpass' },
  members: [member],
  tenantId: TENANT_ID,
  channelData: { tenant: { id: TENANT_ID } },
  ...more,
});

interface Row {
  readonly lie: string;
  readonly method: string;
  readonly path: () => string;
  readonly wrong: () => { readonly path?: string; readonly body?: object };
  readonly status: number;
  readonly code: string;
  readonly right: () => object | undefined;
}

const into = (lie: string, body: object, status: number, code: string, right: object = message()): Row => ({
  lie,
  method: 'POST',
  path: () => `conversations/${approvers}/activities`,
  wrong: () => ({ body }),
  status,
  code,
  right: () => right,
});
const create = (lie: string, body: object, status: number, code: string, right: object = person({ id: ANNA.objectId })): Row => ({
  lie,
  method: 'POST',
  path: () => 'conversations',
  wrong: () => ({ body }),
  status,
  code,
  right: () => right,
});

const rows: readonly Row[] = [
  into('no words and no card', { type: 'message' }, 400, 'BadSyntax'),
  into('an unknown type', message({ type: 'shout' }), 400, 'BadSyntax'),
  into('an unknown attachment', message({ attachments: [{ contentType: 'image/nothing' }] }), 400, 'BadSyntax'),
  into(
    'more than 100 KB',
    message({ text: 'x'.repeat(60_000) }),
    413,
    'MessageSizeTooBig',
    message({ text: 'x'.repeat(40_000) }),
  ),
  into('a card of version 1.6', withCard(card({ version: '1.6' })), 400, 'BadSyntax', withCard(card())),
  into('a card with an unknown element', withCard(card({ body: [{ type: 'Nonsense' }] })), 400, 'BadSyntax', withCard(card())),
  into(
    'an input without an id',
    withCard(card({ body: [{ type: 'Input.Text' }] })),
    400,
    'BadSyntax',
    withCard(card({ body: [{ type: 'Input.Text', id: 'i' }] })),
  ),
  into('a card with an unknown property', withCard(card({ colour: 'red' })), 400, 'BadSyntax', withCard(card())),
  into('a text that is a number', withCard(card({ body: [{ type: 'TextBlock', text: 7 }] })), 400, 'BadSyntax', withCard(card())),
  into(
    'a container without items',
    withCard(card({ body: [{ type: 'Container' }] })),
    400,
    'BadSyntax',
    withCard(card({ body: [{ type: 'Container', items: [] }] })),
  ),
  into(
    'Action.Execute in an old card',
    withCard(card({ version: '1.3', actions: [{ type: 'Action.Execute', verb: 'a', title: 'A' }] })),
    400,
    'BadSyntax',
    withCard(card({ version: '1.4', actions: [{ type: 'Action.Execute', verb: 'a', title: 'A' }] })),
  ),
  into(
    'a refresh for object ids',
    withCard(card({ refresh: { action: { type: 'Action.Execute', verb: 'r' }, userIds: [ANNA.objectId] } })),
    400,
    'BadSyntax',
    withCard(card({ refresh: { action: { type: 'Action.Execute', verb: 'r' }, userIds: [ANNA.teamsUserId] } })),
  ),
  {
    lie: 'an unknown conversation',
    method: 'POST',
    path: () => `conversations/${approvers}/activities`,
    wrong: () => ({ path: 'conversations/19:nowhere@thread.tacv2/activities', body: message() }),
    status: 404,
    code: 'ConversationNotFound',
    right: () => message(),
  },
  {
    lie: 'an unknown thread',
    method: 'POST',
    path: () => `conversations/${approvers};messageid=${posted}/activities`,
    wrong: () => ({ path: `conversations/${approvers};messageid=1/activities`, body: message() }),
    status: 404,
    code: 'ConversationNotFound',
    right: () => message(),
  },
  {
    lie: 'somebody who took the app away',
    method: 'POST',
    path: () => `conversations/${chat}/activities`,
    wrong: () => ({ path: `conversations/${world.teams.model.openPersonal(SAM.teamsUserId).id}/activities`, body: message() }),
    status: 403,
    code: 'MessageWritesBlocked',
    right: () => message(),
  },
  {
    lie: 'an unknown activity',
    method: 'PUT',
    path: () => `conversations/${approvers}/activities/${posted}`,
    wrong: () => ({ path: `conversations/${approvers}/activities/1`, body: message() }),
    status: 404,
    code: 'ActivityNotFoundInConversation',
    right: () => message(),
  },
  {
    lie: 'the message of a person',
    method: 'PUT',
    path: () => `conversations/${approvers}/activities/${posted}`,
    wrong: () => ({ path: `conversations/${approvers}/activities/${hers}`, body: message() }),
    status: 403,
    code: 'NotEnoughPermissions',
    right: () => message(),
  },
  {
    lie: 'a page of 10',
    method: 'GET',
    path: () => `conversations/${approvers}/pagedmembers?pageSize=50`,
    wrong: () => ({ path: `conversations/${approvers}/pagedmembers?pageSize=10` }),
    status: 400,
    code: 'BadArgument',
    right: () => undefined,
  },
  {
    lie: 'another team',
    method: 'GET',
    path: () => `teams/${TEAMS.approversTeamId}/conversations`,
    wrong: () => ({ path: 'teams/19:other@thread.tacv2/conversations' }),
    status: 404,
    code: 'BadArgument',
    right: () => undefined,
  },
  {
    lie: 'a channel that is not General for its team',
    method: 'GET',
    path: () => `teams/${TEAMS.approversTeamId}`,
    wrong: () => ({ path: `teams/${approvers}` }),
    status: 404,
    code: 'BadArgument',
    right: () => undefined,
  },
  {
    lie: 'the object id of the group for the team',
    method: 'GET',
    path: () => `teams/${TEAMS.approversTeamId}`,
    wrong: () => ({ path: `teams/${APPROVERS_TEAM_GROUP_ID}` }),
    status: 400,
    code: 'BadSyntax',
    right: () => undefined,
  },
  create('the object id in aadObjectId', person({ id: ANNA.teamsUserId, aadObjectId: ANNA.objectId }), 400, 'BadSyntax'),
  create('no tenant', person({ id: ANNA.objectId }, { tenantId: '', channelData: {} }), 400, 'BadSyntax'),
  create(
    'another tenant',
    person({ id: ANNA.objectId }, { tenantId: FOREIGN_TENANT_ID, channelData: { tenant: { id: FOREIGN_TENANT_ID } } }),
    403,
    'TenantNotAllowed',
  ),
  create('nobody known', person({ id: '00000000-0000-4000-8000-000000000000' }), 400, 'BadSyntax'),
  create('an e-mail address', person({ id: ANNA.userPrincipalName }), 400, 'BadSyntax'),
  create('somebody without the app', person({ id: SAM.objectId }), 403, 'MessageWritesBlocked'),
  create(
    'a channel without a message',
    person({ id: ANNA.objectId }, { isGroup: true, channelData: { channel: { id: approvers }, tenant: { id: TENANT_ID } } }),
    400,
    'BadSyntax',
  ),
];

describe('the Bot Connector', () => {
  it.each(rows)(
    'refuses $method with $lie as $code, and takes the same without the lie',
    async ({ method, path, wrong, status, code, right }) => {
      const lie = wrong();
      expect(await world.call(method, lie.path ?? path(), lie.body)).toMatchObject({
        status,
        body: { error: { code, message: expect.any(String) } },
      });
      const { status: taken } = await world.call(method, path(), right());
      expect([200, 201]).toContain(taken);
    },
  );

  it.each([
    ['no token', async () => undefined],
    ['a token for another service', async () => await world.login.token({ aud: 'https://graph.microsoft.com' })],
    ['the token of another application', async () => await world.login.token({ appid: 'b0700000-0000-4000-8000-000000000009' })],
    ['a token that has ended', async () => await world.login.token({ expired: true })],
    ['no token at all but a word', async () => 'word'],
  ])('refuses %s with 401', async (_, token) => {
    const path = `conversations/${approvers}/pagedmembers`;
    expect(await world.call('GET', path, undefined, { token: await token() })).toMatchObject({ status: 401 });
    expect(await world.call('GET', path)).toMatchObject({ status: 200 });
  });

  it('takes no more than seven messages a second into one thread', async () => {
    const strict = await bareTeams({ limits: 'real' });
    const path = `conversations/${approvers}/activities`;
    const all = await Promise.all(Array.from({ length: 8 }, async () => await strict.call('POST', path, message())));
    expect(all.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([...Array.from({ length: 7 }, () => 201), 429]);
    const other = await strict.call('POST', `conversations/${TEAMS.securityConversationId}/activities`, message());
    expect(other.status).toBe(201);
    await strict.stop();
  });

  it('forgets a chat that its person deleted, and opens another one', async () => {
    const { model } = world.teams;
    const path = `conversations/${chat}/activities`;
    model.deletePersonal(RITA.teamsUserId);
    expect(await world.call('POST', path, message())).toMatchObject({ status: 404 });
    const again = await world.call('POST', 'conversations', person({ id: RITA.objectId }));
    expect(again.body?.['id']).not.toBe(chat);
  });

  it('lists who reads a channel, with tenant and role, and says when the app was taken out of the team', async () => {
    const { model } = world.teams;
    const channel = model.conversations.get(TEAMS.securityConversationId);
    const sam = model.users.get(SAM.teamsUserId);
    if (!channel || !sam) throw new Error('no channel');
    const guest = {
      ...sam,
      id: '29:guest',
      key: 'guest',
      objectId: '0b7ec700-0000-4000-8000-0000000000aa',
      tenantId: FOREIGN_TENANT_ID,
    };
    model.putUser({ ...guest, role: 'guest' });
    model.putConversation({ ...channel, members: [...channel.members, guest.id] });
    const path = `conversations/${channel.id}/pagedmembers`;
    expect((await world.call('GET', path)).body?.['members']).toMatchObject([
      { tenantId: TENANT_ID, userRole: 'user' },
      { tenantId: TENANT_ID, userRole: 'user' },
      { tenantId: FOREIGN_TENANT_ID, userRole: 'guest' },
    ]);
    model.putConversation({ ...channel, botInstalled: false });
    expect(await world.call('GET', path)).toMatchObject({ status: 403, body: { error: { code: 'BotNotInConversationRoster' } } });
    model.putConversation(channel);
  });

  it('tells a bot in a team which group the team is and which channels it has, and no other bot', async () => {
    const { model } = world.teams;
    const team = `teams/${TEAMS.approversTeamId}`;
    expect((await world.call('GET', team)).body).toEqual({
      id: TEAMS.approversTeamId,
      name: 'Identity',
      aadGroupId: APPROVERS_TEAM_GROUP_ID,
      channelCount: 2,
      memberCount: 2,
    });
    expect((await world.call('GET', `${team}/conversations`)).body).toEqual({
      conversations: [
        { type: 'standard', id: TEAMS.approversTeamId },
        { type: 'standard', id: approvers, name: 'access-approvals' },
      ],
    });
    const channel = model.conversations.get(approvers);
    if (!channel) throw new Error('no channel');
    model.putConversation({ ...channel, botInstalled: false });
    for (const path of [team, `${team}/conversations`]) {
      expect(await world.call('GET', path)).toMatchObject({
        status: 403,
        body: { error: { code: 'BotNotInConversationRoster' } },
      });
      expect(await world.call('GET', path, undefined, { token: undefined })).toMatchObject({ status: 401 });
    }
    model.putConversation(channel);
  });
});
