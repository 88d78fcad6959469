import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkBlocks } from '../../src/playground/slack/block-kit-check.ts';
import { requestCard as slackRequestCard } from '../../src/slack/request-card.ts';
import { requesterCard as slackRequesterCard } from '../../src/slack/requester-card.ts';
import { requestCard as teamsRequestCard } from '../../src/teams/request-card.ts';
import { requesterCard as teamsRequesterCard } from '../../src/teams/requester-card.ts';
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

const PAGE = 'https://approve.example';
const TENANT_ID = '5c0ffee0-1111-4222-8333-444455556666';
const person = (objectId: string) => ({ tenantId: TENANT_ID, objectId });

let world: BotWorld;
beforeEach(async () => {
  world = await botWorld((config) => void (config['perimeter'] = { ...Object(config['perimeter']), approveUrl: PAGE }));
  world.perimeter.waitsFor = { assurance: 'signed', approvalsNeeded: 2, requesterSigns: true };
});
afterEach(() => world.close());

const card = () => {
  const message = requestCardsIn(world.slack)[0]?.message;
  return message?.kind === 'request' ? message.view : undefined;
};
const asked = async () => {
  await world.submit(inSlack(RITA));
  await eventually(() => expect(requestCardsIn(world.slack).filter(({ live }) => live)).toHaveLength(1));
  return world.theCase().caseId;
};

describe('a request that is approved by signing', () => {
  it('leads approvers and requester to the perimeter’s page, and has no button that approves', async () => {
    const caseId = await asked();
    const url = `${PAGE}/approve/${caseId}`;
    const view = card();
    if (view === undefined) throw new Error('no card');
    expect(view).toMatchObject({ sign: { url }, progress: ['2 approvals needed', 'not signed by the requester yet'] });
    for (const said of [slackRequestCard(view), teamsRequestCard(view)]) {
      expect(JSON.stringify(said)).toContain(url);
      expect(JSON.stringify(said)).not.toContain('"approve"');
    }
    expect(checkBlocks(slackRequestCard(view), 'message')).toEqual([]);
    await eventually(() => expect(requesterMessagesIn(world.slack)[0]?.view).toMatchObject({ status: 'pending' }));
    const mine = requesterMessagesIn(world.slack)[0]?.view;
    if (mine === undefined) throw new Error('no message');
    for (const said of [slackRequesterCard(mine), teamsRequesterCard(mine)]) {
      expect(JSON.stringify(said)).toContain(url);
      expect(JSON.stringify(said)).toContain('Nothing is given before you have signed');
    }
  });

  it.each([
    ['Slack', inSlack(ANNA)],
    ['Teams', inTeams(ANNA)],
  ])('takes no approval by a click in %s, and says where to sign', async (_name, actor) => {
    const caseId = await asked();
    const answer = await world.bot.desk.decide(actor, caseId, 'approve', undefined, undefined);
    expect(answer).toMatchObject({
      done: false,
      code: 'decision.must-be-signed',
      hint: `Review and sign it on ${PAGE}/approve/${caseId}.`,
    });
    expect(world.perimeter.decisions).toEqual([]);
    expect(world.theCase().status).toBe('pending');
  });

  it('may still be denied in chat', async () => {
    const caseId = await asked();
    const answer = await world.bot.desk.decide(inSlack(ANNA), caseId, 'deny', 'not today', undefined);
    expect(answer).toMatchObject({ done: true });
    await eventually(() => expect(world.theCase().status).toBe('ended'));
  });

  it('shows each signature as it counts, and is given once the perimeter says so', async () => {
    const caseId = await asked();
    const signed = (objectId: string, missing: number) =>
      ({ type: 'decided', decision: 'approve', approver: person(objectId), assurance: 'signed', missing }) as const;
    world.perimeter.say(caseId, signed(ANNA, 1));
    await eventually(() =>
      expect(card()?.progress).toEqual(['signed by Anna Approver', '1 approval needed still', 'not signed by the requester yet']),
    );
    world.perimeter.say(caseId, { type: 'requestSigned' });
    await eventually(() => expect(requesterMessagesIn(world.slack)[0]?.view).not.toHaveProperty('sign'));
    world.perimeter.say(caseId, signed(ABEL, 0));
    world.perimeter.say(caseId, { type: 'giving' });
    await eventually(() => expect(world.theCase().status).toBe('giving'));
    world.perimeter.say(caseId, { type: 'given', endsAt: '2026-11-28T10:00:00.000Z', nativeEnd: true });
    await eventually(() =>
      expect(card()).toMatchObject({ status: 'active', outcome: { sentence: 'Signed by Anna Approver and Abel Approver' } }),
    );
    expect(world.perimeter.decisions).toEqual([]);
  });

  it('names who denied it on the perimeter’s page', async () => {
    const caseId = await asked();
    world.perimeter.say(caseId, { type: 'ended', how: 'denied', deniedBy: person(ABEL) });
    await eventually(() => expect(card()).toMatchObject({ status: 'ended', outcome: { sentence: 'Denied by Abel Approver' } }));
  });

  it('says what is missing in the configuration instead of a button that leads nowhere', async () => {
    await world.close();
    world = await botWorld();
    world.perimeter.waitsFor = { assurance: 'signed', approvalsNeeded: 1, requesterSigns: false };
    await asked();
    const view = card();
    if (view === undefined) throw new Error('no card');
    for (const said of [slackRequestCard(view), teamsRequestCard(view)]) {
      expect(JSON.stringify(said)).toContain('perimeter.approveUrl');
      expect(JSON.stringify(said)).not.toContain('Review and sign');
    }
  });
});

describe('a request that needs two approvals in chat', () => {
  beforeEach(() => {
    world.perimeter.waitsFor = { assurance: 'chat', approvalsNeeded: 2, requesterSigns: false };
    world.perimeter.givesByItself = false;
  });

  it('waits for the second person after the first', async () => {
    const caseId = await asked();
    const approve = (actor: ReturnType<typeof inSlack>) => world.bot.desk.decide(actor, caseId, 'approve', undefined, undefined);
    expect(await approve(inSlack(ANNA))).toMatchObject({ done: true });
    await eventually(() => expect(world.perimeter.decisions).toHaveLength(1));
    world.perimeter.say(caseId, { type: 'decided', decision: 'approve', approver: person(ANNA), assurance: 'chat', missing: 1 });
    await eventually(() => expect(card()?.progress).toEqual(['approved by Anna Approver', '1 approval needed still']));
    expect(world.theCase().status).toBe('pending');
    expect(await approve(inSlack(ANNA))).toMatchObject({ done: false, code: 'decision.yours-counts' });
    expect(await approve(inTeams(ABEL))).toMatchObject({ done: true });
    await eventually(() => expect(world.theCase().status).toBe('giving'));
    await eventually(() => expect(new Set(world.perimeter.decisions.map(({ decisionId }) => decisionId)).size).toBe(2));
  });
});

describe('an Azure role', () => {
  it('is asked of the perimeter for the scope that the file names, and the card says where', async () => {
    await world.close();
    world = await botWorld((config) => {
      const [first] = config['entitlements'] as Record<string, unknown>[];
      delete first?.['directoryRole'];
      Object.assign(first ?? {}, { azureRole: { scope: '/subscriptions/0c5e/resourceGroups/web' } });
    });
    await asked();
    expect(world.perimeter.registered).toMatchObject([{ azureScope: '/subscriptions/0c5e/resourceGroups/web' }]);
    expect(card()?.entitlement.scope).toBe('resource group web');
  });
});

describe('access that the directory no longer shows as it was given', () => {
  it.each([
    ['gone early', { drift: 'gone-early' }, /somebody else has taken it away already/],
    [
      'with another end',
      { drift: 'end-moved', directoryEndsAt: '2026-11-30T10:00:00.000Z' },
      /now names 2026-11-30T10:00:00.000Z/,
    ],
  ] as const)('is told to operators, and nothing is repaired: %s', async (_name, drift, words) => {
    world.perimeter.waitsFor = { assurance: 'chat', approvalsNeeded: 1, requesterSigns: false };
    const caseId = await asked();
    await world.bot.desk.decide(inSlack(ANNA), caseId, 'approve', undefined, undefined);
    await eventually(() => expect(world.theCase().status).toBe('active'));
    world.perimeter.say(caseId, { type: 'drifted', ...drift });
    await eventually(() =>
      expect(world.bot.operators.standing().map(({ text }) => text)).toContainEqual(expect.stringMatching(words)),
    );
    expect(world.theCase().status).toBe('active');
    expect(world.perimeter.ends).toEqual([]);
  });
});
