import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChatAccount } from '../../flows/link.ts';
import { ABEL, ANNA, type BotWorld, botWorld, eventually, inTeams, RITA, TENANT, WORKSPACE } from './bot-world.ts';

/** The one Slack account of a human with several accounts in Entra. */
const account: ChatAccount = { platform: 'slack', workspaceId: WORKSPACE, userId: 'U0SAME' };
const person = (objectId: string) => ({ tenantId: TENANT, objectId });
const approve = (actor: ReturnType<typeof inTeams> | ChatAccount) =>
  world.bot.desk.decide(actor, world.theCase().caseId, 'approve', undefined, undefined);

let world: BotWorld;
beforeEach(async () => {
  world = await botWorld((config) => {
    config['people'] = [];
  });
});
afterEach(() => world.close());

async function linkedTo(objectId: string): Promise<void> {
  await world.bot.desk.unlink(account);
  await world.bot.links.begin({ account, person: person(objectId) }, `attempt of ${objectId}`, () => undefined);
  expect(world.bot.people.personsOf(account)).toEqual({ persons: [person(objectId)] });
}
async function asked(actor: Parameters<BotWorld['submit']>[0]): Promise<void> {
  expect(await world.submit(actor)).toMatchObject({ done: true });
  await eventually(() => expect(world.theCase().status).toBe('pending'));
}

describe('a Slack account that is unlinked while the directory is asked about its click', () => {
  it.each([
    ['to be nobody’s', () => Promise.resolve(), 'people.unmapped'],
    ['to be linked to somebody else', () => linkedTo(ABEL), 'link.changed'],
  ])('decides nothing, and asks for nothing: %s', async (_, then, code) => {
    await linkedTo(ANNA);
    await asked(inTeams(RITA));
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { promise: reached, resolve: arrived } = Promise.withResolvers<void>();
    world.directory.gate = () => {
      arrived();
      return held;
    };
    const decided = approve(account);
    const wished = world.submit(account);
    await reached;
    await world.bot.links.end(world.bot.links.ofAccount(account)[0]?.caseId ?? '', 'operator', {
      kind: 'system',
      name: 'operator',
    });
    await then();
    release();
    expect(await decided).toMatchObject({ done: false, code });
    expect(await wished).toMatchObject({ done: false, code });
    expect(world.theCase().status).toBe('pending');
  });
});

describe('a Slack account that was linked to one person, and then to another', () => {
  it('approves nothing that it asked for as the first, even after a restart', async () => {
    await linkedTo(RITA);
    await asked(account);
    await linkedTo(ANNA);
    expect(await approve(account)).toMatchObject({ done: false, code: 'self-approval' });
    await world.restart();
    expect(await approve(account)).toMatchObject({ done: false, code: 'self-approval' });
    expect(await approve(inTeams(ABEL))).toMatchObject({ done: true });
  });

  it('approves nothing that the first asked for elsewhere', async () => {
    await linkedTo(RITA);
    await linkedTo(ABEL);
    await asked(inTeams(RITA));
    expect(await approve(account)).toMatchObject({ done: false, code: 'self-approval' });
  });

  it('approves for others', async () => {
    await linkedTo(RITA);
    await linkedTo(ABEL);
    await asked(inTeams(ANNA));
    expect(await approve(account)).toMatchObject({ done: true });
  });

  it('counts once where two have to approve', async () => {
    world.perimeter.waitsFor = { assurance: 'chat', approvalsNeeded: 2, requesterSigns: false };
    world.perimeter.givesByItself = false;
    await linkedTo(ANNA);
    await asked(inTeams(RITA));
    expect(await approve(account)).toMatchObject({ done: true });
    await eventually(() => expect(world.perimeter.decisions).toHaveLength(1));
    const { caseId } = world.theCase();
    world.perimeter.say(caseId, { type: 'decided', decision: 'approve', approver: person(ANNA), assurance: 'chat', missing: 1 });
    await eventually(() => expect(world.theCase().context.approvals).toHaveLength(1));
    await linkedTo(ABEL);
    expect(await approve(account)).toMatchObject({ done: false, code: 'decision.yours-counts' });
    expect(await approve(inTeams(ABEL))).toMatchObject({ done: true });
  });
});
