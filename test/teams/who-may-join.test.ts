import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '../../src/access/core/app-error.ts';
import type { Address } from '../../src/chat/surface.ts';
import { APPROVERS_TEAM_GROUP_ID, TEAMS, TENANT_ID } from '../../src/playground/cast.ts';
import { teamOf } from '../../src/teams/team-of.ts';
import type { Answer } from '../support/https-server.ts';
import { teamsWorld, type TeamsWorld } from './support/teams-world.ts';

const CHANNEL: Address = { platform: 'teams', workspaceId: TENANT_ID, channelId: TEAMS.approversConversationId };

let world: TeamsWorld;
let configured: string | undefined;
let visibility: () => Promise<string | undefined>;
const asked: string[] = [];
beforeAll(async () => {
  world = await teamsWorld(
    {},
    {
      teamOf: () => configured,
      groups: {
        visibilityOf: (groupId) => {
          asked.push(groupId);
          return visibility();
        },
      },
    },
  );
});
afterAll(() => world.close());
beforeEach(() => {
  configured = TEAMS.approversTeamId;
  visibility = () => Promise.resolve('Private');
  asked.length = 0;
  world.connector(undefined);
});

const teamAnswers = (end: 'channels' | 'details', answer: Answer) =>
  world.connector(({ path }) =>
    path.includes('/v3/teams/') && path.endsWith('/conversations') === (end === 'channels') ? answer : undefined,
  );
const channel = (more: object = {}): Answer => ({
  status: 200,
  body: {
    conversations: [
      { type: 'standard', id: TEAMS.approversTeamId },
      { id: TEAMS.approversConversationId, name: 'x', ...more },
    ],
  },
});
const fitness = () => world.surface.fitness(CHANNEL);

describe('a channel that every colleague may join', () => {
  it.each([
    ['Private', { fit: true }],
    ['HiddenMembership', { fit: true }],
    ['Public', { fit: false, code: 'public', reason: expect.stringMatching(/everybody in the tenant can join it/) }],
    [undefined, { fit: false, code: 'unreadable', reason: expect.stringContaining(APPROVERS_TEAM_GROUP_ID) }],
    ['public', { fit: false, code: 'unreadable' }],
  ])('gets no messages: the group of its team is %s in Entra', async (said, expected) => {
    visibility = () => Promise.resolve(said);
    expect(await fitness()).toMatchObject(expected);
    expect(asked).toEqual([APPROVERS_TEAM_GROUP_ID]);
  });

  it.each([
    ['private', { fit: true }],
    ['Private', { fit: true }],
    ['shared', { fit: false, code: 'shared' }],
    ['standard', { fit: false, code: 'public' }],
    [undefined, { fit: false, code: 'public' }],
    ['unknownFutureValue', { fit: false, code: 'unreadable' }],
  ])('is told by its own kind first, in a public team: %s', async (type, expected) => {
    visibility = () => Promise.resolve('Public');
    teamAnswers('channels', channel({ type }));
    expect(await fitness()).toMatchObject(expected);
  });
});

describe('what cannot be known is unfit, and the sentence says what to do', () => {
  it('of a channel whose team is not configured', async () => {
    configured = undefined;
    expect(await fitness()).toMatchObject({ fit: false, code: 'unreadable', reason: expect.stringContaining('"teamsTeamId"') });
  });

  it('of a channel that is not of the configured team, however private that is', async () => {
    teamAnswers('channels', { status: 200, body: { conversations: [{ type: 'private', id: '19:other@thread.tacv2' }] } });
    expect(await fitness()).toMatchObject({ fit: false, code: 'unreadable', reason: expect.stringContaining('no such channel') });
    expect(asked).toEqual([]);
  });

  const installed = expect.stringMatching(/Check "teamsTeamId", and that the Hallpass app is installed/);
  it.each<[string, Answer, unknown]>([
    ['a team without the app', { status: 403, body: { error: { code: 'BotNotInConversationRoster' } } }, installed],
    ['no such team', { status: 404, body: { error: { code: 'BadArgument' } } }, installed],
    ['an id that Teams does not take', { status: 400, body: { error: { code: 'BadSyntax' } } }, installed],
    [
      'a refusal without a reason',
      { status: 403, body: { error: { code: 'ServiceError' } } },
      expect.stringContaining('Install'),
    ],
    ['a sign-in that is refused', { status: 401, body: {} }, expect.stringContaining('teams.credential')],
    ['too many questions', { status: 429, body: {} }, expect.stringContaining('429')],
    ['an outage', { status: 503, body: {} }, expect.stringContaining('503')],
    ['a page of a proxy', { status: 200, body: '<html>' }, expect.any(String)],
  ])('when Teams answers %s', async (_, answer, reason) => {
    for (const end of ['channels', 'details'] as const) {
      teamAnswers(end, answer);
      expect(await fitness()).toMatchObject({ fit: false, code: 'unreadable', reason });
    }
    expect(asked).toEqual([]);
  });

  it.each<[string, 'channels' | 'details', object]>([
    ['no list', 'channels', {}],
    ['a list that is none', 'channels', { conversations: 'all of them' }],
    ['channels without ids', 'channels', { conversations: [{ name: 'x' }, null] }],
    ['a team without a group', 'details', { id: TEAMS.approversTeamId, name: 'Identity', aadGroupId: null }],
  ])('when Teams tells %s', async (_, end, body) => {
    teamAnswers(end, { status: 200, body });
    expect(await fitness()).toMatchObject({ fit: false, code: 'unreadable' });
    expect(asked).toEqual([]);
  });

  it('when Teams is asked too often, with how long that is', async () => {
    teamAnswers('channels', { status: 429, body: {}, headers: { 'retry-after': '9' } });
    expect(await fitness()).toMatchObject({ fit: false, code: 'unreadable', retryAfterMs: 9_000 });
  });

  it('when Entra refuses, with the permission that is missing', async () => {
    const hint = 'Hallpass lacks the application permission GroupMember.Read.All.';
    visibility = () => Promise.reject(new AppError('directory.forbidden', 'GET /groups: Graph answered 403', { hint }));
    expect(await fitness()).toMatchObject({ fit: false, code: 'unreadable', reason: expect.stringContaining(hint) });
  });

  it('and asks no question twice', async () => {
    const before = world.posts().length;
    teamAnswers('details', { status: 503, body: {} });
    await fitness();
    expect(
      world
        .posts()
        .slice(before)
        .filter(({ path }) => path.includes('/v3/teams/')),
    ).toHaveLength(2);
  });
});

describe('who reads a channel already', () => {
  it('is told before who may join it', async () => {
    configured = undefined;
    world.connector(({ path }) =>
      path.endsWith('/pagedmembers')
        ? { status: 200, body: { members: [{ tenantId: TENANT_ID, userRole: 'guest' }] } }
        : undefined,
    );
    expect(await fitness()).toMatchObject({ fit: false, code: 'guests' });
  });
});

describe('the team of a channel', () => {
  const entitlement = (approversChannel: object) =>
    ({ approversChannel }) as Parameters<typeof teamOf>[0]['entitlements'][number];
  const security = (channelOf: object) => ({ channel: channelOf }) as Parameters<typeof teamOf>[0]['security'];

  it('is the one that configuration names, wherever it names it, and no other', () => {
    const find = teamOf({
      entitlements: [
        entitlement({ teamsConversationId: '19:a', teamsTeamId: '19:team-a' }),
        entitlement({ teamsConversationId: '19:a' }),
        entitlement({ teamsConversationId: '19:b' }),
      ],
      security: security({ teamsConversationId: '19:s', teamsTeamId: '19:team-s' }),
    });
    expect(['19:a', '19:s', '19:b', '19:team-a'].map(find)).toEqual(['19:team-a', '19:team-s', undefined, undefined]);
  });
});
