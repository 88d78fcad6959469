import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ANNA, botWorld, eventually, inSlack, requestCardsIn, requesterMessagesIn, RITA, type BotWorld } from './bot-world.ts';
import { heldBackFiles } from '../durable/support/held-back-files.ts';

let world: BotWorld;
afterEach(() => world.close());

async function pendingCase(): Promise<string> {
  await world.submit(inSlack(RITA));
  await eventually(() => expect(requestCardsIn(world.slack).filter(({ live }) => live)).toHaveLength(1));
  return world.theCase().caseId;
}
const alerts = () =>
  world.logged.filter((line) => typeof line['alert'] === 'string' && Number(line['level']) >= 50).map((line) => line['alert']);

describe('what the perimeter says', () => {
  it('is applied once, however often it is served', async () => {
    world = await botWorld();
    const caseId = await pendingCase();
    await world.bot.desk.decide(inSlack(ANNA), caseId, 'approve', undefined, undefined);
    await eventually(() => expect(world.theCase().status).toBe('active'));
    const seq = world.runtime.cursor('perimeter');
    const { seq: caseSeq } = world.theCase().view;
    world.perimeter.repeats = true;
    await eventually(() => expect(world.perimeter.authorizations.length).toBeGreaterThan(20));
    expect(world.runtime.cursor('perimeter')).toBe(seq);
    await eventually(() => expect(world.theCase().view.pending).toEqual([]));
    const entries = [];
    for await (const entry of world.runtime.entries(caseSeq)) entries.push(...entry.events);
    expect(entries).toEqual([]);
    world.perimeter.repeats = false;
  });

  it('reaches a bot that was down while it was said, with the instants of when it happened', async () => {
    world = await botWorld();
    const caseId = await pendingCase();
    await world.bot.desk.decide(inSlack(ANNA), caseId, 'approve', undefined, undefined);
    await eventually(() => expect(world.theCase().status).toBe('active'));
    await world.bot.stop();
    world.perimeter.say(
      caseId,
      { type: 'ended', how: 'expired', confirmedAt: '2026-01-01T10:00:04.000Z' },
      '2026-01-01T10:00:00.000Z',
    );
    await world.restart();
    await eventually(() =>
      expect(requesterMessagesIn(world.slack).map(({ view }) => view.outcome)).toMatchObject([
        { sentence: 'Ended on time', at: '2026-01-01T10:00:00.000Z' },
      ]),
    );
  });

  it('is an alert to operators when it is about a request nobody knows, and the next fact still arrives', async () => {
    world = await botWorld();
    world.perimeter.say('ffffffffffffffff', { type: 'given', endsAt: '2026-01-01T10:00:00.000Z', nativeEnd: true });
    await pendingCase();
    expect(alerts()).toContain('unknown-case:ffffffffffffffff');
    await eventually(() =>
      expect(world.slack.notes().join()).toContain('a request that Hallpass does not know (ffffffffffffffff)'),
    );
  });

  it('is not taken for an unknown request while the bot has just started and still reads what is over', async () => {
    world = await botWorld();
    const caseId = await pendingCase();
    await world.bot.desk.withdraw(inSlack(RITA), caseId);
    await eventually(() => expect(world.theCase().status).toBe('ended'));
    await eventually(() => expect(world.theCase().view.pending).toEqual([]));
    const { files, letGo } = heldBackFiles();
    await world.restart({ files, meanwhile: () => rmSync(join(world.folder, 'index.db')) });
    const seq = world.runtime.cursor('perimeter');
    const polls = world.perimeter.waits.length;
    world.perimeter.say(caseId, { type: 'ended', how: 'withdrawn' });
    await eventually(() => expect(world.perimeter.waits.length).toBeGreaterThan(polls));
    letGo();
    await eventually(() => expect(world.runtime.cursor('perimeter')).toBe(seq + 1));
    expect(alerts()).toEqual([]);
  });

  it('does not keep a bot from stopping that still reads what is over', async () => {
    world = await botWorld();
    await pendingCase();
    const { files, letGo } = heldBackFiles();
    await world.restart({ files, meanwhile: () => rmSync(join(world.folder, 'index.db')) });
    const polls = world.perimeter.waits.length;
    world.perimeter.say('ffffffffffffffff', { type: 'given', endsAt: '2026-01-01T10:00:00.000Z', nativeEnd: true });
    await eventually(() => expect(world.perimeter.waits.length).toBeGreaterThan(polls));
    await world.bot.stop();
    letGo();
    expect(alerts()).toEqual([]);
  });

  it('is an alert to operators when it does not fit what is known', async () => {
    world = await botWorld();
    const caseId = await pendingCase();
    await world.bot.desk.withdraw(inSlack(RITA), caseId);
    await eventually(() => expect(world.theCase().status).toBe('ended'));
    world.perimeter.say(caseId, { type: 'given', endsAt: '2026-01-01T10:00:00.000Z', nativeEnd: true });
    await eventually(() => expect(alerts()).toContain(`ignored:${caseId}:given`));
  });

  it('is no alert when the end is told twice', async () => {
    world = await botWorld();
    const caseId = await pendingCase();
    await world.bot.desk.withdraw(inSlack(RITA), caseId);
    await eventually(() => expect(world.theCase().status).toBe('ended'));
    const seq = world.runtime.cursor('perimeter');
    world.perimeter.say(caseId, { type: 'ended', how: 'withdrawn' });
    await eventually(() => expect(world.runtime.cursor('perimeter')).toBe(seq + 1));
    expect(alerts()).toEqual([]);
  });

  it('is no longer believed once its history is behind what was seen, also after a restart', async () => {
    world = await botWorld();
    const caseId = await pendingCase();
    await world.bot.desk.decide(inSlack(ANNA), caseId, 'approve', undefined, undefined);
    await eventually(() => expect(world.theCase().status).toBe('active'));
    world.perimeter.rollBack(1);
    await eventually(() => expect(alerts()).toContain('ledger'));
    const stopped = { ready: false, reasons: [expect.stringContaining('rolled back')] };
    expect(await world.bot.readiness()).toMatchObject(stopped);
    await world.restart();
    await eventually(async () => expect(await world.bot.readiness()).toMatchObject(stopped));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(world.theCase().status).toBe('active');
    // Put back, it goes on from where it was seen.
    world.perimeter.say(caseId, { type: 'ended', how: 'expired' });
    await eventually(async () => expect(await world.bot.readiness()).toMatchObject({ ready: true, warnings: [] }), 20_000);
  });

  it('says at each call what was seen last, so that the perimeter can tell that its own history was put back', async () => {
    world = await botWorld();
    const caseId = await pendingCase();
    await world.bot.desk.decide(inSlack(ANNA), caseId, 'approve', undefined, undefined);
    await eventually(() => expect(world.theCase().status).toBe('active'));
    await eventually(() => expect(world.perimeter.seen.at(-1)).toEqual(world.perimeter.ledger));
    expect(world.perimeter.seen[0]).toBeUndefined();
  });

  it('is told to the security channel when all giving was stopped, and when it goes on', async () => {
    world = await botWorld();
    world.perimeter.say('freeze000001', { type: 'frozen' });
    await eventually(() => expect(world.slack.notes().join()).toContain('The perimeter was frozen at '));
    expect(await world.bot.readiness()).toMatchObject({ warnings: [expect.stringContaining('frozen')] });
    world.perimeter.say('freeze000001', { type: 'unfrozen' });
    await eventually(() => expect(world.slack.notes().join()).toContain('The perimeter gives again since '));
    expect(await world.bot.readiness()).toMatchObject({ ready: true, warnings: [] });
    await eventually(() => expect(alerts()).toEqual(['frozen', 'unfrozen']));
  });

  it('is known to be there at once, although nothing has happened yet', async () => {
    world = await botWorld();
    await eventually(async () => expect(await world.bot.readiness()).toEqual({ ready: true, reasons: [], warnings: [] }));
    await eventually(() => expect(world.perimeter.waits.slice(0, 2)).toEqual([0, 25]));
  });

  it('is asked for again after the perimeter was away, and nothing is lost', async () => {
    world = await botWorld();
    world.perimeter.fail('events', 503, 'store.closed', 2);
    world.perimeter.fail('register', 503, 'store.closed', 2);
    await pendingCase();
    await eventually(async () => expect(await world.bot.readiness()).toMatchObject({ ready: true }));
  });
});

describe('what the perimeter answers', () => {
  it('tells the requester why a request was refused, and shows no approver a card', async () => {
    world = await botWorld();
    world.perimeter.fail('register', 400, 'request.malformed');
    await world.submit(inSlack(RITA));
    await eventually(() =>
      expect(requesterMessagesIn(world.slack).map(({ view }) => view)).toMatchObject([
        { status: 'refused', refusal: { code: 'request.malformed', hint: 'Because.' } },
      ]),
    );
    expect(requestCardsIn(world.slack)).toHaveLength(0);
  });

  it('takes a refusal told by the feed and by the answer for one', async () => {
    world = await botWorld();
    const caseId = await pendingCase();
    world.perimeter.fail('decide', 404, 'grant.unknown');
    await world.bot.desk.decide(inSlack(ANNA), caseId, 'approve', undefined, undefined);
    await eventually(() =>
      expect(world.theCase()).toMatchObject({ status: 'refused', context: { refusal: { code: 'grant.unknown' } } }),
    );
    world.perimeter.say(caseId, { type: 'refused', code: 'grant.unknown', hint: 'Because.' });
    await eventually(() => expect(world.runtime.cursor('perimeter')).toBe(2));
    expect(alerts()).toEqual([]);
  });

  it.each(['decide', 'end'] as const)(
    'asks again, and ends nothing, when the perimeter cannot tell yet whether it knows the request (%s)',
    async (call) => {
      world = await botWorld();
      const caseId = await pendingCase();
      world.perimeter.fail(call, 503, 'store.indexing', 2);
      if (call === 'decide') await world.bot.desk.decide(inSlack(ANNA), caseId, 'approve', undefined, undefined);
      else await world.bot.desk.withdraw(inSlack(RITA), caseId);
      await eventually(() => expect(world.theCase().status).toBe(call === 'decide' ? 'active' : 'ended'));
      expect(alerts()).toEqual([]);
    },
  );

  it('waits for the feed when a decision came too late', async () => {
    world = await botWorld();
    const caseId = await pendingCase();
    world.perimeter.fail('decide', 409, 'decision.conflict');
    await world.bot.desk.decide(inSlack(ANNA), caseId, 'approve', undefined, undefined);
    await eventually(() => expect(world.theCase().view.pending).toEqual([]));
    expect(world.theCase().status).toBe('giving');
    world.perimeter.say(caseId, { type: 'ended', how: 'lapsed' });
    await eventually(() => expect(world.theCase().status).toBe('ended'));
  });

  it('never gives up asking for an end, even when it is refused, and tells operators', async () => {
    world = await botWorld();
    const caseId = await pendingCase();
    world.perimeter.fail('end', 400, 'request.malformed', 2);
    await world.bot.desk.withdraw(inSlack(RITA), caseId);
    await eventually(() => expect(alerts()).toContain(`end:${caseId}`));
    await eventually(() => expect(world.theCase().status).toBe('ended'), 8_000);
    expect(world.bot.operators.standing()).toEqual([]);
  }, 15_000);

  it('keeps a request waiting while its own token is not accepted', async () => {
    world = await botWorld();
    world.perimeter.fail('register', 403, 'caller.forbidden', 2);
    await pendingCase();
    expect(world.perimeter.registered).toHaveLength(1);
  });

  it('forwards nothing twice when the process was restarted after each step', async () => {
    world = await botWorld();
    const caseId = await pendingCase();
    await world.restart();
    await world.bot.desk.decide(inSlack(ANNA), caseId, 'approve', undefined, undefined);
    await world.restart();
    await eventually(() => expect(world.theCase().status).toBe('active'));
    await world.restart();
    await world.bot.desk.release(inSlack(RITA), caseId);
    await world.restart();
    await eventually(() => expect(world.theCase().status).toBe('ended'));
    expect(world.perimeter.registered).toHaveLength(1);
    expect(world.perimeter.decisions).toHaveLength(1);
    await eventually(() => expect(requestCardsIn(world.slack).map(({ status }) => status)).toEqual(['ended']));
    expect(requesterMessagesIn(world.slack)).toHaveLength(1);
  });

  it('tells operators when access should be gone and nobody says that it is', async () => {
    world = await botWorld();
    const caseId = await pendingCase();
    await world.bot.desk.decide(inSlack(ANNA), caseId, 'approve', undefined, undefined);
    await eventually(() => expect(world.theCase().status).toBe('active'));
    world.clock.advance(66);
    await eventually(() =>
      expect(world.slack.notes().join()).toMatch(
        /Global Reader for Rita Requester should have ended at .*has not said that it is gone/,
      ),
    );
    expect(alerts()).toContain(`overdue:${caseId}`);
  });
});
