import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ABEL,
  ANNA,
  botWorld,
  eventually,
  inSlack,
  inTeams,
  requestCardsIn,
  requesterMessagesIn,
  RITA,
  type BotWorld,
} from './bot-world.ts';

let world: BotWorld;
beforeEach(async () => {
  world = await botWorld();
});
afterEach(() => world.close());

const pending = () => eventually(() => expect(requestCardsIn(world.slack).filter(({ live }) => live)).toHaveLength(1));

describe('the main job', () => {
  it('takes a request from the question to the end, with every card kept true on both platforms', async () => {
    expect(await world.submit(inSlack(RITA))).toMatchObject({ done: true });
    await pending();
    await eventually(() => expect(requestCardsIn(world.teams).filter(({ live }) => live)).toHaveLength(1));
    const { caseId } = world.theCase();
    expect(caseId).toMatch(/^[a-z0-9]{8,40}$/);
    expect(world.perimeter.registered).toMatchObject([
      { requestId: caseId, durationMinutes: 60, entitlementId: 'global-reader' },
    ]);
    expect(world.perimeter.authorizations.every((header) => header === 'Bearer a-token')).toBe(true);

    expect(await world.bot.desk.decide(inTeams(ANNA), caseId, 'approve', undefined, undefined)).toMatchObject({ done: true });
    await eventually(() => expect(world.theCase().status).toBe('active'));
    await eventually(() => {
      for (const surface of [world.slack, world.teams])
        expect(requestCardsIn(surface).map(({ status }) => status)).toEqual(['active']);
      expect(requesterMessagesIn(world.slack)[0]?.view).toMatchObject({
        status: 'active',
        canRelease: true,
        outcome: { sentence: 'Approved by Anna Approver' },
      });
    });
    expect(world.perimeter.decisions).toMatchObject([{ requestId: caseId, decision: 'approve', approver: { objectId: ANNA } }]);
    expect(await world.bot.desk.home(inTeams(RITA))).toMatchObject({
      held: [{ caseId, status: 'active', canRelease: true }],
      waiting: [],
    });

    world.perimeter.say(
      caseId,
      { type: 'ended', how: 'expired', confirmedAt: '2026-11-28T10:00:04.000Z' },
      '2026-11-28T10:00:00.000Z',
    );
    await eventually(() => {
      for (const surface of [world.slack, world.teams])
        expect(requestCardsIn(surface).map(({ status }) => status)).toEqual(['ended']);
      expect(requesterMessagesIn(world.slack)).toMatchObject([
        {
          view: {
            status: 'ended',
            canRelease: false,
            outcome: { sentence: 'Ended on time', at: '2026-11-28T10:00:00.000Z', confirmedAt: '2026-11-28T10:00:04.000Z' },
          },
        },
      ]);
    });
    const said = () =>
      [...world.slack.standing.values()].flatMap(({ message, replyTo }) =>
        message.kind === 'note' && replyTo ? [message.text] : [],
      );
    await eventually(() =>
      expect(said()).toEqual([
        expect.stringMatching(/^Global Reader is given, until \d{4}-\d\d-\d\d \d\d:\d\d UTC\.$/),
        expect.stringMatching(
          /^Receipt: Global Reader for 1 h · approved by Anna Approver .* UTC · given .* · over 2026-11-28 10:00 UTC · confirmed gone 2026-11-28 10:00 UTC · request /,
        ),
      ]),
    );
    await eventually(() => expect(world.slack.homes.get('U0RITA')).toMatchObject({ held: [], waiting: [], recent: [{}] }));
    expect(await world.bot.desk.home(inSlack(RITA))).toMatchObject({
      held: [],
      waiting: [],
      recent: [{ outcome: { sentence: 'Ended on time' } }],
    });
  });

  it('counts one of two decisions made at the same time, and tells the other approver whose it was', async () => {
    await world.submit(inSlack(RITA));
    await pending();
    const { caseId } = world.theCase();
    const answers = await Promise.all([
      world.bot.desk.decide(inSlack(ANNA), caseId, 'approve', undefined, undefined),
      world.bot.desk.decide(inTeams(ABEL), caseId, 'deny', 'No ticket.', undefined),
    ]);
    expect(answers.filter(({ done }) => done)).toHaveLength(1);
    const winner = answers[0].done ? 'Anna Approver approved' : 'Abel Approver denied';
    expect(answers.find(({ done }) => !done)).toMatchObject({
      code: 'request.decided',
      reason: expect.stringMatching(new RegExp(`^${winner} this (just now|\\d seconds? ago)\\.$`)),
      hint: 'Nothing to do.',
    });
    await eventually(() => expect(world.perimeter.decisions).toHaveLength(1));
  });

  it('lets the requester withdraw while access is being given', async () => {
    world.perimeter.givesByItself = false;
    await world.submit(inTeams(RITA));
    await pending();
    const { caseId } = world.theCase();
    await world.bot.desk.decide(inSlack(ANNA), caseId, 'approve', undefined, undefined);
    await eventually(() => expect(world.perimeter.decisions).toHaveLength(1));
    expect(await world.bot.desk.withdraw(inTeams(RITA), caseId)).toMatchObject({ done: true });
    await eventually(() => expect(world.theCase().status).toBe('ended'));
    expect(world.perimeter.ends).toEqual([{ requestId: caseId, reason: 'withdraw' }]);
  });

  it('reminds approvers once, and lets the request lapse when nobody answers', async () => {
    await world.submit(inSlack(RITA));
    await pending();
    world.clock.advance(16);
    const reminders = () =>
      [...world.slack.standing.values()].filter(
        ({ message }) => message.kind === 'note' && message.text.startsWith('Still waiting'),
      );
    await eventually(() => expect(reminders()).toHaveLength(1));
    expect(reminders()[0]?.replyTo?.messageId).toBe(requestCardsIn(world.slack)[0]?.posted.messageId);
    world.clock.advance(45);
    await eventually(() => expect(world.theCase()).toMatchObject({ status: 'ended', context: { endedHow: 'lapsed' } }));
    expect(reminders()).toHaveLength(1);
    expect(world.perimeter.ends).toMatchObject([{ reason: 'lapse' }]);
  });
});
