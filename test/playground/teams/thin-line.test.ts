import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CardFactory, MessageFactory, type TurnContext } from 'botbuilder';
import { ANNA, RITA, TEAMS, TEAMS_APP_ID, TENANT_ID } from '../../../src/playground/cast.ts';
import { type Rig, rig } from './cloud-bot.ts';

const adaptive = (body: readonly object[], actions: readonly object[] = []) => ({
  type: 'AdaptiveCard',
  version: '1.5',
  body,
  actions,
});

const FORM = adaptive(
  [
    {
      type: 'Input.ChoiceSet',
      id: 'role',
      label: 'Role',
      isRequired: true,
      errorMessage: 'Choose.',
      choices: [{ title: 'Reader', value: 'reader' }],
    },
    { type: 'Input.Text', id: 'why', label: 'Why', maxLength: 20 },
  ],
  [{ type: 'Action.Execute', title: 'Ask', verb: 'ask', data: { v: 1 } }],
);

/** A small bot with the same moves as the product: a form on a word, a card on the press of its button. */
async function asks(context: TurnContext): Promise<void> {
  const { activity } = context;
  if (activity.type === 'message' && activity.text?.includes('request')) {
    await context.sendActivity({ attachments: [CardFactory.adaptiveCard(FORM)] });
  }
  if (activity.type === 'invoke') {
    const { action } = activity.value as { action: { verb: string; data: Record<string, string> } };
    const card = adaptive([{ type: 'TextBlock', text: `${action.verb} ${action.data['role'] ?? ''}` }]);
    const body = { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: card };
    await context.sendActivity({ type: 'invokeResponse', value: { status: 200, body } });
  }
}

let world: Rig | undefined;
beforeEach(() => {
  // botframework-connector prints whole stacks for requests that it refuses.
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(async () => {
  await world?.stop();
  jest.restoreAllMocks();
});

const messagesOf = ({ teams }: Rig, conversationId: string) =>
  teams.model.state().conversations.find(({ id }) => id === conversationId)?.messages ?? [];

describe('Teams with a real CloudAdapter', () => {
  it('lets Rita write, fill a card, press its button, and alone see what was answered', async () => {
    world = await rig(asks);
    const { teams } = world;
    expect(await teams.people.say('rita', 'request')).toMatchObject({ outcome: 'answered' });
    const chat = teams.model.openPersonal(RITA.teamsUserId);
    const card = messagesOf(world, chat.id).find((message) => message.byBot);
    expect(card?.cards).toEqual([FORM]);

    const held = await teams.people.pressAction('rita', chat.id, card?.id ?? '', 'ask', { why: 'x'.repeat(21) });
    expect(held).toEqual({ outcome: 'not-sent', errors: { role: 'Choose.', why: 'Not a valid value.' } });
    const pressed = await teams.people.pressAction('rita', chat.id, card?.id ?? '', 'ask', { role: 'reader', why: 'INC-1' });
    expect(pressed).toMatchObject({ outcome: 'answered', answer: { kind: 'card' } });
    expect(messagesOf(world, chat.id).find((message) => message.byBot)?.ownCards[RITA.teamsUserId]).toMatchObject({
      body: [{ text: 'ask reader' }],
    });
    expect(world.received.at(-1)).toMatchObject({
      type: 'invoke',
      name: 'adaptiveCard/action',
      from: { id: RITA.teamsUserId, aadObjectId: RITA.objectId },
      conversation: { id: chat.id, conversationType: 'personal', tenantId: TENANT_ID },
      replyToId: card?.id,
      value: { action: { type: 'Action.Execute', verb: 'ask', data: { v: 1, role: 'reader', why: 'INC-1' } }, trigger: 'manual' },
      channelData: { tenant: { id: TENANT_ID } },
    });
  });

  it('takes a card for the approvers, its update for all, and a first message to Anna', async () => {
    world = await rig(asks);
    const { teams, adapter } = world;
    const reference = {
      bot: { id: `28:${TEAMS_APP_ID}`, name: 'Hallpass' },
      channelId: 'msteams',
      serviceUrl: teams.serviceUrl,
      conversation: {
        id: TEAMS.approversConversationId,
        isGroup: true,
        conversationType: 'channel',
        name: '',
        tenantId: TENANT_ID,
      },
    };
    let posted = '';
    await adapter.continueConversationAsync(TEAMS_APP_ID, reference, async (context) => {
      const sent = await context.sendActivity({ attachments: [CardFactory.adaptiveCard(FORM)] });
      posted = sent?.id ?? '';
      const edited = { ...MessageFactory.text('decided'), id: posted };
      await context.updateActivity(edited);
    });
    expect(messagesOf(world, TEAMS.approversConversationId)).toMatchObject([
      { id: posted, text: 'decided', cards: [], edited: true },
    ]);

    const parameters = {
      isGroup: false,
      bot: reference.bot,
      members: [{ id: ANNA.objectId, name: '' }],
      tenantId: TENANT_ID,
      channelData: {},
    };
    const about = { ...parameters, activity: MessageFactory.text('hello') as never };
    await adapter.createConversationAsync(
      TEAMS_APP_ID,
      'msteams',
      teams.serviceUrl,
      'https://api.botframework.com',
      about,
      async () => undefined,
    );
    const chat = teams.model.openPersonal(ANNA.teamsUserId);
    expect(messagesOf(world, chat.id)).toMatchObject([{ text: 'hello', byBot: true }]);
  });

  it('tells the bot when the app is installed for a person', async () => {
    world = await rig(asks);
    await world.teams.people.install('rita');
    expect(world.received).toMatchObject([
      { type: 'installationUpdate', action: 'add', from: { aadObjectId: RITA.objectId } },
      { type: 'conversationUpdate', membersAdded: [{ id: `28:${TEAMS_APP_ID}` }] },
    ]);
  });

  it.each([
    ['another audience', { audience: 'another-app' }],
    ['another issuer', { issuer: 'https://evil.example' }],
    ['another service address', { serviceUrl: 'https://evil.example/' }],
    ['an end in the past', { expiresInSeconds: -3600 }],
    ['a key that nobody published', { foreignKey: true }],
  ])('can come to the bot with a token of %s, which a real CloudAdapter refuses', async (_, lies) => {
    world = await rig(asks);
    const { teams } = world;
    const rita = [...teams.model.users.values()].find(({ key }) => key === 'rita');
    if (!rita) throw new Error('no Rita');
    const activity = teams.forge.activities.message(rita, { conversation: teams.model.openPersonal(rita.id) }, '1', 'hello');
    expect(await teams.forge.send(activity, lies)).toMatchObject({ outcome: 'failed' });
    expect(await teams.forge.send(activity)).toMatchObject({ outcome: 'answered' });
  });
});
