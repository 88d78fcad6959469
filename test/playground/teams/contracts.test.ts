import { describe, expect, it } from '@jest/globals';
import { ANNA, RITA, TEAMS, TEAMS_APP_ID, TENANT_ID } from '../../../src/playground/cast.ts';
import { createExchangeLog } from '../../../src/playground/exchange-log.ts';
import { checkCard } from '../../../src/playground/teams/card-check.ts';
import { contractChecker, mutants } from '../contract-checker.ts';
import { bareTeams, card } from './bare-teams.ts';

const CARD = {
  type: 'AdaptiveCard',
  $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
  version: '1.5',
  fallbackText: 'a',
  speak: 'b',
  msteams: { width: 'Full' },
  refresh: { action: { type: 'Action.Execute', verb: 'refresh', title: 'r', data: { v: 1 } }, userIds: ['29:1a'] },
  body: [
    {
      type: 'TextBlock',
      id: 't',
      text: 'x',
      wrap: true,
      size: 'Small',
      weight: 'Bolder',
      color: 'Good',
      isSubtle: true,
      spacing: 'None',
    },
    {
      type: 'RichTextBlock',
      inlines: [
        {
          type: 'TextRun',
          text: 'x',
          weight: 'Bolder',
          selectAction: { type: 'Action.OpenUrl', url: 'https://a.example/', title: 'l' },
        },
      ],
    },
    { type: 'FactSet', facts: [{ title: 'a', value: 'b' }] },
    {
      type: 'ColumnSet',
      columns: [{ type: 'Column', width: 'auto', items: [{ type: 'Image', url: 'https://a.example/a.png', altText: 'a' }] }],
    },
    { type: 'Container', style: 'emphasis', bleed: true, items: [{ type: 'TextBlock', text: 'x' }] },
    {
      type: 'Input.ChoiceSet',
      id: 'c',
      label: 'c',
      isRequired: true,
      errorMessage: 'e',
      style: 'compact',
      choices: [{ title: 'a', value: 'b' }],
      value: 'b',
    },
    {
      type: 'Input.Text',
      id: 'i',
      label: 'i',
      isMultiline: true,
      maxLength: 500,
      placeholder: 'p',
      isRequired: true,
      errorMessage: 'e',
    },
    { type: 'ActionSet', actions: [{ type: 'Action.ToggleVisibility', title: 't', targetElements: ['t'] }] },
  ],
  actions: [
    {
      type: 'Action.Execute',
      verb: 'a',
      title: 'A',
      style: 'positive',
      data: { v: 1 },
      fallback: { type: 'Action.Submit', title: 'A' },
    },
    {
      type: 'Action.ShowCard',
      title: 'More',
      card: {
        type: 'AdaptiveCard',
        body: [{ type: 'Input.Text', id: 'n', label: 'n' }],
        actions: [{ type: 'Action.Execute', verb: 'b', title: 'B' }],
      },
    },
    { type: 'Action.OpenUrl', title: 'O', url: 'https://a.example/' },
  ],
};

/** The published Entity names its `type` alone, although each type has properties of its own (Bot Framework Activity, A4). */
function withBareEntities(activity: Readonly<Record<string, unknown>>): object {
  const entities = Array.isArray(activity['entities']) ? activity['entities'] : [];
  return { ...activity, entities: entities.map((entity: { readonly type: string }) => ({ type: entity.type })) };
}

describe('our judgement of cards and the published contracts', () => {
  it('refuses whatever they refuse, for each change of one thing in a card', async () => {
    const contracts = await contractChecker();
    if (!contracts) return;
    expect(contracts.check({ kind: 'adaptiveCard', body: CARD }).errors).toEqual([]);
    expect(checkCard(CARD)).toEqual([]);
    const all = [...mutants(CARD)];
    const lenient = all.filter(
      ({ value }) => checkCard(value).length === 0 && contracts.check({ kind: 'adaptiveCard', body: value }).errors.length > 0,
    );
    expect(lenient.map(({ what }) => what)).toEqual([]);
    expect(all.length).toBeGreaterThan(300);
  });

  it('answers every connector call, taken and refused, and sends every activity, as published', async () => {
    const exchanges = createExchangeLog();
    const { call, received, teams, stop } = await bareTeams({ exchanges });
    const channel = TEAMS.approversConversationId;
    const attachments = [{ contentType: 'application/vnd.microsoft.card.adaptive', content: CARD }];
    const message = { type: 'message', attachments };
    const bot = { id: `28:${TEAMS_APP_ID}`, name: 'Hallpass' };
    const tenant = { tenantId: TENANT_ID, channelData: { tenant: { id: TENANT_ID } } };
    const chat = await call('POST', 'conversations', { isGroup: false, bot, members: [{ id: RITA.objectId }], ...tenant });
    await call('POST', 'conversations', { isGroup: false, bot, members: [{ id: 'nobody' }], ...tenant });
    await call('POST', 'conversations', {
      isGroup: true,
      bot,
      tenantId: TENANT_ID,
      channelData: { channel: { id: channel } },
      activity: message,
    });
    const posted = await call('POST', `conversations/${channel}/activities`, message);
    const activity = `conversations/${channel}/activities/${String(posted.body?.['id'])}`;
    await call('POST', 'conversations/19:nowhere/activities', message);
    await call('POST', activity, message);
    await call('POST', 'conversations/19:nowhere/activities/1', message);
    await call('PUT', activity, message);
    await call('PUT', `conversations/${channel}/activities/1`, message);
    await call('GET', `conversations/${channel}/members`);
    await call('GET', 'conversations/19:nowhere/members');
    await call('GET', `conversations/${channel}/pagedmembers?pageSize=50`);
    await call('DELETE', activity);
    await call('DELETE', activity);
    await teams.people.install('rita');
    await teams.people.say('rita', 'request');
    await teams.people.say('anna', 'request', channel);
    const buttons = {
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: card({
            actions: [
              { type: 'Action.Execute', verb: 'a', title: 'A' },
              { type: 'Action.Submit', title: 'B' },
            ],
          }),
        },
      ],
    };
    const own = String((await call('POST', `conversations/${String(chat.body?.['id'])}/activities`, buttons)).body?.['id']);
    await teams.people.pressAction('rita', String(chat.body?.['id']), own, 'a');
    await teams.people.submitAction('rita', String(chat.body?.['id']), own);
    await stop();

    expect(received.map((one) => one['type'])).toEqual([
      'installationUpdate',
      'conversationUpdate',
      'message',
      'message',
      'invoke',
      'message',
    ]);
    expect(received[3]).toMatchObject({ from: { aadObjectId: ANNA.objectId } });
    const contracts = await contractChecker();
    if (!contracts) return;
    const lines = [...exchanges.recent(), ...received.map((body) => ({ kind: 'activity', body: withBareEntities(body) }))];
    const wrong = lines.map((line) => ({ line, ...contracts.check(line) })).filter(({ errors }) => errors.length > 0);
    expect(wrong).toEqual([]);
    expect(lines).toHaveLength(21);
  });
});
