import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ANNA, RITA, SAM, SLACK } from '../../../src/playground/cast.ts';
import { PUBLIC_CHANNEL_ID } from '../../../src/playground/slack/workspace-seed.ts';
import { type BareSlack, bareSlack, button, modal, section } from './bare-slack.ts';
import { SECRETS } from './bolt-bot.ts';

let world: BareSlack;
let ownTs: string;
let foreignTs: string;
let ownView: { readonly id: string; readonly hash: string };
const approvers = SLACK.approversChannelId;

beforeAll(async () => {
  world = await bareSlack();
  const own = await world.call('chat.postMessage', { channel: approvers, text: 'mine' });
  ownTs = String(own['ts']);
  const { model } = world.slack;
  foreignTs = '1700000000.000001';
  model.addMessage(approvers, { type: 'message', ts: foreignTs, user: ANNA.slackUserId, text: 'hers' });
  const opened = await world.call('views.open', {
    trigger_id: await world.trigger(SAM.slackUserId),
    view: modal({ external_id: 'taken' }),
  });
  ownView = opened['view'] as typeof ownView;
});
afterAll(async () => {
  await world.stop();
});

interface Row {
  readonly lie: string;
  readonly method: string;
  readonly wrong: () => object;
  readonly error: string;
  readonly right: () => object;
}

const post = (lie: string, wrong: object, error: string, right: object = { text: 'words' }): Row => ({
  lie,
  method: 'chat.postMessage',
  wrong: () => ({ channel: approvers, ...wrong }),
  error,
  right: () => ({ channel: approvers, ...right }),
});

const rows: readonly Row[] = [
  post('an unknown channel', { channel: 'C0NOWHERE', text: 'words' }, 'channel_not_found'),
  post('a public channel without the app in it', { channel: PUBLIC_CHANNEL_ID, text: 'words' }, 'not_in_channel'),
  post('no words at all', {}, 'no_text'),
  post('an unknown thread', { text: 'words', thread_ts: '1.1' }, 'thread_not_found'),
  post('blocks that are no JSON', { blocks: '[{' }, 'invalid_blocks_format', { blocks: [section('words')] }),
  post('an unknown block', { blocks: [{ type: 'nonsense' }] }, 'invalid_blocks', { blocks: [{ type: 'divider' }] }),
  post('a bar of no colour', { attachments: [{ color: 'mauve', fallback: 'x' }] }, 'invalid_attachments', {
    attachments: [{ color: '#00ff00', fallback: 'x', blocks: [section('words')] }],
  }),
  {
    lie: 'a message that is not there',
    method: 'chat.update',
    wrong: () => ({ channel: approvers, ts: '1.1', text: 'words' }),
    error: 'message_not_found',
    right: () => ({ channel: approvers, ts: ownTs, text: 'words' }),
  },
  {
    lie: 'the message of a person',
    method: 'chat.update',
    wrong: () => ({ channel: approvers, ts: foreignTs, text: 'words' }),
    error: 'cant_update_message',
    right: () => ({ channel: approvers, ts: ownTs, text: 'words' }),
  },
  {
    lie: 'a user in place of a channel',
    method: 'chat.update',
    wrong: () => ({ channel: RITA.slackUserId, ts: ownTs, text: 'words' }),
    error: 'channel_not_found',
    right: () => ({ channel: approvers, ts: ownTs, text: 'words' }),
  },
  {
    lie: 'an update of 4,001 characters',
    method: 'chat.update',
    wrong: () => ({ channel: approvers, ts: ownTs, text: 'x'.repeat(4001) }),
    error: 'msg_too_long',
    right: () => ({ channel: approvers, ts: ownTs, text: 'x'.repeat(4000) }),
  },
  {
    lie: 'the message of a person',
    method: 'chat.delete',
    wrong: () => ({ channel: approvers, ts: foreignTs }),
    error: 'cant_delete_message',
    right: () => ({ channel: approvers, ts: ownTs }),
  },
  {
    lie: 'somebody who is not in the channel',
    method: 'chat.postEphemeral',
    wrong: () => ({ channel: approvers, user: RITA.slackUserId, text: 'words' }),
    error: 'user_not_in_channel',
    right: () => ({ channel: approvers, user: ANNA.slackUserId, text: 'words' }),
  },
  {
    lie: 'a view of an older hash',
    method: 'views.update',
    wrong: () => ({ view_id: ownView.id, hash: '1.old', view: modal() }),
    error: 'hash_conflict',
    right: () => ({ view_id: ownView.id, hash: ownView.hash, view: modal({ external_id: 'taken' }) }),
  },
  {
    lie: 'a view that nobody has open',
    method: 'views.update',
    wrong: () => ({ view_id: 'V0NOTHING', view: modal() }),
    error: 'not_found',
    right: () => ({ external_id: 'taken', view: modal({ external_id: 'taken' }) }),
  },
  {
    lie: 'somebody unknown',
    method: 'views.publish',
    wrong: () => ({ user_id: 'U0NOBODY', view: { type: 'home', blocks: [] } }),
    error: 'invalid_arguments',
    right: () => ({ user_id: RITA.slackUserId, view: { type: 'home', blocks: [] } }),
  },
  {
    lie: 'a Home with a title',
    method: 'views.publish',
    wrong: () => ({ user_id: RITA.slackUserId, view: { type: 'home', blocks: [], title: { type: 'plain_text', text: 'x' } } }),
    error: 'invalid_arguments',
    right: () => ({ user_id: RITA.slackUserId, view: { type: 'home', blocks: [] } }),
  },
  {
    lie: 'an unknown channel',
    method: 'conversations.info',
    wrong: () => ({ channel: 'C0NOWHERE' }),
    error: 'channel_not_found',
    right: () => ({ channel: PUBLIC_CHANNEL_ID }),
  },
  {
    lie: 'a limit of 0',
    method: 'conversations.members',
    wrong: () => ({ channel: approvers, limit: '0' }),
    error: 'invalid_limit',
    right: () => ({ channel: approvers, limit: '1' }),
  },
  {
    lie: 'an unknown channel type',
    method: 'conversations.list',
    wrong: () => ({ types: 'secret_channel' }),
    error: 'invalid_types',
    right: () => ({ types: 'public_channel,private_channel' }),
  },
  {
    lie: 'somebody unknown',
    method: 'conversations.open',
    wrong: () => ({ users: 'U0NOBODY' }),
    error: 'user_not_found',
    right: () => ({ users: RITA.slackUserId }),
  },
  {
    lie: 'the app itself',
    method: 'conversations.open',
    wrong: () => ({ users: SLACK.botUserId }),
    error: 'cannot_dm_bot',
    right: () => ({ users: RITA.slackUserId }),
  },
  {
    lie: 'somebody unknown',
    method: 'users.info',
    wrong: () => ({ user: 'U0NOBODY' }),
    error: 'user_not_found',
    right: () => ({ user: RITA.slackUserId }),
  },
];

describe('the Web API', () => {
  it.each(rows)(
    'refuses $method with $lie as $error, and takes the same without the lie',
    async ({ method, wrong, error, right }) => {
      expect(await world.call(method, wrong())).toMatchObject({ ok: false, error });
      expect(await world.call(method, right())).toMatchObject({ ok: true });
    },
  );

  it.each([
    ['no token', 'auth.test', null, 'not_authed'],
    ['a made-up token', 'auth.test', 'xoxb-made-up', 'invalid_auth'],
    ['the app-level token for a bot method', 'chat.postMessage', SECRETS.appToken, 'not_allowed_token_type'],
    ['the bot token for a connection', 'apps.connections.open', SECRETS.botToken, 'not_allowed_token_type'],
    ['a method that does not exist', 'chat.postEverything', SECRETS.botToken, 'unknown_method'],
  ])('refuses %s', async (_, method, token, error) => {
    expect(await world.call(method, {}, token)).toMatchObject({ ok: false, error });
    expect(await world.call('auth.test')).toMatchObject({ ok: true, team_id: SLACK.workspaceId, bot_id: SLACK.botId });
    expect(await world.call('apps.connections.open', {}, SECRETS.appToken)).toMatchObject({
      ok: true,
      url: expect.stringMatching(/^ws:/),
    });
  });

  it('names the scope that is missing and those that were granted', async () => {
    const { seed } = world.slack.model;
    const poor = await bareSlack({ seed: { ...seed, app: { ...seed.app, scopes: ['commands', 'channels:read'] } } });
    const refused = { ok: false, error: 'missing_scope', provided: 'commands,channels:read' };
    expect(await poor.call('chat.postMessage', { channel: approvers, text: 'x' })).toMatchObject({
      ...refused,
      needed: 'chat:write',
    });
    expect(await poor.call('conversations.info', { channel: approvers })).toMatchObject({ ...refused, needed: 'groups:read' });
    expect(await poor.call('conversations.info', { channel: PUBLIC_CHANNEL_ID })).toMatchObject({ ok: true });
    expect(await poor.call('users.info', { user: RITA.slackUserId })).toMatchObject({ ...refused, needed: 'users:read' });
    await poor.stop();
  });

  it('hides a private channel that the app was taken out of', async () => {
    const { model } = world.slack;
    const channel = model.channels.get(SLACK.securityChannelId);
    if (!channel) throw new Error('no security channel');
    expect(await world.call('conversations.members', { channel: channel.id })).toMatchObject({ ok: true });
    model.putChannel({ ...channel, members: channel.members.filter((id) => id !== SLACK.botUserId) });
    expect(await world.call('conversations.members', { channel: channel.id })).toMatchObject({ error: 'channel_not_found' });
    expect(await world.call('chat.postMessage', { channel: channel.id, text: 'x' })).toMatchObject({
      error: 'channel_not_found',
    });
    model.putChannel(channel);
  });

  it('takes a trigger once, within three seconds, and none that was made up', async () => {
    const open = async (id: string) => await world.call('views.open', { trigger_id: id, view: modal() });
    const trigger = await world.trigger(RITA.slackUserId);
    expect(await open('1.2.madeup')).toMatchObject({ error: 'invalid_trigger_id' });
    expect(await open(trigger)).toMatchObject({ ok: true });
    expect(await open(trigger)).toMatchObject({ error: 'exchanged_trigger_id' });
  });

  it('does not spend the trigger on a view that it refuses, and says what is wrong with it', async () => {
    const trigger = await world.trigger(RITA.slackUserId);
    const wrong = modal({ blocks: [section('x'.repeat(3001))] });
    expect(await world.call('views.open', { trigger_id: trigger, view: wrong })).toMatchObject({
      error: 'invalid_arguments',
      response_metadata: { messages: ['[ERROR] must be less than 3001 characters [json-pointer:/view/blocks/0/text/text]'] },
    });
    expect(await world.call('views.open', { trigger_id: trigger, view: modal() })).toMatchObject({ ok: true });
  });

  it('refuses an external id that another view has, and a view larger than 250 kB', async () => {
    const trigger = await world.trigger(RITA.slackUserId);
    const twice = modal({ external_id: 'taken' });
    expect(await world.call('views.open', { trigger_id: trigger, view: twice })).toMatchObject({
      error: 'duplicate_external_id',
    });
    const options = Array.from({ length: 100 }, (_, index) => ({
      text: { type: 'plain_text', text: `${index}`.padEnd(75, 'x') },
      value: `${index}`.padEnd(75, 'x'),
    }));
    const menu = { type: 'static_select', action_id: 'menu', options };
    const blocks = (count: number) => Array.from({ length: count }, () => ({ type: 'actions', elements: [menu] }));
    expect(await world.call('views.open', { trigger_id: trigger, view: modal({ blocks: blocks(15) }) })).toMatchObject({
      error: 'view_too_large',
    });
    expect(await world.call('views.open', { trigger_id: trigger, view: modal({ blocks: blocks(3) }) })).toMatchObject({
      ok: true,
    });
  });

  it('limits posts to a channel and calls of a method, with the seconds to wait', async () => {
    const strict = await bareSlack({ limits: 'real' });
    const postTo = async (channel: string) =>
      await strict.raw('chat.postMessage', {
        headers: { authorization: `Bearer ${SECRETS.botToken}` },
        body: new URLSearchParams({ channel, text: 'x' }),
      });
    const statuses = [];
    for (let count = 0; count < 4; count++) statuses.push((await postTo(approvers)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    const refused = await postTo(approvers);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await refused.json()).toEqual({ ok: false, error: 'ratelimited' });
    expect((await postTo(SLACK.securityChannelId)).status).toBe(200);
    const lists = await Promise.all(Array.from({ length: 21 }, async () => await strict.call('conversations.list')));
    expect(lists.filter((list) => !list.ok)).toEqual([{ ok: false, error: 'ratelimited' }]);
    await strict.stop();
  });

  it('reads JSON bodies, and says which body it cannot read', async () => {
    const headers = (type: string) => ({ authorization: `Bearer ${SECRETS.botToken}`, 'content-type': type });
    const body = JSON.stringify({ channel: approvers, blocks: [section('words', { accessory: button('a') })] });
    const send = async (type: string, text: string) =>
      await (await world.raw('chat.postMessage', { headers: headers(type), body: text })).json();
    expect(await send('application/json; charset=utf-8', body)).toMatchObject({ ok: true });
    expect(await send('application/json', '{')).toMatchObject({ error: 'invalid_json' });
    expect(await send('application/json', '[]')).toMatchObject({ error: 'json_not_object' });
    expect(await send('text/plain', body)).toMatchObject({ error: 'invalid_post_type' });
  });
});
