import { afterEach, describe, expect, it } from '@jest/globals';
import {
  ANNA,
  botWorld,
  eventually,
  inSlack,
  inTeams,
  requestCardsIn,
  requesterMessagesIn,
  RITA,
  WORKSPACE,
  type BotWorld,
} from './bot-world.ts';
import { AppError } from '../../src/access/core/app-error.ts';
import type { Fitness } from '../../src/chat/surface.ts';
import type { FakeSurface } from './fake-surface.ts';

let world: BotWorld;
afterEach(() => world.close());

const live = (surface: FakeSurface) => requestCardsIn(surface).filter((card) => card.live);
const startsWith = (surface: FakeSurface, start: string) => surface.notes().filter((text) => text.startsWith(start));
const entitlementOf = (config: Record<string, unknown>) => (config['entitlements'] as Record<string, unknown>[])[0] ?? {};
const idle = () => eventually(() => expect(world.theCase().view.pending).toEqual([]));
const PUBLIC = { fit: false, code: 'public', reason: 'everybody can read it' } as const;

describe('what stands in chat', () => {
  it('brings direct cards up to date where approvers have no channel', async () => {
    world = await botWorld((config) => {
      Object.assign(entitlementOf(config), { tellApproversDirectly: true, approversChannel: {} });
    });
    await world.submit(inSlack(RITA));
    await eventually(() => expect(live(world.slack)).toHaveLength(2));
    await world.bot.desk.decide(inTeams(ANNA), world.theCase().caseId, 'deny', 'No.', undefined);
    await eventually(() => expect(requestCardsIn(world.slack).map(({ status }) => status)).toEqual(['ended', 'ended']));
  });

  it('keeps the card of a request true although its access is no longer in the configuration', async () => {
    let entitlementId = 'global-reader';
    world = await botWorld((config) => Object.assign(entitlementOf(config), { id: entitlementId }));
    await world.submit(inSlack(RITA));
    await eventually(() => expect(live(world.slack)).toHaveLength(1));
    await idle();
    const { caseId } = world.theCase();
    entitlementId = 'another-one';
    await world.restart({ reread: true });
    expect(await world.bot.desk.withdraw(inSlack(RITA), caseId)).toMatchObject({ done: true });
    await eventually(() => expect(requestCardsIn(world.slack).map(({ status }) => status)).toEqual(['ended']));
  });

  it('says nothing beside a card whose channel has become unfit', async () => {
    world = await botWorld();
    await world.submit(inSlack(RITA));
    await eventually(() => expect([...live(world.slack), ...live(world.teams)]).toHaveLength(2));
    await idle();
    world.slack.unfit.set('C0APPROVE', PUBLIC);
    await world.bot.channels.checkAll();
    world.clock.advance(16);
    await eventually(() => expect(startsWith(world.teams, 'Still waiting')).toHaveLength(1));
    await idle();
    expect(startsWith(world.slack, 'Still waiting')).toEqual([]);
  });

  describe('in a channel that has become unfit', () => {
    const inTheChannel = () => [...world.slack.standing.values()].find(({ posted }) => posted.channelId === 'C0APPROVE')?.message;
    const hidden = { kind: 'note', text: expect.stringMatching(/^Hidden: /) };
    const denied = async (fitness: Fitness) => {
      world = await botWorld();
      await world.submit(inSlack(RITA));
      await eventually(() => expect([...live(world.slack), ...live(world.teams)]).toHaveLength(2));
      await idle();
      world.slack.unfit.set('C0APPROVE', fitness);
      await world.bot.channels.checkAll();
      await world.bot.desk.decide(inTeams(ANNA), world.theCase().caseId, 'deny', 'Use the reader group.', undefined);
      await eventually(() => expect(world.theCase().status).toBe('ended'));
      await idle();
    };
    const truth = { view: { status: 'ended', outcome: { sentence: 'Denied by Anna Approver', note: 'Use the reader group.' } } };

    it('is neither outcome nor name nor text of anybody, and all of it once the channel is mended', async () => {
      await denied(PUBLIC);
      expect(inTheChannel()).toEqual(hidden);
      for (const secret of ['Rita', 'Anna', 'Global Reader', 'INC-4211', 'reader group', world.theCase().caseId])
        expect(JSON.stringify(inTheChannel())).not.toContain(secret);
      expect(requestCardsIn(world.teams)[0]?.message).toMatchObject(truth);
      world.slack.unfit.clear();
      await world.bot.channels.checkAll();
      await eventually(() => expect(inTheChannel()).toMatchObject(truth));
      await eventually(() => expect(JSON.stringify(world.theCase().view.links)).not.toContain('hidden'));
    });

    it('is all of it again when the channel was mended while Hallpass was down', async () => {
      await denied(PUBLIC);
      world.slack.unfit.clear();
      await world.restart();
      await eventually(() => expect(inTheChannel()).toMatchObject(truth));
    });

    it('is edited once, and not again while nothing changes', async () => {
      await denied(PUBLIC);
      const edits = world.slack.updates.length;
      await world.restart();
      await eventually(async () => expect((await world.bot.readiness()).warnings.join()).toContain('C0APPROVE'));
      expect(inTheChannel()).toEqual(hidden);
      expect(world.slack.updates).toHaveLength(edits);
    });

    it('is nothing either while nobody can see who reads it', async () => {
      await denied({ fit: false, code: 'unreadable', reason: 'no answer' });
      expect(inTheChannel()).toEqual(hidden);
    });
  });

  it('waits with an edit for a channel that cannot be read for a moment, instead of hiding the card', async () => {
    world = await botWorld();
    await world.submit(inSlack(RITA));
    await eventually(() => expect([...live(world.slack), ...live(world.teams)]).toHaveLength(2));
    await idle();
    let asked = 0;
    let silent = 0;
    const edits: string[] = [];
    const fitness = world.slack.fitness.bind(world.slack);
    const update = world.slack.update.bind(world.slack);
    world.slack.update = (posted, message) => {
      edits.push(message.kind);
      return update(posted, message);
    };
    world.slack.fitness = async (address) => {
      asked += 1;
      return silent-- > 0 ? { fit: false, code: 'unreadable', reason: 'no answer' } : fitness(address);
    };
    // A new process remembers no answer; it asks about both channels when it begins.
    await world.restart();
    await eventually(() => expect(asked).toBe(2));
    silent = 1;
    await world.bot.channels.check({ platform: 'slack', workspaceId: WORKSPACE, channelId: 'C0APPROVE' });
    await world.bot.desk.decide(inTeams(ANNA), world.theCase().caseId, 'deny', 'No.', undefined);
    await eventually(() => expect(requestCardsIn(world.slack).map(({ status }) => status)).toEqual(['ended']), 8_000);
    expect(asked).toBe(4);
    expect(edits).toContain('request');
    expect(edits).not.toContain('note');
  }, 20_000);

  it('brings back every card of a mended channel, however busy the platform is then', async () => {
    world = await botWorld();
    await world.submit(inSlack(RITA));
    await eventually(() => expect(live(world.slack)).toHaveLength(1));
    await idle();
    world.slack.unfit.set('C0APPROVE', PUBLIC);
    await world.bot.channels.checkAll();
    await world.bot.desk.decide(inTeams(ANNA), world.theCase().caseId, 'deny', 'No.', undefined);
    await eventually(() => expect(world.theCase().status).toBe('ended'));
    await idle();
    expect(requestCardsIn(world.slack)).toEqual([]);
    const busy = () => new AppError('chat.throttled', 'too many', { retryable: true, retryAfterMs: 50 });
    world.slack.updateErrors.push(busy(), busy(), busy());
    world.slack.unfit.clear();
    await world.bot.channels.checkAll();
    await eventually(() => expect(requestCardsIn(world.slack).map(({ status }) => status)).toEqual(['ended']));
  });

  it('asks approvers after a restart, when their channel was mended while Hallpass was down', async () => {
    world = await botWorld();
    for (const [surface, channelId] of [
      [world.slack, 'C0APPROVE'],
      [world.teams, '19:approve@thread.tacv2'],
    ] as const)
      surface.unfit.set(channelId, PUBLIC);
    await world.submit(inSlack(RITA));
    await eventually(() => expect(world.theCase().status).toBe('pending'));
    await idle();
    expect([...live(world.slack), ...live(world.teams)]).toEqual([]);
    world.slack.unfit.clear();
    world.teams.unfit.clear();
    await world.restart();
    await eventually(() => expect([...live(world.slack), ...live(world.teams)]).toHaveLength(2));
  });
});

describe('access that outlives its end', () => {
  it('names the person in the security channel, and neither in the log nor at /readyz', async () => {
    world = await botWorld();
    await world.submit(inSlack(RITA));
    await eventually(() => expect(live(world.slack)).toHaveLength(1));
    const { caseId } = world.theCase();
    await world.bot.desk.decide(inSlack(ANNA), caseId, 'approve', undefined, undefined);
    await eventually(() => expect(world.theCase().status).toBe('active'));
    world.perimeter.say(caseId, { type: 'overdue', tries: 3, code: 'directory.unavailable', byHand: 'az rest' });
    await eventually(() => expect(world.slack.notes().join()).toContain('Rita Requester'));
    const { warnings } = await world.bot.readiness();
    expect(warnings.join()).toContain('still there');
    expect(warnings.join()).not.toContain('Rita');
    expect(JSON.stringify(world.logged)).not.toContain('Rita');
    world.perimeter.say(caseId, { type: 'ended', how: 'expired' });
    await eventually(() => expect(world.theCase().status).toBe('ended'));
    await eventually(async () => expect(await world.bot.readiness()).toMatchObject({ warnings: [] }));
  });
});

describe('an end that was asked for and is not confirmed', () => {
  const silently = async () => {
    world = await botWorld();
    world.perimeter.endsByItself = false;
    await world.submit(inSlack(RITA));
    await eventually(() => expect(live(world.slack)).toHaveLength(1));
    return world.theCase().caseId;
  };
  const outcome = () => requesterMessagesIn(world.slack)[0]?.view.outcome;
  const GONE = 'The perimeter has not said yet that it is gone: it may still be there. Operators have been told.';

  it('is told to operators and to the requester when the perimeter stays silent after a release', async () => {
    const caseId = await silently();
    await world.bot.desk.decide(inSlack(ANNA), caseId, 'approve', undefined, undefined);
    await eventually(() => expect(world.theCase().status).toBe('active'));
    await world.bot.desk.release(inSlack(RITA), caseId);
    await idle();
    world.clock.advance(9);
    await idle();
    expect(outcome()?.unconfirmed).toBeUndefined();
    expect(startsWith(world.slack, 'Global Reader: ')).toEqual([]);
    world.clock.advance(2);
    await eventually(() => expect(outcome()?.unconfirmed).toBe(GONE));
    await eventually(() => expect(startsWith(world.slack, 'Global Reader: ')).toEqual([`Global Reader: ${GONE}`]));
    await eventually(() => expect(world.slack.notes().join()).toContain('Global Reader for Rita Requester was given back at '));
    const { warnings } = await world.bot.readiness();
    expect(warnings).toEqual([expect.stringMatching(/has not said that it is gone\. Look whether the perimeter is running\.$/)]);
    expect(warnings.join()).not.toContain('Rita');
    world.perimeter.say(caseId, { type: 'ended', how: 'released', confirmedAt: new Date(world.clock.now()).toISOString() });
    await eventually(() => expect(world.theCase().status).toBe('ended'));
    await eventually(async () => expect(await world.bot.readiness()).toMatchObject({ warnings: [] }));
    await idle();
    expect(outcome()?.unconfirmed).toBeUndefined();
    expect(startsWith(world.slack, 'Global Reader: ')).toHaveLength(1);
  });

  it('says after a withdrawal that something may still be given, also across a restart', async () => {
    const caseId = await silently();
    await world.bot.desk.withdraw(inSlack(RITA), caseId);
    await idle();
    await world.restart();
    world.clock.advance(11);
    const asked = 'The perimeter has not said yet that nothing will be given. Operators have been told.';
    await eventually(() => expect(outcome()?.unconfirmed).toBe(asked));
    await eventually(() =>
      expect(world.slack.notes().join()).toContain('The request of Rita Requester for Global Reader was withdrawn at '),
    );
    world.perimeter.say(caseId, { type: 'refused', code: 'grant.refused', hint: 'No.' });
    await eventually(async () => expect(await world.bot.readiness()).toMatchObject({ warnings: [] }));
  });

  it('leaves the word to what the perimeter itself calls overdue', async () => {
    const caseId = await silently();
    await world.bot.desk.decide(inSlack(ANNA), caseId, 'approve', undefined, undefined);
    await eventually(() => expect(world.theCase().status).toBe('active'));
    await world.bot.desk.release(inSlack(RITA), caseId);
    world.perimeter.say(caseId, { type: 'overdue', tries: 3, code: 'directory.unavailable', byHand: 'az rest' });
    await eventually(() => expect(outcome()?.overdue).toMatchObject({ tries: 3 }));
    world.clock.advance(11);
    await eventually(() => expect(JSON.stringify(world.theCase().context)).toContain('unconfirmedAt'));
    await idle();
    expect(outcome()?.unconfirmed).toBeUndefined();
    expect((await world.bot.readiness()).warnings).toEqual([expect.stringContaining('Remove by hand')]);
  });
});

describe('a decision that the perimeter says nothing of', () => {
  const decided = async (decision: 'approve' | 'deny') => {
    world = await botWorld();
    world.perimeter.endsByItself = false;
    world.perimeter.givesByItself = false;
    await world.submit(inSlack(RITA));
    await eventually(() => expect(live(world.slack)).toHaveLength(1));
    const { caseId } = world.theCase();
    await world.bot.desk.decide(inSlack(ANNA), caseId, decision, 'As agreed.', undefined);
    await idle();
    return caseId;
  };
  const outcome = () => requesterMessagesIn(world.slack)[0]?.view.outcome;
  const NOT_GIVEN = 'The perimeter has not said yet that it is given. Operators have been told.';
  const NOT_OVER = 'The perimeter has not said yet that nothing will be given. Operators have been told.';

  it('is told to operators and to the requester after an approval, once, and taken back when it is given', async () => {
    const caseId = await decided('approve');
    world.clock.advance(9);
    await idle();
    expect(outcome()?.unconfirmed).toBeUndefined();
    expect(startsWith(world.slack, 'Global Reader: ')).toEqual([]);
    world.clock.advance(2);
    await eventually(() => expect(outcome()?.unconfirmed).toBe(NOT_GIVEN));
    await eventually(() => expect(startsWith(world.slack, 'Global Reader: ')).toEqual([`Global Reader: ${NOT_GIVEN}`]));
    await eventually(() =>
      expect(world.slack.notes().join()).toContain('The request of Rita Requester for Global Reader was approved at '),
    );
    const { warnings } = await world.bot.readiness();
    expect(warnings).toEqual([expect.stringMatching(/not said that it is given\. Look whether the perimeter is running/)]);
    expect(warnings.join()).not.toContain('Rita');
    const endsAt = new Date(world.clock.now() + 3_600_000).toISOString();
    world.perimeter.say(caseId, { type: 'given', endsAt, nativeEnd: true });
    await eventually(() => expect(outcome()).toMatchObject({ endsAt }));
    expect(outcome()?.unconfirmed).toBeUndefined();
    await eventually(async () => expect(await world.bot.readiness()).toMatchObject({ warnings: [] }));
    // What was silent then says nothing about the end that is asked for now.
    await world.bot.desk.release(inSlack(RITA), caseId);
    await eventually(() => expect(world.theCase().status).toBe('ending'));
    await idle();
    expect(outcome()?.unconfirmed).toBeUndefined();
  });

  it('is told after a denial too, also across a restart', async () => {
    const caseId = await decided('deny');
    await world.restart();
    world.clock.advance(11);
    await eventually(() => expect(outcome()?.unconfirmed).toBe(NOT_OVER));
    await eventually(() => expect(world.slack.notes().join()).toContain('was denied at '));
    world.perimeter.say(caseId, { type: 'ended', how: 'denied' });
    await eventually(() => expect(outcome()).toMatchObject({ sentence: 'Denied by Anna Approver', note: 'As agreed.' }));
    await eventually(async () => expect(await world.bot.readiness()).toMatchObject({ warnings: [] }));
  });

  it('raises no alarm over access that was given a moment before the alarm would have sounded', async () => {
    const caseId = await decided('approve');
    let asked: (() => void) | undefined;
    const inside = new Promise<void>((resolve) => (asked = resolve));
    let go: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const person = world.directory.person.bind(world.directory);
    // Names are remembered: a new process asks for them again.
    await world.restart();
    world.directory.person = async (objectId) => {
      asked?.();
      await gate;
      return person(objectId);
    };
    world.clock.advance(11);
    await inside;
    world.perimeter.say(caseId, {
      type: 'given',
      endsAt: new Date(world.clock.now() + 3_600_000).toISOString(),
      nativeEnd: true,
    });
    await eventually(() => expect(world.theCase().status).toBe('active'));
    go?.();
    await idle();
    expect(await world.bot.readiness()).toMatchObject({ warnings: [] });
    expect(world.slack.notes().join()).not.toContain('should have ended');
  });
});
