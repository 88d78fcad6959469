import { afterEach, describe, expect, it } from '@jest/globals';
import type { App } from '@slack/bolt';
import { ANNA, RITA, SLACK } from '../../../src/playground/cast.ts';
import { type Rig, rig, seen } from './bolt-bot.ts';

/** A small app with the same moves as the product: ask by command and modal, decide on a card, Home. */
function askAndDecide(app: App): void {
  app.command('/access', async ({ ack, body, client }) => {
    await ack();
    await client.views.open({
      trigger_id: body.trigger_id,
      view: {
        type: 'modal',
        callback_id: 'ask',
        title: { type: 'plain_text', text: 'Ask for access' },
        submit: { type: 'plain_text', text: 'Ask' },
        blocks: [
          {
            type: 'input',
            block_id: 'role',
            label: { type: 'plain_text', text: 'Role' },
            element: { type: 'external_select', action_id: 'role', min_query_length: 0 },
          },
          {
            type: 'input',
            block_id: 'why',
            label: { type: 'plain_text', text: 'Why' },
            element: { type: 'plain_text_input', action_id: 'why', max_length: 500 },
          },
        ],
      },
    });
  });
  app.options('role', async ({ ack, options }) => {
    const roles = ['Global Reader', 'Security Reader'].filter((name) => name.toLowerCase().includes(options.value));
    await ack({ options: roles.map((name) => ({ text: { type: 'plain_text', text: name }, value: name })) });
  });
  app.view('ask', async ({ ack, view, client, body }) => {
    const why = view.state.values['why']?.['why']?.value ?? '';
    if (why === 'because') return await ack({ response_action: 'errors', errors: { why: 'Say more.' } });
    await ack();
    const role = view.state.values['role']?.['role']?.selected_option?.value ?? '';
    await client.chat.postMessage({
      channel: SLACK.approversChannelId,
      text: `${body.user.id} asks for ${role}`,
      blocks: [
        { type: 'section', text: { type: 'mrkdwn', text: `*${role}* for <@${body.user.id}>: ${why}` } },
        {
          type: 'actions',
          elements: [{ type: 'button', action_id: 'approve', value: 'case-1', text: { type: 'plain_text', text: 'Approve' } }],
        },
      ],
    });
    await client.chat.postMessage({ channel: body.user.id, text: 'Waiting for an approver' });
    return undefined;
  });
  app.action('approve', async ({ ack, body, client, respond }) => {
    await ack();
    if (body.type !== 'block_actions' || !body.channel || !body.message) return;
    const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: `Approved by <@${body.user.id}>` } }];
    await client.chat.update({ channel: body.channel.id, ts: body.message.ts, text: 'Approved', blocks });
    await respond({ text: 'Only you see this', response_type: 'ephemeral' });
  });
  app.event('app_home_opened', async ({ event, client }) => {
    await client.views.publish({
      user_id: event.user,
      view: { type: 'home', blocks: [{ type: 'section', text: { type: 'plain_text', text: 'You hold nothing' } }] },
    });
  });
}

describe.each(['http', 'socket'] as const)('the workspace with a real Bolt app over %s', (mode) => {
  let world: Rig | undefined;
  afterEach(async () => {
    await world?.stop();
  });

  it('lets Rita ask by command and modal, and Anna approve on the card', async () => {
    const { slack } = (world = await rig(mode, askAndDecide));
    const approvals = () => slack.model.state().channels.find((channel) => channel.id === SLACK.approversChannelId);

    expect(await slack.people.slashCommand(RITA.slackUserId, '/access')).toMatchObject({ outcome: 'answered', status: 200 });
    const modal = await seen(slack, () => slack.model.state().modals[RITA.slackUserId]?.at(-1));
    const place = { viewId: modal.id };
    const found = await slack.people.search(RITA.slackUserId, place, 'role', 'role', 'global');
    expect(found.options.map((option) => option['value'])).toEqual(['Global Reader']);

    const held = await slack.people.submitView(RITA.slackUserId, modal.id, { role: 'Global Reader' });
    expect(held).toMatchObject({ outcome: 'not-sent', errors: { why: expect.any(String) } });
    await slack.people.submitView(RITA.slackUserId, modal.id, { role: 'Global Reader', why: 'because' });
    expect(slack.model.state().fieldErrors[modal.id]).toEqual({ why: 'Say more.' });
    await slack.people.submitView(RITA.slackUserId, modal.id, { why: 'INC-4211' });
    expect(slack.model.state().modals[RITA.slackUserId]).toEqual([]);

    const card = await seen(slack, () => approvals()?.messages[0]);
    expect(card.blocks?.[0]).toMatchObject({ text: { text: `*Global Reader* for <@${RITA.slackUserId}>: INC-4211` } });
    const message = { channelId: SLACK.approversChannelId, ts: card.ts };
    expect(await slack.people.press(ANNA.slackUserId, message, 'approve')).toMatchObject({ outcome: 'answered' });
    const after = await seen(slack, () => approvals()?.messages.find((one) => one.edited !== undefined));
    expect(after.blocks).toHaveLength(1);
    const only = await seen(slack, () => approvals()?.ephemerals[0]);
    expect(only).toMatchObject({ userId: ANNA.slackUserId, message: { text: 'Only you see this' } });
  });

  it('shows the Home tab that the app published when it was opened', async () => {
    const { slack } = (world = await rig(mode, askAndDecide));
    expect(await slack.people.openHome(RITA.slackUserId)).toMatchObject({ outcome: 'answered' });
    const home = await seen(slack, () => slack.model.state().homes[RITA.slackUserId]);
    expect(home.blocks[0]).toMatchObject({ type: 'section', text: { text: 'You hold nothing' } });
  });
});

describe('the workspace, lying to a real Bolt app', () => {
  it.each([
    ['another signing secret', { signingSecret: 'another' }],
    ['a made-up signature', { signature: 'v0=00' }],
    ['no signature', { signature: '' }],
    ['a time six minutes ago', { ageSeconds: 360 }],
  ])('is refused with %s', async (_, lies) => {
    const { slack, stop } = await rig('http', (app) => app.event('app_home_opened', async () => undefined));
    const event = slack.forge.payloads.event({ type: 'app_home_opened', user: RITA.slackUserId, tab: 'home', event_ts: '1.1' });
    const { body, contentType } = slack.forge.encode('events_api', event);
    expect(await slack.forge.post(body, contentType, lies)).toMatchObject({ outcome: 'failed', status: 401 });
    expect(await slack.forge.post(body, contentType)).toMatchObject({ outcome: 'answered' });
    await stop();
  });
});
