import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Address, Message } from '../../src/chat/surface.ts';
import { FOREIGN_TENANT_ID, RITA, TEAMS, TEAMS_APP_ID, TENANT_ID } from '../../src/playground/cast.ts';
import { teamsWorld, type TeamsWorld } from './support/teams-world.ts';
import { textOf } from './support/validate-card.ts';
import { alertView, requesterView, requestView } from './support/views.ts';

const CHANNEL: Address = { platform: 'teams', workspaceId: TENANT_ID, channelId: TEAMS.approversConversationId };
const PERSON: Address = { platform: 'teams', workspaceId: TENANT_ID, userId: RITA.objectId };
const NOTE: Message = { kind: 'note', text: 'A reminder.' };

let world: TeamsWorld;
beforeEach(async () => {
  world = await teamsWorld();
});
afterEach(() => world.close());
const paths = () => world.posts().map(({ method, path }) => `${method} ${path.replace('/teams/v3/conversations', '')}`);

describe('posting', () => {
  it('begins a thread in a channel, and knows the message again', async () => {
    const posted = await world.surface.post(CHANNEL, { kind: 'request', view: requestView() });
    expect(posted).toEqual({
      platform: 'teams',
      workspaceId: TENANT_ID,
      channelId: TEAMS.approversConversationId,
      messageId: 'activity-1',
      serviceUrl: world.serviceUrl,
    });
    expect(world.posts()[0]?.body).toMatchObject({
      isGroup: true,
      tenantId: TENANT_ID,
      channelData: { channel: { id: TEAMS.approversConversationId }, tenant: { id: TENANT_ID } },
      activity: { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive' }] },
    });
  });

  it('opens a person’s chat by their object id where Teams wants it, once', async () => {
    const first = await world.surface.post(PERSON, { kind: 'requester', view: requesterView() });
    const second = await world.surface.post(PERSON, NOTE);
    expect(world.posts()[0]?.body).toMatchObject({
      isGroup: false,
      tenantId: TENANT_ID,
      members: [{ id: RITA.objectId }],
      bot: { id: `28:${TEAMS_APP_ID}` },
    });
    expect(Object(world.posts()[0]?.body).members[0]).not.toHaveProperty('aadObjectId');
    expect(paths()).toEqual(['POST ', 'POST /a:chat-1/activities', 'POST /a:chat-1/activities']);
    expect([first.channelId, second.channelId]).toEqual(['a:chat-1', 'a:chat-1']);
  });

  it('opens a chat again that the person had deleted', async () => {
    await world.surface.post(PERSON, NOTE);
    world.connector((asked) =>
      asked.path.includes('a:chat-1/') ? { status: 404, body: { error: { code: 'ConversationNotFound' } } } : undefined,
    );
    await expect(world.surface.post(PERSON, NOTE)).resolves.toMatchObject({ channelId: 'a:chat-3' });
  });

  it('replies in the thread of a channel’s message, and in the chat of a person’s', async () => {
    const inChannel = await world.surface.post(CHANNEL, NOTE);
    await world.surface.post(CHANNEL, NOTE, inChannel);
    const inChat = await world.surface.post(PERSON, NOTE);
    await world.surface.post(PERSON, NOTE, inChat);
    expect(paths()).toEqual([
      'POST ',
      `POST /${TEAMS.approversConversationId};messageid=activity-1/activities`,
      'POST ',
      'POST /a:chat-3/activities',
      'POST /a:chat-3/activities',
    ]);
  });

  it('edits in place', async () => {
    const posted = await world.surface.post(CHANNEL, { kind: 'alert', view: alertView() });
    await world.surface.update(posted, { kind: 'alert', view: alertView({ status: 'resolved' }) });
    expect(paths()[1]).toBe(`PUT /${TEAMS.approversConversationId}/activities/activity-1`);
    expect(textOf(world.posts()[1]?.body)).toContain('Resolved');
  });

  it('signs with the bot’s own token', async () => {
    await world.surface.post(CHANNEL, NOTE);
    expect(world.posts()[0]?.headers.authorization).toBe('Bearer a-token-for-the-connector');
  });

  it('refuses an address of another tenant before any call', async () => {
    await expect(world.surface.post({ ...CHANNEL, workspaceId: FOREIGN_TENANT_ID }, NOTE)).rejects.toMatchObject({
      code: 'chat.other-tenant',
    });
    expect(world.posts()).toEqual([]);
  });
});

describe('a failure of the connector', () => {
  const error = (code: string) => ({ error: { code, message: 'a text that nobody decides by' } });
  it.each([
    [
      'blocked by the person',
      {
        status: 403,
        body: { error: { code: 'ConversationBlockedByUser', innerHttpError: { body: { subCode: 'MessageWritesBlocked' } } } },
      },
      { code: 'chat.not-installed', retryable: false },
    ],
    [
      'not installed',
      { status: 403, body: { error: { code: 'BotNotInConversationRoster', message: 'x' } } },
      { code: 'chat.not-installed', retryable: false },
    ],
    ['not allowed', { status: 403, body: error('Forbidden') }, { code: 'chat.forbidden', retryable: false }],
    ['gone', { status: 404, body: error('ActivityNotFoundInConversation') }, { code: 'chat.message-gone', retryable: false }],
    ['too large', { status: 413, body: error('MessageSizeTooBig') }, { code: 'chat.too-large', retryable: false }],
    [
      'throttled',
      { status: 429, body: error('TooManyRequests'), headers: { 'retry-after': '9' } },
      { code: 'chat.throttled', retryable: true, retryAfterMs: 9000 },
    ],
    [
      'throttled without a time',
      { status: 429, body: error('TooManyRequests') },
      { code: 'chat.throttled', retryable: true, retryAfterMs: undefined },
    ],
    ['a conflicting write', { status: 412, body: error('PreconditionFailed') }, { code: 'chat.unavailable', retryable: true }],
    ['a bad gateway', { status: 502, body: '<html>' }, { code: 'chat.unavailable', retryable: true }],
    ['a slow gateway', { status: 504 }, { code: 'chat.unavailable', retryable: true }],
    ['a server error', { status: 500, body: error('ServiceError') }, { code: 'chat.unavailable', retryable: true }],
    ['a broken connection', 'reset' as const, { code: 'chat.unavailable', retryable: true }],
    ['a bad request', { status: 400, body: error('BadSyntax') }, { code: 'chat.rejected', retryable: false }],
    ['an answer without an id', { status: 201, body: {} }, { code: 'chat.rejected', retryable: false }],
  ])('%s is told as what it is, and the call is not repeated: it may have arrived', async (_, answer, expected) => {
    world.connector(() => answer);
    await expect(world.surface.post(CHANNEL, NOTE)).rejects.toMatchObject(expected);
    expect(world.posts()).toHaveLength(1);
  });

  it('never carries the token', async () => {
    world.connector(() => ({ status: 500, body: error('ServiceError') }));
    const failure = await world.surface.post(CHANNEL, NOTE).catch((thrown: unknown) => thrown);
    expect(`${String(failure)} ${JSON.stringify(failure)}`).not.toContain('a-token-for-the-connector');
  });
});

describe('the fitness of a channel', () => {
  const member = (more = {}) => ({
    id: '29:x',
    name: 'x',
    aadObjectId: RITA.objectId,
    tenantId: TENANT_ID,
    userRole: 'user',
    ...more,
  });
  const members = (...pages: readonly (readonly object[])[]) =>
    world.connector((asked) => {
      if (!asked.path.endsWith('/pagedmembers')) return undefined;
      const page = Number(asked.query.get('continuationToken') ?? 0);
      return {
        status: 200,
        body: { members: pages[page], ...(page + 1 < pages.length ? { continuationToken: String(page + 1) } : {}) },
      };
    });

  it.each([
    ['everybody is of the tenant', [[member(), member({ tenantId: TENANT_ID.toUpperCase() })]], { fit: true }],
    ['a guest is in it', [[member(), member({ userRole: 'guest' })]], { fit: false, code: 'guests' }],
    ['a guest is on the last page', [[member()], [member()], [member({ userRole: 'Guest' })]], { fit: false, code: 'guests' }],
    ['somebody of another tenant is in it', [[member({ tenantId: FOREIGN_TENANT_ID })]], { fit: false, code: 'shared' }],
    ['somebody is of no known tenant', [[member({ tenantId: undefined })]], { fit: false, code: 'unreadable' }],
    ['nobody is in it', [[]], { fit: false, code: 'unreadable' }],
  ])('when %s', async (_, pages, expected) => {
    members(...pages);
    await expect(world.surface.fitness(CHANNEL)).resolves.toMatchObject(expected);
  });

  it.each([
    [{ status: 403, body: { error: { code: 'BotNotInConversationRoster' } } }, 'not-member'],
    [{ status: 404, body: { error: { code: 'ConversationNotFound' } } }, 'not-member'],
    [{ status: 429, body: {} }, 'unreadable'],
    [{ status: 500, body: {} }, 'unreadable'],
    [{ status: 200, body: { members: 'all of them' } }, 'unreadable'],
    [{ status: 200, body: '<html>' }, 'unreadable'],
  ])('is never assumed when it cannot be read: %j', async (answer, code) => {
    world.connector(({ path }) => (path.endsWith('/pagedmembers') ? answer : undefined));
    await expect(world.surface.fitness(CHANNEL)).resolves.toMatchObject({ fit: false, code });
  });

  it('says how long Teams wants to be left alone', async () => {
    const busy = { status: 429, body: {}, headers: { 'retry-after': '9' } };
    world.connector(({ path }) => (path.endsWith('/pagedmembers') ? busy : undefined));
    await expect(world.surface.fitness(CHANNEL)).resolves.toMatchObject({ code: 'unreadable', retryAfterMs: 9_000 });
  });

  it('ends on a server that pages for ever', async () => {
    world.connector(({ path }) =>
      path.endsWith('/pagedmembers') ? { status: 200, body: { members: [member()], continuationToken: 'more' } } : undefined,
    );
    await expect(world.surface.fitness(CHANNEL)).resolves.toMatchObject({ fit: false, code: 'unreadable' });
  });

  it('is given for a chat of two', async () => {
    await expect(world.surface.fitness(PERSON)).resolves.toEqual({ fit: true });
  });
});

describe('health', () => {
  it('is good while the bot can sign in and can verify what comes', async () => {
    await expect(world.surface.health()).resolves.toEqual({ ok: true });
  });

  it.each([
    ['/token', 'cannot sign in'],
    ['/bf/openid', 'cannot be verified'],
  ])('is bad while %s does not answer, and says what to check', async (path, reason) => {
    world.breakDown(path);
    await expect(world.surface.health()).resolves.toEqual({ ok: false, reason: expect.stringContaining(reason) });
  });
});
