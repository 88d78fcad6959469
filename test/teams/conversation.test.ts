import { afterEach, describe, expect, it } from '@jest/globals';
import type { Desk } from '../../src/chat/desk.ts';
import type { ChatActor, PostedMessage } from '../../src/chat/surface.ts';
import { RITA, TEAMS, TENANT_ID } from '../../src/playground/cast.ts';
import { pressing, saying, teamsWorld, type TeamsWorld } from './support/teams-world.ts';
import { partsOf, textOf, verbsOf } from './support/validate-card.ts';
import { CASE_ID, DETAILS, HOME, OPTIONS } from './support/views.ts';

let world: TeamsWorld;
afterEach(() => world.close());

const ACTOR: ChatActor = {
  platform: 'teams',
  workspaceId: TENANT_ID,
  userId: RITA.objectId,
  tenantId: TENANT_ID,
  objectId: RITA.objectId,
};
const done = (sentence: string) => Promise.resolve({ done: true as const, sentence });
const refused = { code: 'rule.not-eligible', reason: 'You may not ask for this.', hint: 'Ask in #identity.' };
const inChannel = {
  conversation: {
    conversationType: 'channel',
    tenantId: TENANT_ID,
    id: `${TEAMS.approversConversationId};messageid=1700000000000`,
  },
};

/** What the one who wrote sees, as the connector got it. */
async function answerTo(text: string, desk: Partial<Desk>, more = {}) {
  world = await teamsWorld(desk);
  expect(await world.send(saying(world, text, more))).toMatchObject({ status: 200 });
  return world.posts().map(({ path, body }) => ({ path, text: textOf(body), verbs: verbsOf(body), body }));
}
/** What the one who pressed sees, in the answer itself. */
async function answerToPress(verb: string, data: object, desk: Partial<Desk>, more = {}) {
  world = await teamsWorld(desk);
  const sent = await world.send(pressing(world, verb, { v: 1, ...data }, more));
  expect(sent).toMatchObject({ status: 200, body: { statusCode: 200 } });
  const { type, value } = sent.body as { type: string; value: unknown };
  return { type: type.replace('application/vnd.microsoft.', ''), value };
}

describe('an operator writes “doctor”', () => {
  const SEEN = {
    title: 'Something is missing',
    facts: [{ label: 'Scopes (Slack): missing', text: 'users:read is not granted' }],
  };

  it('and gets what was seen, or why not', async () => {
    const [card] = await answerTo('doctor', { doctor: () => Promise.resolve(SEEN) });
    expect([card?.path, card?.text]).toEqual([
      '/teams/v3/conversations/a:chat-of-rita/activities',
      expect.stringContaining('is not granted'),
    ]);
    await world.close();
    const [no] = await answerTo('doctor', { doctor: () => Promise.resolve({ refusal: { permitted: false, ...refused } }) });
    expect(no?.text).toContain('You may not ask for this.');
  });

  it('and is not left waiting: the answer takes the place of “One moment”', async () => {
    let finish: (view: typeof SEEN) => void = () => undefined;
    const slow = new Promise<typeof SEEN>((resolve) => (finish = resolve));
    world = await teamsWorld({ doctor: () => slow }, { patienceMs: 1 });
    expect(await world.send(saying(world, 'doctor'))).toMatchObject({ status: 200 });
    expect(world.posts().map(({ body }) => textOf(body))).toEqual([expect.stringContaining('One moment')]);
    finish(SEEN);
    await world.surface.stop();
    const [, edited] = world.posts();
    expect([edited?.method, edited?.path]).toEqual(['PUT', '/teams/v3/conversations/a:chat-of-rita/activities/activity-1']);
    expect(textOf(edited?.body)).toContain('is not granted');
  });

  it('nowhere but in their own chat', async () => {
    const [answer] = await answerTo('doctor', {}, inChannel);
    expect(answer?.text).toContain('our own chat');
  });
});

describe('somebody writes', () => {
  it('“request”, and gets a form with what they may ask for', async () => {
    const asked: unknown[] = [];
    const [form] = await answerTo('request', {
      options: (actor, search) => {
        asked.push(actor, search);
        return Promise.resolve({ options: OPTIONS });
      },
    });
    expect(asked).toEqual([ACTOR, '']);
    expect(form?.path).toBe(`/teams/v3/conversations/a:chat-of-rita/activities`);
    expect(form?.verbs).toEqual(['submit']);
    expect(partsOf(form?.body, 'Input.ChoiceSet')[0]).toMatchObject({
      style: 'filtered',
      choices: [{ value: 'global-reader' }, { value: 'security-reader' }],
    });
  });

  it('“Request  security reader”, and the search goes along', async () => {
    let searched = '';
    await answerTo('<at>Hallpass</at> Request  security reader ', {
      options: (_, search) => {
        searched = search;
        return Promise.resolve({ options: OPTIONS });
      },
    });
    expect(searched).toBe('security reader');
  });

  it('“request” without being allowed anything, and reads why and what to do', async () => {
    const [answer] = await answerTo('request', { options: () => Promise.resolve({ refusal: { permitted: false, ...refused } }) });
    expect(answer?.text).toBe(`${refused.reason} ${refused.hint}\n${refused.code}`);
  });

  it.each([
    ['', 'nothing you may ask for'],
    ['unicorn', 'Nothing that you may ask for has this name'],
  ])('“request %s” that finds nothing, and reads so', async (search, expected) => {
    const [answer] = await answerTo(`request ${search}`, { options: () => Promise.resolve({ options: [] }) });
    expect(answer?.text).toContain(expected);
  });

  it('“mine”, and sees what they hold with a button for each', async () => {
    const [mine] = await answerTo('mine', { home: () => Promise.resolve(HOME) }, { localTimezone: 'America/New_York' });
    expect(mine?.text).toMatch(/\(\d\d:\d\d America\/New York, \d{4}-\d\d-\d\d \d\d:\d\d UTC\)/);
    expect(mine?.verbs).toEqual(['releaseMine', 'withdrawMine', 'form']);
  });

  it.each(['help', 'hello?', '', 'constructor', '/access'])('“%s”, and gets help', async (text) => {
    const [help] = await answerTo(text, {});
    expect(help?.verbs).toEqual(['form', 'mine']);
  });

  it('in a channel, and nothing of theirs is shown there', async () => {
    const [pointer] = await answerTo('request', {}, inChannel);
    expect(pointer).toMatchObject({ verbs: [], text: expect.stringContaining('our own chat') });
  });

  it('while the desk fails, and is told so without its reasons', async () => {
    const [sorry] = await answerTo('mine', { home: () => Promise.reject(new Error('secret detail')) });
    expect(sorry?.text).toMatch(/Something went wrong/);
    expect(sorry?.text).not.toContain('secret detail');
  });

  it('while the connector fails: nothing is repeated, and Teams is not told to try again', async () => {
    world = await teamsWorld({ home: () => Promise.resolve(HOME) });
    world.connector(() => ({ status: 503 }));
    await expect(world.send(saying(world, 'mine'))).resolves.toMatchObject({ status: 200 });
    expect(world.posts()).toHaveLength(1);
  });
});

describe('somebody presses', () => {
  it('Approve in a channel: the desk learns who, what and on which message', async () => {
    let decided: unknown[] = [];
    const shown = await answerToPress(
      'approve',
      { caseId: CASE_ID },
      { decide: (...args) => ((decided = args), done('Approved.')) },
      inChannel,
    );
    const message: PostedMessage = {
      platform: 'teams',
      workspaceId: TENANT_ID,
      channelId: TEAMS.approversConversationId,
      messageId: '1700000000000',
      serviceUrl: world.serviceUrl,
    };
    expect(decided).toEqual([ACTOR, CASE_ID, 'approve', undefined, message]);
    expect(shown).toEqual({ type: 'activity.message', value: 'Approved\\.'.replace('\\', '') });
  });

  it('Deny with a note', async () => {
    let note: unknown;
    await answerToPress(
      'deny',
      { caseId: CASE_ID, note: ' not now ' },
      { decide: (...args) => ((note = args[3]), done('Denied.')) },
    );
    expect(note).toBe('not now');
  });

  it('too late, and alone reads who was faster', async () => {
    const shown = await answerToPress(
      'approve',
      { caseId: CASE_ID },
      {
        decide: () =>
          Promise.resolve({
            done: false,
            code: 'decision.late',
            reason: '*Anna* approved this 4 seconds ago.',
            hint: 'Nothing to do.',
          }),
      },
    );
    expect(shown).toEqual({
      type: 'activity.message',
      value: String.raw`\*Anna\* approved this 4 seconds ago. Nothing to do. (decision.late)`,
    });
    expect(world.posts()).toEqual([]);
  });

  it.each([
    ['why', ['approve', 'deny']],
    ['details', ['acknowledge', 'snooze']],
    ['detailsHandled', ['snooze']],
  ])('%s, and sees the facts with the buttons that stood there', async (verb, verbs) => {
    const shown = await answerToPress(verb, { caseId: CASE_ID }, { details: () => Promise.resolve(DETAILS) });
    expect(shown.type).toBe('card.adaptive');
    expect(verbsOf(shown.value)).toEqual(verbs);
    expect(textOf(shown.value)).toContain('Only you see this.');
  });

  it.each(['withdrawMine', 'releaseMine'])('%s, and sees what is left', async (verb) => {
    const shown = await answerToPress(
      verb,
      { caseId: CASE_ID },
      { withdraw: () => done('Withdrawn.'), release: () => done('Given back.'), home: () => Promise.resolve(HOME) },
      { localTimezone: 'Asia/Calcutta' },
    );
    expect(textOf(shown.value)).toContain(' Asia/Calcutta, ');
    expect(textOf(shown.value)).toMatch(/^(Withdrawn|Given back)\./);
  });

  it.each(['acknowledge', 'snooze', 'withdraw', 'release'] as const)('%s, and the desk is asked', async (verb) => {
    const shown = await answerToPress(verb, { caseId: CASE_ID }, { [verb]: () => done('Done.') });
    expect(shown.value).toBe('Done.');
  });
});

describe('a client without Action.Execute', () => {
  const submitted = (verb: string) => ({ value: { v: 1, verb, caseId: CASE_ID }, replyToId: '1700000000000' });

  it('is answered in the person’s own chat', async () => {
    const [answer] = await answerTo('', { decide: () => done('Approved.') }, submitted('approve'));
    expect(answer).toMatchObject({ text: 'Approved.', path: '/teams/v3/conversations/a:chat-of-rita/activities' });
  });

  it('is answered there although the button stood in a channel: nobody else reads it', async () => {
    const posts = await answerTo('', { decide: () => done('Approved.') }, { ...submitted('approve'), ...inChannel });
    expect(posts.map(({ path }) => path)).toEqual(['/teams/v3/conversations', '/teams/v3/conversations/a:chat-1/activities']);
    expect(posts[0]?.body).toMatchObject({ members: [{ id: RITA.objectId }] });
  });
});

it.each(['conversationUpdate', 'installationUpdate', 'messageReaction', 'typing'])('hears %s and says nothing', async (type) => {
  world = await teamsWorld();
  await expect(world.send(saying(world, '', { type }))).resolves.toMatchObject({ status: 200, text: '' });
  expect(world.posts()).toEqual([]);
});

it('hears of an installation by nobody in particular, but not of a message', async () => {
  world = await teamsWorld();
  const from = { id: '28:system' };
  await expect(world.send(saying(world, '', { type: 'installationUpdate', from }))).resolves.toMatchObject({ status: 200 });
  await expect(world.send(saying(world, '', { from }))).resolves.toMatchObject({ status: 403 });
});

it('answers before Teams gives up, however long the desk takes', async () => {
  world = await teamsWorld({ decide: () => new Promise(() => undefined) }, { patienceMs: 20 });
  const sent = await world.send(pressing(world, 'approve', { v: 1, caseId: CASE_ID }));
  expect(sent).toMatchObject({ status: 200, body: { value: expect.stringContaining('longer than usual') } });
});
