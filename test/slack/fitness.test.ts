import { afterEach, describe, expect, it } from '@jest/globals';
import { ANNA, CHANNEL, OTHER_WORKSPACE, RITA, WORKSPACE } from './payload-samples.ts';
import { slackWorld, type SlackWorld } from './slack-world.ts';

let world: SlackWorld | undefined;
afterEach(async () => world?.close());

const PLACE = { platform: 'slack', workspaceId: WORKSPACE, channelId: CHANNEL } as const;
const PRIVATE = {
  id: CHANNEL,
  is_private: true,
  is_member: true,
  is_archived: false,
  is_shared: false,
  is_ext_shared: false,
  is_org_shared: false,
  pending_shared: [],
};
const MEMBER = { team_id: WORKSPACE, is_restricted: false, is_ultra_restricted: false };

/** A Slack with one channel; `anna` overrides what is known of one of its members. */
async function withChannel(channel: object = {}, anna: object = {}): Promise<SlackWorld> {
  world = await slackWorld();
  world.slack.answer('conversations.info', () => ({ ok: true, channel: { ...PRIVATE, ...channel } }));
  world.slack.answer('conversations.members', ({ cursor }) =>
    cursor === 'next'
      ? { ok: true, members: [ANNA], response_metadata: { next_cursor: '' } }
      : { ok: true, members: [RITA, 'U0HALLPASS'], response_metadata: { next_cursor: 'next' } },
  );
  world.slack.answer('users.info', ({ user }) => ({ ok: true, user: { id: user, ...MEMBER, ...(user === ANNA ? anna : {}) } }));
  return world;
}

describe('a channel for messages about access', () => {
  it('is fit when it is private, ours alone, without guests, and we are in it', async () => {
    const { surface } = await withChannel();
    expect(await surface.fitness(PLACE)).toEqual({ fit: true });
  });

  it.each([
    ['public', { is_private: false }, {}],
    ['shared', { is_ext_shared: true }, {}],
    ['shared', { is_shared: true }, {}],
    ['shared', { is_org_shared: true }, {}],
    ['shared', { pending_shared: [OTHER_WORKSPACE] }, {}],
    ['shared', { is_pending_ext_shared: true }, {}],
    ['not-member', { is_member: false }, {}],
    ['unreadable', { is_archived: true }, {}],
    ['guests', {}, { is_restricted: true }],
    ['guests', {}, { is_ultra_restricted: true }],
    ['guests', {}, { is_stranger: true }],
    ['guests', {}, { team_id: OTHER_WORKSPACE }],
  ] as const)('is unfit: %s %j %j', async (code, channel, anna) => {
    const { surface } = await withChannel(channel, anna);
    expect(await surface.fitness(PLACE)).toMatchObject({ fit: false, code });
  });

  it.each(['conversations.info', 'conversations.members', 'users.info'])(
    'is unfit when it cannot be read: %s',
    async (method) => {
      const { surface, slack } = await withChannel();
      slack.answer(method, () => ({ ok: false, error: 'missing_scope', needed: 'groups:read' }));
      expect(await surface.fitness(PLACE)).toMatchObject({
        fit: false,
        code: 'unreadable',
        reason: expect.stringContaining('groups:read'),
      });
    },
  );

  it.each(['conversations.info', 'conversations.members', 'users.info'])(
    'is unfit when Slack does not answer: %s',
    async (method) => {
      const { surface, slack } = await withChannel();
      slack.answer(method, () => new Response(null, { status: 503 }));
      expect(await surface.fitness(PLACE)).toMatchObject({ fit: false, code: 'unreadable' });
    },
  );

  it('is unfit while Slack is asked too often, and says how long that is', async () => {
    const { surface, slack } = await withChannel();
    slack.answer('conversations.members', () => new Response(null, { status: 429, headers: { 'retry-after': '30' } }));
    expect(await surface.fitness(PLACE)).toMatchObject({ fit: false, code: 'unreadable', retryAfterMs: 30_000 });
  });

  it('is unfit when Slack’s answer leaves out whether it is private', async () => {
    const { surface } = await withChannel({ is_private: undefined });
    expect(await surface.fitness(PLACE)).toMatchObject({ fit: false });
  });

  it('says how to invite us when Slack pretends that there is none', async () => {
    const { surface, slack } = await withChannel();
    slack.answer('conversations.info', () => ({ ok: false, error: 'channel_not_found' }));
    expect(await surface.fitness(PLACE)).toMatchObject({
      fit: false,
      code: 'not-member',
      reason: expect.stringContaining('/invite @Hallpass'),
    });
  });

  it('is unfit in any other workspace, without asking', async () => {
    const { surface, slack } = await withChannel();
    expect(await surface.fitness({ ...PLACE, workspaceId: OTHER_WORKSPACE })).toMatchObject({ fit: false });
    expect(slack.calls).toEqual([]);
  });

  it('notices somebody who joined since the last look', async () => {
    const { surface, slack } = await withChannel();
    expect(await surface.fitness(PLACE)).toEqual({ fit: true });
    slack.answer('conversations.members', () => ({ ok: true, members: [RITA, 'U0GUEST001'] }));
    slack.answer('users.info', ({ user }) => ({ ok: true, user: { id: user, ...MEMBER, is_restricted: user === 'U0GUEST001' } }));
    expect(await surface.fitness(PLACE)).toMatchObject({ fit: false, code: 'guests' });
  });

  it('is unfit when more people are in it than anybody oversees', async () => {
    const { surface, slack } = await withChannel();
    slack.answer('conversations.members', () => ({ ok: true, members: Array.from({ length: 501 }, (_, index) => `U${index}`) }));
    expect(await surface.fitness(PLACE)).toMatchObject({ fit: false, code: 'unreadable' });
  });
});

describe('a direct message', () => {
  it.each([
    [true, {}],
    [false, { is_restricted: true }],
    [false, { is_stranger: true }],
  ])('is fit (%s) by who receives it: %j', async (fit, anna) => {
    const { surface } = await withChannel({}, anna);
    expect(await surface.fitness({ platform: 'slack', workspaceId: WORKSPACE, userId: ANNA })).toMatchObject({ fit });
  });
});
