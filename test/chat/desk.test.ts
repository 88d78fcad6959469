import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChatActor } from '../../src/chat/surface.ts';
import {
  ABEL,
  ANNA,
  APPROVERS,
  botWorld,
  ENGINEERS,
  eventually,
  FOREIGN_TENANT,
  inSlack,
  inTeams,
  requestCardsIn,
  RITA,
  SAM,
  TENANT,
  WORKSPACE,
  type BotWorld,
} from '../bot/bot-world.ts';

let world: BotWorld;
beforeEach(async () => {
  world = await botWorld();
});
afterEach(() => world.close());

async function pendingCase(actor: ChatActor = inSlack(RITA)): Promise<string> {
  expect(await world.submit(actor)).toMatchObject({ done: true });
  await eventually(() => expect(requestCardsIn(world.slack).filter(({ live }) => live)).toHaveLength(1));
  return world.theCase().caseId;
}

describe('asking', () => {
  it.each<[string, ChatActor, string]>([
    [
      'a Slack account that is mapped to nobody',
      { platform: 'slack', workspaceId: WORKSPACE, userId: 'U0NOBODY' },
      'people.unmapped',
    ],
    ['a mapped user id in another workspace', { platform: 'slack', workspaceId: 'T0OTHER', userId: 'U0RITA' }, 'people.unmapped'],
    ['somebody of another tenant in Teams', inTeams(RITA, FOREIGN_TENANT), 'people.foreign-tenant'],
    [
      'a Teams account that hides its tenant',
      { platform: 'teams', workspaceId: TENANT, userId: RITA, objectId: RITA },
      'people.foreign-tenant',
    ],
    [
      'a Teams account without an object id',
      { platform: 'teams', workspaceId: TENANT, userId: RITA, tenantId: TENANT },
      'people.unknown',
    ],
    ['a Teams account whose object id is none', { ...inTeams(RITA), objectId: `${RITA}/../x` }, 'people.unknown'],
    ['somebody whom no rule names', inSlack(SAM), 'rule.not-eligible'],
  ])('refuses %s, with a hint and without a case', async (_, actor, code) => {
    const answer = await world.submit(actor);
    expect(answer).toMatchObject({ done: false, code, hint: expect.stringMatching(/\.$/) });
    expect(await world.bot.desk.options(actor, '')).toMatchObject({ refusal: { code } });
    expect([...world.runtime.open('accessRequest')]).toHaveLength(0);
  });

  it.each<[string, Parameters<BotWorld['submit']>[1], string, string]>([
    ['an entitlement that is not there', { entitlementId: 'global-administrator' }, 'entitlement', 'rule.unknown'],
    ['a length that is not offered', { durationMinutes: 61 }, 'duration', 'rule.duration'],
    ['an empty justification', { justification: ' \n\u0000 ' }, 'justification', 'justification.missing'],
    ['a justification of 501 characters', { justification: 'x'.repeat(501) }, 'justification', 'justification.too-long'],
  ])('points at the field for %s', async (_, form, field, code) => {
    expect(await world.submit(inSlack(RITA), form)).toMatchObject({ done: false, field, code });
  });

  it('takes 500 characters with mentions, links, Markdown and marks, and hands them on as they were typed', async () => {
    const justification = `<!channel> *bold* [x](javascript:alert(1)) <@U0ANNA> \u200e`.padEnd(500, 'x');
    expect(await world.submit(inSlack(RITA), { justification })).toMatchObject({ done: true });
    await eventually(() => expect(world.perimeter.registered[0]?.justification).toBe(justification));
  });

  it('makes one request of the same submission, however often it comes', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => world.submit(inSlack(RITA), { submissionId: 'V-same' })));
    expect(answers.every(({ done }) => done)).toBe(true);
    expect(await world.submit(inSlack(RITA), { submissionId: 'V-same' })).toMatchObject({ done: true });
    await eventually(() => expect(world.perimeter.registered).toHaveLength(1));
  });

  it('keeps two people apart whose submissions have the same id', async () => {
    await world.submit(inTeams(RITA), { submissionId: '1700000000000' });
    await world.submit(inTeams(ANNA), { submissionId: '1700000000000' });
    await eventually(() =>
      expect(world.perimeter.registered.map(({ requester }) => requester.objectId).toSorted()).toEqual([RITA, ANNA]),
    );
  });

  it('refuses a second request for what is open already, on either platform', async () => {
    await pendingCase();
    expect(await world.submit(inTeams(RITA))).toMatchObject({ done: false, code: 'request.open-already', field: 'entitlement' });
  });

  it('offers and takes nothing when the directory does not answer, and says that this is why', async () => {
    world.directory.down = true;
    expect(await world.submit(inSlack(RITA))).toMatchObject({ done: false, code: 'membership-unknown' });
    expect(await world.bot.desk.options(inSlack(RITA), '')).toMatchObject({ refusal: { code: 'membership-unknown' } });
    world.directory.down = false;
    expect(await world.bot.desk.options(inSlack(RITA), 'global')).toMatchObject({
      options: [{ entitlementId: 'global-reader', durationsMinutes: [30, 60] }],
    });
    expect(await world.submit(inSlack(RITA))).toMatchObject({ done: true });
  });

  it('judges a request by the groups of now, not by what the form had offered', async () => {
    expect(await world.bot.desk.options(inSlack(RITA), '')).toHaveProperty('options');
    world.directory.groups.set(ENGINEERS, []);
    expect(await world.submit(inSlack(RITA))).toMatchObject({ done: false, code: 'rule.not-eligible' });
  });
});

describe('deciding', () => {
  it.each([
    ['under her Slack account', inSlack(ANNA), inSlack(ANNA)],
    ['in Teams, what she asked in Slack', inSlack(ANNA), inTeams(ANNA)],
    ['in Slack, what she asked in Teams', inTeams(ANNA), inSlack(ANNA)],
    ['in Teams, with her object id in capitals', inSlack(ANNA), inTeams(ANNA.toUpperCase())],
  ])('never lets a requester approve for herself %s', async (_, asks, decides) => {
    const caseId = await pendingCase(asks);
    expect(await world.bot.desk.decide(decides, caseId, 'approve', undefined, undefined)).toMatchObject({
      done: false,
      code: 'self-approval',
    });
    expect(await world.bot.desk.decide(inSlack(ABEL), caseId, 'approve', undefined, undefined)).toMatchObject({ done: true });
  });

  it.each<[string, () => ChatActor, string]>([
    ['somebody who is no approver', () => inSlack(SAM), 'not-an-approver'],
    ['a Slack account that is mapped to nobody', () => ({ ...inSlack(ANNA), userId: 'U0NOBODY' }), 'people.unmapped'],
    ['an approver’s object id from another tenant', () => inTeams(ANNA, FOREIGN_TENANT), 'people.foreign-tenant'],
  ])('refuses %s', async (_, actor, code) => {
    const caseId = await pendingCase();
    expect(await world.bot.desk.decide(actor(), caseId, 'approve', undefined, undefined)).toMatchObject({ done: false, code });
    expect(world.theCase().status).toBe('pending');
  });

  it('refuses an approver while the directory does not answer, and takes the same click once it does', async () => {
    const caseId = await pendingCase();
    world.directory.down = true;
    const click = () => world.bot.desk.decide(inSlack(ANNA), caseId, 'approve', undefined, undefined);
    expect(await click()).toMatchObject({ done: false, code: 'membership-unknown' });
    expect(world.theCase().status).toBe('pending');
    world.directory.down = false;
    expect(await click()).toMatchObject({ done: true });
  });

  it('takes the power of the button away at once from whoever leaves the group or is disabled', async () => {
    const caseId = await pendingCase();
    const click = (actor: ChatActor) => world.bot.desk.decide(actor, caseId, 'approve', undefined, undefined);
    world.directory.groups.set(APPROVERS, [ABEL]);
    expect(await click(inSlack(ANNA))).toMatchObject({ code: 'not-an-approver' });
    world.directory.people.set(ABEL, { objectId: ABEL, displayName: 'Abel Approver', enabled: false, guest: false });
    expect(await click(inSlack(ABEL))).toMatchObject({ code: 'account-disabled' });
  });

  it('wants a note for a denial, shows it, and takes no note that is too long', async () => {
    const caseId = await pendingCase();
    const deny = (note: string | undefined) => world.bot.desk.decide(inSlack(ANNA), caseId, 'deny', note, undefined);
    expect(await deny(undefined)).toMatchObject({ done: false, code: 'note.missing' });
    expect(await deny(' \n')).toMatchObject({ done: false, code: 'note.missing' });
    expect(await deny('x'.repeat(501))).toMatchObject({ done: false, code: 'note.too-long' });
    expect(await deny('No ticket *here*.')).toMatchObject({ done: true });
    await eventually(() => {
      const view = requestCardsIn(world.teams)[0]?.message;
      expect(view).toMatchObject({
        view: { status: 'ended', outcome: { sentence: 'Denied by Anna Approver', note: 'No ticket *here*.' } },
      });
    });
  });

  it('tells whoever presses a stale card what became of it', async () => {
    const caseId = await pendingCase();
    await world.bot.desk.withdraw(inSlack(RITA), caseId);
    expect(await world.bot.desk.decide(inSlack(ANNA), caseId, 'approve', undefined, undefined)).toMatchObject({
      done: false,
      code: 'request.over',
      reason: 'The requester has withdrawn this request.',
    });
    await eventually(() => expect(world.theCase().status).toBe('ended'));
    expect(await world.bot.desk.decide(inTeams(ABEL), caseId, 'deny', 'no', undefined)).toMatchObject({ code: 'request.over' });
  });

  it.each(['approve', 'withdraw', 'release', 'details', 'acknowledge', 'snooze'] as const)(
    '%s knows no case of an unknown id',
    async (verb) => {
      const { desk } = world.bot;
      const posted = { platform: 'slack', workspaceId: WORKSPACE, channelId: 'C0SECURE', messageId: '1' } as const;
      const id = 'ffffffffffffffffffffffffffffffff';
      const answer = {
        approve: () => desk.decide(inSlack(ANNA), id, 'approve', undefined, undefined),
        withdraw: () => desk.withdraw(inSlack(RITA), id),
        release: () => desk.release(inSlack(RITA), id),
        details: async () => {
          const details = await desk.details(inSlack(RITA), id, posted);
          return 'refusal' in details ? details.refusal : details;
        },
        acknowledge: () => desk.acknowledge(inSlack(SAM), id, posted),
        snooze: () => desk.snooze(inSlack(SAM), id, posted),
      }[verb];
      expect(await answer()).toMatchObject({ code: 'case.unknown' });
    },
  );
});

describe('giving up', () => {
  it('is for the requester alone', async () => {
    const caseId = await pendingCase();
    for (const actor of [inSlack(ANNA), inTeams(SAM)])
      expect(await world.bot.desk.withdraw(actor, caseId)).toMatchObject({ done: false, code: 'request.not-yours' });
    expect(await world.bot.desk.withdraw(inTeams(RITA), caseId)).toMatchObject({ done: true });
  });

  it('gives back what was given, also by the button of an older card', async () => {
    const caseId = await pendingCase();
    await world.bot.desk.decide(inSlack(ANNA), caseId, 'approve', undefined, undefined);
    await eventually(() => expect(world.theCase().status).toBe('active'));
    expect(await world.bot.desk.withdraw(inSlack(RITA), caseId)).toMatchObject({
      done: true,
      sentence: expect.stringContaining('Given back'),
    });
    await eventually(() => expect(world.perimeter.ends).toEqual([{ requestId: caseId, reason: 'release' }]));
    await eventually(() => expect(world.theCase()).toMatchObject({ status: 'ended', context: { endedHow: 'released' } }));
    expect(await world.bot.desk.release(inSlack(RITA), caseId)).toMatchObject({ done: false, code: 'request.over' });
  });
});

describe('why am I asked', () => {
  it('is told to requester and approvers, and to nobody else', async () => {
    const caseId = await pendingCase();
    expect(await world.bot.desk.details(inSlack(ANNA), caseId)).toMatchObject({ title: 'Global Reader for 1 h' });
    expect(await world.bot.desk.details(inTeams(RITA), caseId)).toMatchObject({ title: 'Global Reader for 1 h' });
    expect(await world.bot.desk.details(inSlack(SAM), caseId)).toMatchObject({ refusal: { code: 'not-an-approver' } });
  });
});
