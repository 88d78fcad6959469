import { describe, expect, it } from '@jest/globals';
import { ANNA, RITA, SLACK } from '../../../src/playground/cast.ts';
import { createExchangeLog } from '../../../src/playground/exchange-log.ts';
import { checkBlocks } from '../../../src/playground/slack/block-kit-check.ts';
import { checkView } from '../../../src/playground/slack/view-check.ts';
import { contractChecker, mutants } from '../contract-checker.ts';
import { bareSlack, button, modal, section } from './bare-slack.ts';
import { SECRETS } from './bolt-bot.ts';

const plain = (text: string) => ({ type: 'plain_text', text, emoji: true });
const option = (value: string) => ({ text: plain(value), value, description: plain('about it') });
const confirm = {
  title: plain('Sure?'),
  text: { type: 'mrkdwn', text: '*Really*' },
  confirm: plain('Yes'),
  deny: plain('No'),
  style: 'danger',
};

const MESSAGE = [
  { type: 'header', block_id: 'h', text: plain('Global Reader for 1 h') },
  section('*why*', { block_id: 's', accessory: button('details', { value: 'case' }), expand: true }),
  { type: 'section', block_id: 'f', fields: [plain('one'), { type: 'mrkdwn', text: 'two', verbatim: true }] },
  { type: 'divider', block_id: 'd' },
  {
    type: 'context',
    block_id: 'c',
    elements: [plain('small'), { type: 'image', image_url: 'https://a.example/a.png', alt_text: 'a picture' }],
  },
  {
    type: 'actions',
    block_id: 'a',
    elements: [
      button('approve', { style: 'primary', value: 'case', confirm, accessibility_label: 'Approve it' }),
      { type: 'overflow', action_id: 'more', options: [option('one'), option('two')], confirm },
      {
        type: 'static_select',
        action_id: 'menu',
        options: [option('one')],
        initial_option: option('one'),
        placeholder: plain('Choose'),
      },
      { type: 'radio_buttons', action_id: 'radio', options: [option('one')] },
      { type: 'checkboxes', action_id: 'check', options: [option('one')] },
    ],
  },
  { type: 'image', block_id: 'i', image_url: 'https://a.example/a.png', alt_text: 'a picture', title: plain('A picture') },
  { type: 'markdown', block_id: 'm', text: '**words**' },
];

const MODAL = modal({
  callback_id: 'ask',
  private_metadata: 'case',
  external_id: 'one',
  submit: plain('Ask'),
  close: plain('Not now'),
  clear_on_close: true,
  notify_on_close: true,
  blocks: [
    {
      type: 'input',
      block_id: 'role',
      label: plain('Role'),
      hint: plain('Which one'),
      optional: false,
      dispatch_action: true,
      element: {
        type: 'external_select',
        action_id: 'role',
        min_query_length: 0,
        placeholder: plain('Search'),
        focus_on_load: true,
      },
    },
    {
      type: 'input',
      block_id: 'why',
      label: plain('Why'),
      element: {
        type: 'plain_text_input',
        action_id: 'why',
        multiline: true,
        min_length: 5,
        max_length: 500,
        initial_value: 'INC-',
      },
    },
    {
      type: 'input',
      block_id: 'day',
      label: plain('Day'),
      element: { type: 'datepicker', action_id: 'day', initial_date: '2026-11-21' },
    },
  ],
});

const HOME = {
  type: 'home',
  callback_id: 'home',
  private_metadata: 'x',
  blocks: [section('You hold nothing'), { type: 'divider' }],
};

describe('our limits and the published contracts', () => {
  it('refuses whatever they refuse, for each change of one thing in a message, a modal and a Home', async () => {
    const contracts = await contractChecker();
    if (!contracts) return;
    const judges = [
      { whole: MESSAGE, kind: 'slackBlocks', ours: (body: unknown) => checkBlocks(body, 'message').length === 0 },
      { whole: MODAL, kind: 'slackView', ours: (body: unknown) => checkView(body, 'modal').ok },
      { whole: HOME, kind: 'slackView', ours: (body: unknown) => checkView(body, 'home').ok },
    ];
    let count = 0;
    for (const { whole, kind, ours } of judges) {
      expect(contracts.check({ kind, body: whole }).errors).toEqual([]);
      expect(ours(whole)).toBe(true);
      const lenient = [...mutants(whole)].filter(({ value }) => {
        count += 1;
        return ours(value) && contracts.check({ kind, body: value }).errors.length > 0;
      });
      expect(lenient.map(({ what }) => what)).toEqual([]);
    }
    expect(count).toBeGreaterThan(500);
  });

  it('answers every method, taken and refused, as published', async () => {
    const exchanges = createExchangeLog();
    const { slack, call, trigger, lastDelivery, stop } = await bareSlack({ exchanges });
    const channel = SLACK.approversChannelId;
    const posted = await call('chat.postMessage', { channel, text: 'words', blocks: MESSAGE });
    const { ts } = posted;
    const missing = { channel: 'C0NOWHERE' };
    await call('chat.postMessage', { ...missing, text: 'words' });
    await call('chat.postMessage', { channel, text: 'answer', thread_ts: ts });
    await call('chat.update', { channel, ts, text: 'other words', blocks: MESSAGE });
    await call('chat.update', { channel, ts: '1.1', text: 'words' });
    await call('chat.postEphemeral', { channel, user: ANNA.slackUserId, text: 'words', blocks: MESSAGE });
    await call('chat.postEphemeral', { channel, user: RITA.slackUserId, text: 'words' });
    await call('chat.getPermalink', { channel, message_ts: ts });
    await call('chat.getPermalink', { channel, message_ts: '1.1' });
    const opened = await call('views.open', { trigger_id: await trigger(RITA.slackUserId), view: MODAL });
    const view = opened['view'] as { readonly id: string; readonly hash: string };
    await call('views.open', { trigger_id: 'x', view: MODAL });
    await call('views.update', { view_id: view.id, hash: view.hash, view: MODAL });
    await call('views.update', { view_id: view.id, hash: 'x', view: MODAL });
    await slack.people.press(RITA.slackUserId, { viewId: view.id }, 'day', 'day', { choice: '2026-11-22' });
    const { external_id: _, ...second } = { external_id: '', ...MODAL };
    await call('views.push', { trigger_id: lastDelivery()['trigger_id'], view: second });
    await call('views.push', { trigger_id: 'x', view: second });
    await call('views.publish', { user_id: RITA.slackUserId, view: HOME });
    await call('views.publish', { user_id: 'U0NOBODY', view: HOME });
    await call('conversations.open', { users: RITA.slackUserId });
    await call('conversations.open', { users: 'U0NOBODY' });
    for (const method of ['conversations.info', 'conversations.members']) {
      await call(method, { channel });
      await call(method, missing);
    }
    await call('conversations.list', { types: 'public_channel,private_channel', limit: '1' });
    await call('conversations.list', { types: 'none' });
    await call('users.info', { user: RITA.slackUserId });
    slack.model.putUser({ id: 'U0LEFT0000', name: 'lea', realName: 'Lea Left', title: '', isBot: false, deactivated: true });
    await call('users.info', { user: 'U0LEFT0000' });
    await call('users.info', { user: 'U0NOBODY' });
    await call('auth.test');
    await call('auth.test', {}, 'xoxb-made-up');
    await call('apps.connections.open', {}, SECRETS.appToken);
    await call('apps.connections.open');
    await call('chat.delete', { channel, ts });
    await call('chat.delete', { channel, ts });
    await stop();

    const contracts = await contractChecker();
    const lines = exchanges.recent();
    expect(lines).toHaveLength(34);
    const wrong = contracts
      ? lines.map((line) => ({ line, ...contracts.check(line) })).filter(({ errors }) => errors.length > 0)
      : [];
    expect(wrong).toEqual([]);
  });
});
