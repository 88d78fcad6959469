import { afterEach, describe, expect, it } from '@jest/globals';
import { AppError } from '../../src/access/core/app-error.ts';
import type { Message } from '../../src/chat/surface.ts';
import {
  ABEL,
  ANNA,
  botWorld,
  eventually,
  inSlack,
  inTeams,
  messageOf,
  requestCardsIn,
  requesterMessagesIn,
  RITA,
  SAM,
  WORKSPACE,
  type BotWorld,
} from './bot-world.ts';
import type { FakeSurface } from './fake-surface.ts';

let world: BotWorld;
afterEach(() => world.close());

const live = (surface: FakeSurface) => requestCardsIn(surface).filter((card) => card.live);
const busy = () => new AppError('chat.unavailable', 'busy', { retryable: true });
const outcomeOf = (message: Message | undefined) => (message?.kind === 'request' ? message.view.outcome?.sentence : undefined);

async function pendingCase(): Promise<string> {
  expect(await world.submit(inSlack(RITA))).toMatchObject({ done: true });
  await eventually(() => {
    expect(live(world.slack)).toHaveLength(1);
    expect(live(world.teams)).toHaveLength(1);
    expect(world.theCase().view.pending).toEqual([]);
  });
  return world.theCase().caseId;
}

describe('cards', () => {
  it('leaves no second card that works when the process dies between a post and its memory', async () => {
    world = await botWorld();
    let die: (() => void) | undefined;
    const dead = new Promise<void>((resolve) => (die = resolve));
    world.slack.afterPost = async ({ channelId }) => {
      if (channelId !== 'C0APPROVE') return;
      world.slack.afterPost = undefined;
      die?.();
      // As after a SIGKILL: the platform has it, and our process never hears of it.
      throw busy();
    };
    await world.submit(inSlack(RITA));
    await dead;
    await world.restart();
    await eventually(() => {
      expect(requestCardsIn(world.slack)).toHaveLength(2);
      expect(live(world.slack)).toHaveLength(1);
    });
    const [lost] = requestCardsIn(world.slack).filter((card) => !card.live);
    expect(lost?.message).toMatchObject({ view: { inert: true } });
  });

  it('adopts a message of the case that it lost track of, when somebody presses it in the right channel', async () => {
    world = await botWorld();
    const caseId = await pendingCase();
    const [card] = requestCardsIn(world.slack);
    if (!card) throw new Error('no card');
    const lost = await world.slack.post(card.at, card.message);
    expect(live(world.slack)).toHaveLength(2);
    await world.bot.desk.decide(inSlack(ANNA), caseId, 'approve', undefined, lost);
    await eventually(() => {
      expect(requestCardsIn(world.slack).map(({ status }) => status)).toEqual(['active', 'active']);
    });
  });

  it.each([
    ['another channel', { platform: 'slack', workspaceId: WORKSPACE, channelId: 'C0ELSEWHERE' }],
    ['another workspace', { platform: 'slack', workspaceId: 'T0OTHER', channelId: 'C0APPROVE' }],
  ] as const)('adopts no message of %s, although the decision counts', async (_, place) => {
    world = await botWorld();
    const caseId = await pendingCase();
    const cards = () => world.theCase().view.links.filter(({ key }) => key.startsWith('card/'));
    const before = cards().length;
    const lost = { ...place, messageId: 'm-elsewhere' };
    expect(await world.bot.desk.decide(inSlack(ANNA), caseId, 'approve', undefined, lost)).toMatchObject({ done: true });
    await eventually(() => expect(world.theCase().status).toBe('active'));
    expect(cards()).toHaveLength(before);
    expect(world.slack.updates.some(({ messageId }) => messageId === 'm-elsewhere')).toBe(false);
  });

  it.each(['open', 'over'])('adopts no message that is the card of another request, which is %s', async (state) => {
    world = await botWorld();
    const ritas = await pendingCase();
    const card = messageOf(requestCardsIn(world.teams)[0]);
    const standing = () => [...world.teams.standing.values()].find(({ posted }) => posted.messageId === card.messageId)?.message;
    if (state === 'over') {
      await world.bot.desk.withdraw(inSlack(RITA), ritas);
      await eventually(() => expect(world.runtime.read(ritas)).toMatchObject({ status: 'done', pending: [] }));
    }
    const before = world.runtime.read(ritas)?.links;
    await world.submit(inTeams(ANNA));
    const annas = await eventually(() => {
      const other = [...world.runtime.open('accessRequest')].find(({ caseId }) => caseId !== ritas);
      expect(other).toMatchObject({ state: 'waitingForApproval', pending: [] });
      return other?.caseId ?? '';
    });
    const links = world.runtime.read(annas)?.links.length;
    expect(await world.bot.desk.decide(inTeams(ABEL), annas, 'approve', undefined, card)).toMatchObject({ done: true });
    await eventually(() => expect(world.logged.map(({ code }) => code)).toContain('card.of-another-case'));
    await eventually(() => expect(world.runtime.read(annas)).toMatchObject({ state: 'active', pending: [] }));
    expect(world.runtime.read(annas)?.links.filter(({ key }) => key.startsWith('card/adopted'))).toEqual([]);
    expect(world.runtime.read(annas)?.links.length).toBeGreaterThanOrEqual(links ?? 0);
    expect(world.runtime.read(ritas)?.links).toEqual(before);
    expect(standing()).toMatchObject({ view: { caseId: ritas } });
  });

  it('adopts a few messages of one case and no more, and says so to operators', async () => {
    world = await botWorld();
    const caseId = await pendingCase();
    const adopted = () => world.theCase().view.links.filter(({ key }) => key.startsWith('card/adopted')).length;
    const [card] = requestCardsIn(world.slack);
    if (!card) throw new Error('no card');
    const copies = [];
    for (let copy = 0; copy < 7; copy++) copies.push(await world.slack.post(card.at, card.message));
    // Pressed by somebody who may not decide: the request stays open, and the copies are looked at all the same.
    for (const copy of copies) await world.bot.desk.decide(inSlack(SAM), caseId, 'approve', undefined, copy);
    await eventually(() => expect(adopted()).toBe(5));
    await eventually(async () =>
      expect((await world.bot.readiness()).warnings).toEqual([expect.stringContaining(`pressed for ${caseId}`)]),
    );
    expect(world.logged.filter(({ code }) => code === 'card.too-many-copies')).toHaveLength(2);
    expect(adopted()).toBe(5);
    expect(await world.bot.desk.decide(inSlack(ANNA), caseId, 'deny', 'No.', copies[6])).toMatchObject({ done: true });
  });

  it('posts a deleted card again once, and after that goes on without it', async () => {
    world = await botWorld();
    const caseId = await pendingCase();
    const first = messageOf(requestCardsIn(world.slack)[0]);
    const changed = (tries: number) => world.perimeter.say(caseId, { type: 'overdue', tries, code: 'x', byHand: 'y' });
    world.slack.remove(first.messageId);
    changed(1);
    await eventually(() => expect(live(world.slack)).toHaveLength(1));
    const second = messageOf(requestCardsIn(world.slack)[0]);
    expect(second.messageId).not.toBe(first.messageId);
    world.slack.remove(second.messageId);
    changed(2);
    await eventually(() =>
      expect(requestCardsIn(world.teams)[0]?.message).toMatchObject({ view: { outcome: { overdue: { tries: 2 } } } }),
    );
    await eventually(() => expect(world.theCase().view.pending).toEqual([]));
    expect(requestCardsIn(world.slack)).toHaveLength(0);
  });

  it('goes on posting and editing after a platform refused for a while, without a second card', async () => {
    world = await botWorld();
    world.slack.postErrors.push(busy(), busy());
    world.teams.updateErrors.push(busy());
    await pendingCase();
    expect(requestCardsIn(world.slack)).toHaveLength(1);
    expect(requestCardsIn(world.teams)).toHaveLength(1);
    expect(requesterMessagesIn(world.slack)).toHaveLength(1);
  });

  it('brings the other platform up to date although one cannot be written to at all', async () => {
    world = await botWorld();
    const caseId = await pendingCase();
    world.slack.updateErrors.push(...Array.from({ length: 50 }, busy));
    await world.bot.desk.decide(inTeams(ANNA), caseId, 'approve', undefined, undefined);
    await eventually(() => expect(requestCardsIn(world.teams).map(({ status }) => status)).toEqual(['active']));
    world.slack.updateErrors.length = 0;
    await eventually(() => expect(requestCardsIn(world.slack).map(({ status }) => status)).toEqual(['active']), 8_000);
    expect(outcomeOf(requestCardsIn(world.slack)[0]?.message)).toBe('Approved by Anna Approver');
  }, 15_000);

  it('posts nothing in a channel that strangers can read, tells operators, and posts once it is mended', async () => {
    world = await botWorld();
    world.slack.unfit.set('C0APPROVE', { fit: false, code: 'public', reason: 'everybody can read it' });
    await world.submit(inSlack(RITA));
    await eventually(() => expect(live(world.teams)).toHaveLength(1));
    expect(requestCardsIn(world.slack)).toHaveLength(0);
    await eventually(() =>
      expect(world.slack.notes().join()).toContain('C0APPROVE on Slack gets no messages: everybody can read it (public)'),
    );
    expect(await world.bot.readiness()).toMatchObject({ ready: true, warnings: [expect.stringContaining('C0APPROVE')] });
    world.slack.unfit.clear();
    await world.bot.channels.checkAll();
    await eventually(() => expect(live(world.slack)).toHaveLength(1));
    expect(await world.bot.readiness()).toMatchObject({ warnings: [] });
  });

  it('treats a channel that cannot be read as unfit until it can', async () => {
    world = await botWorld();
    world.slack.unfit.set('C0APPROVE', { fit: false, code: 'unreadable', reason: 'no answer' });
    await world.submit(inSlack(RITA));
    await eventually(() => expect(live(world.teams)).toHaveLength(1));
    expect(requestCardsIn(world.slack)).toHaveLength(0);
    world.slack.unfit.clear();
    await eventually(() => expect(live(world.slack)).toHaveLength(1));
  });

  it('tells the requester when no channel can be used at all', async () => {
    world = await botWorld();
    for (const [surface, channelId] of [
      [world.slack, 'C0APPROVE'],
      [world.teams, '19:approve@thread.tacv2'],
    ] as const)
      surface.unfit.set(channelId, { fit: false, code: 'guests', reason: 'guests are in it' });
    await world.bot.channels.checkAll();
    await world.submit(inSlack(RITA));
    await eventually(() => expect(requesterMessagesIn(world.slack)[0]?.view.waitingFor).toContain('operators have been told'));
  });

  it('uses an unfit channel where configuration allows it', async () => {
    world = await botWorld((config) => {
      config['unfitChannelsAllowed'] = ['C0APPROVE'];
    });
    world.slack.unfit.set('C0APPROVE', { fit: false, code: 'public', reason: 'everybody can read it' });
    await pendingCase();
  });

  it('writes to approvers directly where configured, not to the requester, and passes over whoever cannot be reached', async () => {
    world = await botWorld((config) => {
      const [entitlement] = config['entitlements'] as Record<string, unknown>[];
      if (entitlement) entitlement['tellApproversDirectly'] = true;
    });
    await world.submit(inSlack(ANNA));
    const direct = (surface: FakeSurface) =>
      requestCardsIn(surface).flatMap(({ at, live: pressable }) => ('userId' in at && pressable ? [at.userId] : []));
    await eventually(() => expect(direct(world.slack)).toEqual(['U0ABEL']));
    const { caseId } = world.theCase();
    await world.bot.desk.decide(inTeams(ABEL), caseId, 'deny', 'No.', undefined);
    await eventually(() => expect(requestCardsIn(world.slack).map(({ status }) => status)).toEqual(['ended', 'ended']));
  });

  it('tries the other platform for somebody who has no app on the first, and does not try again for ever', async () => {
    world = await botWorld((config) => {
      const [entitlement] = config['entitlements'] as Record<string, unknown>[];
      Object.assign(entitlement ?? {}, {
        tellApproversDirectly: true,
        approversChannel: { teamsConversationId: '19:approve@thread.tacv2' },
      });
    });
    world.slack.postErrors.push(new AppError('chat.no-such-place', 'no'), new AppError('chat.no-such-place', 'no'));
    await world.submit(inTeams(RITA));
    await eventually(() =>
      expect(
        requestCardsIn(world.teams)
          .filter(({ live: pressable }) => pressable)
          .map(({ at }) => ('userId' in at ? at.userId : 'channel'))
          .toSorted(),
      ).toEqual([ANNA, ABEL, 'channel'].toSorted()),
    );
  });
});
