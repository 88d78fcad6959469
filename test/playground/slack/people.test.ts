import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ABEL, ANNA, RITA, SLACK } from '../../../src/playground/cast.ts';
import { type BareSlack, bareSlack, button, modal, section } from './bare-slack.ts';
import { rig, SECRETS, seen } from './bolt-bot.ts';

const approvers = SLACK.approversChannelId;
const actions = (...elements: readonly object[]) => [{ type: 'actions', block_id: 'a', elements }];
const json = (body: unknown) => (response: { end(text: string): unknown }) => {
  response.end(JSON.stringify(body));
};

let world: BareSlack;
beforeEach(async () => {
  world = await bareSlack({ patienceMs: 200, eventRetryPausesMs: [1, 1] });
});
afterEach(async () => {
  await world.stop();
});

async function posted(blocks: readonly object[]): Promise<{ readonly channelId: string; readonly ts: string }> {
  const answer = await world.call('chat.postMessage', { channel: approvers, text: 'card', blocks });
  return { channelId: approvers, ts: String(answer['ts']) };
}

async function opened(view: object): Promise<string> {
  const answer = await world.call('views.open', { trigger_id: await world.trigger(RITA.slackUserId), view });
  return (answer['view'] as { readonly id: string }).id;
}

const notices = () => world.slack.model.state().notices.map(({ text }) => text);
const stack = () => (world.slack.model.state().modals[RITA.slackUserId] ?? []).map((view) => view.id);
const whispers = () => world.slack.model.state().channels.find(({ id }) => id === approvers)?.ephemerals ?? [];

describe('a person in Slack', () => {
  it('reaches the app with a signature over the raw body and the time', async () => {
    await world.slack.people.slashCommand(RITA.slackUserId, '/access', 'a & b');
    const { headers, body } = world.deliveries[0] ?? { headers: {}, body: '' };
    const time = String(headers['x-slack-request-timestamp']);
    const expected = createHmac('sha256', SECRETS.signingSecret).update(`v0:${time}:${body}`).digest('hex');
    expect(headers['x-slack-signature']).toBe(`v0=${expected}`);
    expect(world.lastDelivery()).toMatchObject({
      command: '/access',
      text: 'a & b',
      team_id: SLACK.workspaceId,
      user_id: RITA.slackUserId,
    });
  });

  it('presses a button with the payload that Slack documents', async () => {
    const place = await posted(actions(button('approve', { value: 'case-1', style: 'primary' })));
    await world.slack.people.press(ANNA.slackUserId, place, 'approve');
    expect(world.lastDelivery()).toMatchObject({
      type: 'block_actions',
      api_app_id: SLACK.appId,
      team: { id: SLACK.workspaceId },
      user: { id: ANNA.slackUserId, team_id: SLACK.workspaceId },
      enterprise: null,
      is_enterprise_install: false,
      container: { type: 'message', message_ts: place.ts, channel_id: approvers, is_ephemeral: false },
      channel: { id: approvers },
      message: { ts: place.ts, bot_id: SLACK.botId },
      actions: [
        { type: 'button', action_id: 'approve', block_id: 'a', value: 'case-1', style: 'primary', action_ts: expect.any(String) },
      ],
      response_url: expect.stringMatching(/^http:.*\/actions\//),
      trigger_id: expect.any(String),
    });
  });

  it('is in a zone of their own, as of now, until they leave', async () => {
    const { model } = world.slack;
    const rita = model.users.get(RITA.slackUserId);
    if (!rita) throw new Error('nobody');
    const told = async (more: object) => {
      model.putUser({ ...rita, ...more });
      return (await world.call('users.info', { user: rita.id }))['user'];
    };
    expect(await told({ zone: 'Asia/Kolkata' })).toMatchObject({
      tz: 'Asia/Kolkata',
      tz_label: 'India Standard Time',
      tz_offset: 19_800,
      is_restricted: false,
    });
    expect(await told({ zone: undefined })).not.toHaveProperty('tz');
    const left = await told({ zone: 'Asia/Kolkata', deactivated: true });
    expect(left).toMatchObject({ id: rita.id, deleted: true });
    for (const gone of ['tz', 'tz_label', 'tz_offset', 'is_restricted']) expect(left).not.toHaveProperty(gone);
  });

  it('cannot press what they do not see', async () => {
    const place = await posted(actions(button('approve')));
    await expect(world.slack.people.press(RITA.slackUserId, place, 'approve')).rejects.toMatchObject({
      code: 'playground.not-there',
    });
    await expect(world.slack.people.press(ANNA.slackUserId, place, 'deny')).rejects.toMatchObject({
      code: 'playground.no-element',
    });
  });

  it('cannot press what is on the screen of somebody else', async () => {
    const viewId = await opened(modal({ blocks: actions(button('more')) }));
    const press = async (userId: string) => await world.slack.people.press(userId, { viewId }, 'more');
    await expect(press(ANNA.slackUserId)).rejects.toMatchObject({ code: 'playground.not-there' });
    expect(await press(RITA.slackUserId)).toMatchObject({ outcome: 'answered' });
  });

  it('is told when the app does not answer in time, or answers anything but 200', async () => {
    world.answer = () => undefined;
    expect(await world.slack.people.slashCommand(RITA.slackUserId, '/access')).toMatchObject({ shown: 'operation_timeout' });
    world.answer = (response) => response.writeHead(500).end();
    expect(await world.slack.people.slashCommand(RITA.slackUserId, '/access')).toMatchObject({
      shown: 'dispatch_failed',
      status: 500,
    });
    expect(notices()).toEqual([
      '/access failed with the error “operation_timeout”.',
      '/access failed with the error “dispatch_failed”.',
    ]);
  });

  it('cannot type a command that the manifest does not have', async () => {
    expect(await world.slack.people.slashCommand(RITA.slackUserId, '/excess')).toMatchObject({ outcome: 'not-sent' });
    expect(world.deliveries).toEqual([]);
  });

  it('alone sees what a command was answered with', async () => {
    world.answer = json({ text: 'You hold nothing' });
    await world.slack.people.slashCommand(ANNA.slackUserId, '/access', 'mine', approvers);
    expect(whispers()).toMatchObject([{ userId: ANNA.slackUserId, message: { text: 'You hold nothing' } }]);
  });

  it('hears of the app through a response_url five times and no more', async () => {
    const place = await posted(actions(button('approve')));
    await world.slack.people.press(ANNA.slackUserId, place, 'approve');
    const send = async (body: object) =>
      await fetch(String(world.lastDelivery()['response_url']), { method: 'POST', body: JSON.stringify(body) });
    expect(await (await send({ blocks: [{ type: 'nonsense' }] })).json()).toMatchObject({ error: 'invalid_blocks' });
    expect((await send({ text: 'decided', replace_original: true })).status).toBe(200);
    for (let use = 2; use <= 5; use++) expect(await (await send({ text: `${use}` })).text()).toBe('ok');
    expect(await (await send({ text: '6' })).json()).toEqual({ ok: false, error: 'used_url' });
    expect(whispers()).toHaveLength(4);
    const channel = world.slack.model.state().channels.find(({ id }) => id === approvers);
    expect(channel?.messages).toMatchObject([{ text: 'decided', edited: { user: SLACK.botUserId } }]);
  });

  it('sees a modal stay, change, stack up and clear as the app answers its submission', async () => {
    const input = {
      type: 'input',
      block_id: 'why',
      label: { type: 'plain_text', text: 'Why' },
      element: { type: 'plain_text_input', action_id: 'why' },
    };
    const form = modal({ submit: { type: 'plain_text', text: 'Send' }, blocks: [input] });
    const id = await opened(form);
    const submit = async (viewId: string, answer: unknown) => {
      world.answer = json(answer);
      return await world.slack.people.submitView(RITA.slackUserId, viewId, { why: 'because' });
    };
    expect(await submit(id, { response_action: 'errors', errors: { elsewhere: 'No.' } })).toMatchObject({ outcome: 'failed' });
    expect(await submit(id, { response_action: 'errors', errors: { why: 'No.' } })).toMatchObject({ outcome: 'answered' });
    expect(world.slack.model.state().fieldErrors[id]).toEqual({ why: 'No.' });
    await submit(id, { response_action: 'update', view: { ...form, callback_id: 'second' } });
    expect(world.slack.model.state().modals[RITA.slackUserId]).toMatchObject([{ id, callback_id: 'second' }]);
    expect(await submit(id, { response_action: 'push', view: { type: 'home', blocks: [] } })).toMatchObject({
      outcome: 'failed',
    });
    await submit(id, { response_action: 'push', view: form });
    await submit(stack().at(-1) ?? '', { response_action: 'push', view: form });
    expect(stack()).toHaveLength(3);
    expect(await submit(stack().at(-1) ?? '', { response_action: 'push', view: form })).toMatchObject({ outcome: 'failed' });
    await submit(stack().at(-1) ?? '', { response_action: 'clear' });
    expect(stack()).toEqual([]);
    expect(world.lastDelivery()).toMatchObject({
      type: 'view_submission',
      view: { state: { values: { why: { why: { type: 'plain_text_input', value: 'because' } } } } },
    });
  });

  it('makes the app hear of a closed modal only where it asked for it', async () => {
    const before = async (view: object) => {
      const id = await opened(view);
      const count = world.deliveries.length;
      await world.slack.people.closeView(RITA.slackUserId, id);
      return world.deliveries.length - count;
    };
    expect(await before(modal())).toBe(0);
    expect(await before(modal({ notify_on_close: true }))).toBe(1);
    expect(world.lastDelivery()).toMatchObject({ type: 'view_closed', is_cleared: false });
  });

  it('can choose only what an external menu offered', async () => {
    const menu = { type: 'external_select', action_id: 'role', min_query_length: 2 };
    const input = { type: 'input', block_id: 'role', label: { type: 'plain_text', text: 'Role' }, element: menu };
    const id = await opened(modal({ submit: { type: 'plain_text', text: 'Send' }, blocks: [input] }));
    const search = async (query: string) =>
      await world.slack.people.search(RITA.slackUserId, { viewId: id }, 'role', 'role', query);
    expect(await search('g')).toMatchObject({ outcome: 'not-sent', options: [] });
    world.answer = json({ options: [{ text: { type: 'plain_text', text: 'x'.repeat(76) }, value: 'reader' }] });
    expect(await search('gl')).toMatchObject({ outcome: 'failed', options: [] });
    const option = { text: { type: 'plain_text', text: 'Global Reader' }, value: 'reader' };
    world.answer = json({ options: [option] });
    expect(await search('gl')).toMatchObject({ options: [option] });
    expect(world.lastDelivery()).toMatchObject({
      type: 'block_suggestion',
      action_id: 'role',
      block_id: 'role',
      value: 'gl',
      view: { id },
    });
    world.answer = (response) => response.end();
    expect(await world.slack.people.submitView(RITA.slackUserId, id, { role: 'admin' })).toMatchObject({ outcome: 'not-sent' });
    await world.slack.people.submitView(RITA.slackUserId, id, {
      role: { role: { type: 'external_select', selected_option: option } },
    });
    expect(world.lastDelivery()).toMatchObject({ view: { state: { values: { role: { role: { selected_option: option } } } } } });
  });

  it('opens Home once more for an app that failed, with the number and reason of the retry and the same event', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    world.answer = (response) => {
      if (world.deliveries.length < 3) response.writeHead(503).end();
      else response.end(() => resolve());
    };
    expect(await world.slack.people.openHome(RITA.slackUserId)).toMatchObject({ outcome: 'failed' });
    await promise;
    const [first, ...again] = world.deliveries;
    expect(first?.headers['x-slack-retry-num']).toBeUndefined();
    expect(again.map(({ headers }) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']])).toEqual([
      ['1', 'http_error'],
      ['2', 'http_error'],
    ]);
    const ids = world.deliveries.map(({ body }) => (JSON.parse(body) as { event_id: string }).event_id);
    expect(new Set(ids).size).toBe(1);
  });

  it('keeps what was typed when the app updates the modal meanwhile', async () => {
    const input = {
      type: 'input',
      block_id: 'why',
      dispatch_action: true,
      label: { type: 'plain_text', text: 'Why' },
      element: { type: 'plain_text_input', action_id: 'why' },
    };
    const form = modal({ submit: { type: 'plain_text', text: 'Send' }, blocks: [input, ...actions(button('more'))] });
    const id = await opened(form);
    await world.slack.people.press(RITA.slackUserId, { viewId: id }, 'more', undefined, { values: { why: 'half a' } });
    await world.call('views.update', { view_id: id, view: { ...form, blocks: [section('new'), input] } });
    expect(await world.slack.people.submitView(RITA.slackUserId, id, {})).toMatchObject({ outcome: 'answered' });
    expect(world.lastDelivery()).toMatchObject({
      type: 'view_submission',
      view: { state: { values: { why: { why: { value: 'half a' } } } } },
    });
  });
});

describe('Socket Mode', () => {
  it('asks the app to come back, and delivers to it when it did', async () => {
    const heard: string[] = [];
    const { slack, stop } = await rig('socket', (app) => {
      app.command('/access', async ({ ack, body }) => {
        heard.push(body.user_id);
        await ack();
      });
    });
    expect(slack.model.state().transport).toBe('socket');
    slack.socket.askToReconnect();
    await seen(slack, () => (slack.socket.connected() ? undefined : true));
    await seen(slack, () => (slack.socket.connected() ? true : undefined));
    expect(await slack.people.slashCommand(ABEL.slackUserId, '/access')).toMatchObject({ outcome: 'answered' });
    expect(heard).toEqual([ABEL.slackUserId]);
    await stop();
  }, 20_000);
});
