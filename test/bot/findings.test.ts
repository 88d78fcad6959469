import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AlertView } from '../../src/chat/views.ts';
import { botWorld, eventually, inSlack, inTeams, SAM, TENANT, WORKSPACE, type BotWorld } from './bot-world.ts';
import type { FakeSurface } from './fake-surface.ts';

const CASE = 'f1nd1ngf1nd1ng';
const BOT = { kind: 'system', name: 'collector' } as const;
const inSecurity = { platform: 'slack', workspaceId: WORKSPACE, channelId: 'C0SECURE', messageId: 'm-any' } as const;
const inTeamsSecurity = {
  platform: 'teams',
  workspaceId: TENANT,
  channelId: '19:secure@thread.tacv2;messageid=17',
  messageId: 'm-any',
} as const;
const inApprovers = { ...inSecurity, channelId: 'C0APPROVE' } as const;

let world: BotWorld;
const sam = () => {
  const known = world.directory.people.get(SAM);
  if (known === undefined) throw new Error('no Sam');
  return known;
};
const alerts = (surface: FakeSurface): readonly AlertView[] =>
  [...surface.standing.values()].flatMap(({ message }) => (message.kind === 'alert' ? [message.view] : []));
const detail = (withinDays: number) =>
  JSON.stringify({
    check: 'expiring-credential',
    kind: 'secret',
    holder: { kind: 'application', objectId: '0b7ec700-0000-4000-8000-00000000000a', appId: 'x', name: 'Payroll Sync' },
    keyId: '0b7ec700-0000-4000-8000-00000000000b',
    signsSaml: false,
    endAt: '2026-12-01T00:00:00.000Z',
    withinDays,
    owners: ['Anna'],
  });
const seen = async (rung: number, withinDays: number) => ({
  checkId: 'expiring-credential',
  subjectId: 'x/y',
  rung,
  detail: await world.runtime.putText(CASE, detail(withinDays)),
});

beforeEach(async () => {
  world = await botWorld();
  await world.runtime.begin('finding', CASE, { seen: await seen(1, 30) }, BOT);
  await eventually(() => {
    for (const surface of [world.slack, world.teams]) expect(alerts(surface)).toMatchObject([{ status: 'open', caseId: CASE }]);
    expect(alerts(world.slack)[0]).not.toHaveProperty('inert');
  });
});
afterEach(() => world.close());

describe('an alert', () => {
  it('is one message a platform, edited as the finding changes, and speaks up beside it when it gets worse', async () => {
    expect(alerts(world.slack)[0]?.title).toContain('Payroll Sync');
    await world.runtime.send(CASE, { type: 'seenAgain', seen: await seen(2, 7) }, BOT);
    await eventually(() => expect(world.slack.notes()).toHaveLength(1));
    expect(world.slack.notes()[0]).toContain('Payroll Sync');
    await world.runtime.send(CASE, { type: 'gone' }, BOT);
    await eventually(() => expect(alerts(world.teams)).toMatchObject([{ status: 'resolved' }]));
    expect(alerts(world.slack)).toHaveLength(1);
  });

  it.each([
    ['Slack', inSlack(SAM), inSecurity],
    ['Teams', inTeams(SAM), inTeamsSecurity],
  ])('is acknowledged, snoozed and explained to whoever presses in the security channel in %s', async (_, actor, message) => {
    expect(await world.bot.desk.details(actor, CASE, message)).toMatchObject({ title: expect.stringContaining('Payroll Sync') });
    expect(await world.bot.desk.acknowledge(actor, CASE, message)).toMatchObject({ done: true });
    await eventually(() =>
      expect(alerts(world.teams)).toMatchObject([{ status: 'acknowledged', handledBy: { name: 'Sam Security' } }]),
    );
    expect(await world.bot.desk.snooze(actor, CASE, message)).toMatchObject({ done: true, sentence: 'Snoozed for 7 days.' });
    await eventually(() => expect(alerts(world.slack)).toMatchObject([{ status: 'snoozed' }]));
    world.clock.advance(7 * 24 * 60 + 1);
    await eventually(() => expect(alerts(world.slack)).toMatchObject([{ status: 'open' }]));
  });

  it.each([
    ['in another channel', inSlack(SAM), inApprovers],
    ['without a message', inSlack(SAM), undefined],
    ['on another platform’s channel id', inTeams(SAM), { ...inTeamsSecurity, channelId: 'C0SECURE' }],
  ])('is not handled %s', async (_, actor, message) => {
    const { desk } = world.bot;
    expect(await desk.acknowledge(actor, CASE, message)).toMatchObject({ done: false, code: 'finding.elsewhere' });
    expect(await desk.snooze(actor, CASE, message)).toMatchObject({ done: false, code: 'finding.elsewhere' });
    expect(await desk.details(actor, CASE, message)).toMatchObject({ refusal: { code: 'finding.elsewhere' } });
    expect(alerts(world.slack)).toMatchObject([{ status: 'open' }]);
  });

  it('is not handled by somebody nobody knows', async () => {
    const stranger = { ...inSlack(SAM), userId: 'U0NOBODY' };
    expect(await world.bot.desk.acknowledge(stranger, CASE, inSecurity)).toMatchObject({ done: false, code: 'people.unmapped' });
  });

  it.each([
    ['is disabled', 'account-disabled', () => void world.directory.people.set(SAM, { ...sam(), enabled: false })],
    ['is gone', 'person-unknown', () => void world.directory.people.delete(SAM)],
    ['cannot be looked up', 'membership-unknown', () => void (world.directory.down = true)],
  ])('is not handled by somebody whose account %s, and is by the same person once it is not so', async (_, code, happens) => {
    const before = sam();
    happens();
    for (const handle of ['acknowledge', 'snooze'] as const)
      expect(await world.bot.desk[handle](inSlack(SAM), CASE, inSecurity)).toMatchObject({ done: false, code });
    expect(alerts(world.slack)).toMatchObject([{ status: 'open' }]);
    world.directory.down = false;
    world.directory.people.set(SAM, before);
    expect(await world.bot.desk.acknowledge(inSlack(SAM), CASE, inSecurity)).toMatchObject({ done: true });
  });

  it('tells whoever presses too late that it is gone', async () => {
    await world.runtime.send(CASE, { type: 'gone' }, BOT);
    expect(await world.bot.desk.acknowledge(inSlack(SAM), CASE, inSecurity)).toMatchObject({
      done: false,
      code: 'finding.resolved',
    });
  });

  it('cannot be decided on like a request', async () => {
    expect(await world.bot.desk.decide(inSlack(SAM), CASE, 'approve', undefined, inSecurity)).toMatchObject({
      code: 'case.unknown',
    });
    expect(await world.bot.desk.withdraw(inSlack(SAM), CASE)).toMatchObject({ code: 'case.unknown' });
  });
});
