import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ANNA, RITA, TEAMS, TENANT_ID } from '../../../src/playground/cast.ts';
import { type BareTeams, bareTeams, card } from './bare-teams.ts';

let world: BareTeams;
let chat: string;
beforeEach(async () => {
  world = await bareTeams({ patienceMs: 200 });
  chat = world.teams.model.openPersonal(RITA.teamsUserId).id;
});
afterEach(async () => {
  await world.stop();
});

const BUTTONS = card({
  refresh: { action: { type: 'Action.Execute', verb: 'refresh', data: { v: 1 } }, userIds: [RITA.teamsUserId] },
  actions: [
    { type: 'Action.Execute', verb: 'release', title: 'First', data: { caseId: 'one' } },
    { type: 'Action.Execute', verb: 'release', title: 'Second', data: { caseId: 'two' } },
    { type: 'Action.Submit', title: 'Submit', data: { verb: 'old' } },
    { type: 'Action.Submit', title: 'Dialog', data: { msteams: { type: 'task/fetch' }, caseId: 'one' } },
  ],
});

async function posted(content: object, conversationId = chat): Promise<string> {
  const attachments = [{ contentType: 'application/vnd.microsoft.card.adaptive', content }];
  const answer = await world.call('POST', `conversations/${conversationId}/activities`, { type: 'message', attachments });
  return String(answer.body?.['id']);
}
const json = (body: unknown) => (response: { end: (text: string) => unknown }) => {
  response.end(JSON.stringify(body));
};
const press = async (id: string, data: Readonly<Record<string, unknown>> = { caseId: 'two' }) =>
  await world.teams.people.pressAction('rita', chat, id, 'release', data);
const notices = () => world.teams.model.state().notices.map(({ text }) => text);
const message = (id: string) =>
  world.teams.model
    .state()
    .conversations.flatMap(({ messages }) => messages)
    .find((one) => one.id === id);

describe('a person in Teams', () => {
  it('has a client that names its zone in all that it sends, or none', async () => {
    const rita = world.teams.model.users.get(RITA.teamsUserId);
    if (!rita) throw new Error('nobody');
    const id = await posted(BUTTONS);
    world.teams.model.putUser({ ...rita, zone: 'Asia/Kolkata' });
    await world.teams.people.say('rita', 'mine');
    await press(id);
    for (const activity of world.received.slice(-2)) {
      expect(activity).toMatchObject({
        localTimezone: 'Asia/Kolkata',
        localTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+\+05:30$/),
        entities: [{ type: 'clientInfo', timezone: 'Asia/Kolkata' }],
      });
      expect(Date.parse(String(activity['localTimestamp']))).toBe(Date.parse(String(activity['timestamp'])));
    }
    const { zone: _, ...elsewhere } = rita;
    world.teams.model.putUser(elsewhere);
    await world.teams.people.say('rita', 'mine');
    expect(world.received.at(-1)).not.toHaveProperty('localTimezone');
    expect(world.received.at(-1)).toMatchObject({ localTimestamp: expect.stringMatching(/\+00:00$/) });
  });

  it('reads a text answer alone, and the next card alone until the message is updated for all', async () => {
    const id = await posted(BUTTONS);
    world.answer = json({ statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: 'Not you.' });
    expect(await press(id)).toMatchObject({ outcome: 'answered', answer: { kind: 'text', text: 'Not you.' } });
    expect(world.received.at(-1)).toMatchObject({
      value: { action: { verb: 'release', data: { caseId: 'two' } }, trigger: 'manual' },
    });
    world.answer = json({ statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: card() });
    await press(id);
    expect(message(id)?.ownCards).toEqual({ [RITA.teamsUserId]: card() });
    await expect(press(id)).rejects.toMatchObject({ code: 'playground.no-element' });
    await world.call('PUT', `conversations/${chat}/activities/${id}`, { type: 'message', text: 'over' });
    expect(message(id)).toMatchObject({ cards: [], text: 'over' });
    expect(message(id)?.ownCards).toEqual({});
    expect(notices()).toEqual(['Not you.']);
  });

  it.each([
    ['nothing', (response: { end: () => unknown }) => void response.end()],
    ['an unknown type', json({ statusCode: 200, type: 'text/html', value: 'x' })],
    [
      'a card that Teams cannot draw',
      json({ statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: card({ version: '9' }) }),
    ],
    ['an error without a code', json({ statusCode: 500, type: 'application/vnd.microsoft.error', value: {} })],
    ['silence', () => undefined],
  ])('is told that something went wrong when the bot answers an invoke with %s', async (_, answer) => {
    const id = await posted(BUTTONS);
    world.answer = answer;
    expect(await press(id)).toMatchObject({ outcome: 'failed' });
    expect(notices()).toEqual(['Something went wrong. Please try again.']);
  });

  it('cannot send data that no action on the card holds', async () => {
    const id = await posted(BUTTONS);
    await expect(press(id, { caseId: 'three' })).rejects.toMatchObject({ code: 'playground.no-element' });
    await expect(press(id, { caseId: 'one', admin: true })).rejects.toMatchObject({ code: 'playground.no-element' });
    expect(world.received).toEqual([]);
  });

  it('presses Action.Submit as a message with a value and no text, in the thread of a channel', async () => {
    const id = await posted(BUTTONS, TEAMS.approversConversationId);
    await world.teams.people.submitAction('anna', TEAMS.approversConversationId, id, { verb: 'old' });
    expect(world.received.at(-1)).toMatchObject({
      type: 'message',
      value: { verb: 'old' },
      replyToId: id,
      from: { aadObjectId: ANNA.objectId },
      conversation: {
        id: `${TEAMS.approversConversationId};messageid=${id}`,
        conversationType: 'channel',
        isGroup: true,
        tenantId: TENANT_ID,
      },
      channelData: {
        team: { id: TEAMS.approversTeamId },
        channel: { id: TEAMS.approversConversationId },
        tenant: { id: TENANT_ID },
      },
    });
    expect(world.received.at(-1)).not.toHaveProperty('text');
  });

  it('fills a dialog that a button fetched', async () => {
    const id = await posted(BUTTONS);
    const form = card({
      body: [{ type: 'Input.Text', id: 'note', label: 'Note', isRequired: true, errorMessage: 'Say why.' }],
      actions: [{ type: 'Action.Submit', title: 'Deny' }],
    });
    world.answer = json({ task: { type: 'continue', value: { title: 'Deny', card: { contentType: 'x', content: form } } } });
    await world.teams.people.submitAction('rita', chat, id, { caseId: 'one' });
    expect(world.received.at(-1)).toMatchObject({ type: 'invoke', name: 'task/fetch', value: { data: { caseId: 'one' } } });
    const dialogId = world.teams.model.state().dialogs[RITA.teamsUserId]?.[0]?.dialogId ?? '';
    expect(await world.teams.people.submitDialog('rita', dialogId, {})).toEqual({
      outcome: 'not-sent',
      errors: { note: 'Say why.' },
    });
    world.answer = json({ task: { type: 'message', value: 'Denied.' } });
    await world.teams.people.submitDialog('rita', dialogId, { note: 'no' });
    expect(world.received.at(-1)).toMatchObject({ name: 'task/submit', value: { data: { note: 'no' } } });
    expect(world.teams.model.state().dialogs[RITA.teamsUserId]).toEqual([]);
    expect(notices()).toEqual(['Denied.']);
  });

  it('makes Teams ask for a fresh card only where the card asks for it', async () => {
    const id = await posted(BUTTONS, TEAMS.approversConversationId);
    expect(await world.teams.people.look('anna', TEAMS.approversConversationId, id)).toBeUndefined();
    world.answer = json({ statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: card() });
    await world.teams.people.look('rita', chat, await posted(BUTTONS));
    expect(world.received).toMatchObject([{ value: { action: { verb: 'refresh' }, trigger: 'automatic' } }]);
  });

  it('mentions the bot to be heard in a channel', async () => {
    await world.teams.people.say('anna', 'mine', TEAMS.approversConversationId);
    expect(world.received.at(-1)).toMatchObject({
      text: '<at>Hallpass</at> mine',
      entities: [{ type: 'clientInfo' }, { type: 'mention', text: '<at>Hallpass</at>' }],
    });
    await expect(world.teams.people.say('rita', 'mine', TEAMS.approversConversationId)).rejects.toMatchObject({
      code: 'playground.not-there',
    });
  });
});
