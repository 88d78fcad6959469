import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLinkDesk, type LinkDesk } from '../../src/bot/link-desk.ts';
import { endLink, unlinkThere, listenForUnlinking } from '../../src/bot/link-socket.ts';
import type { ChatAccount } from '../../flows/link.ts';
import { AppError } from '../../src/access/core/app-error.ts';
import type { ChatAccountFacts } from '../../src/access/may-link.ts';
import { ANNA, type BotWorld, botWorld, eventually, inSlack, inTeams, RITA, TENANT, WORKSPACE } from './bot-world.ts';
import { pino } from 'pino';

/** Rita's Slack account, which the configuration does not name here. */
const account: ChatAccount = { platform: 'slack', workspaceId: WORKSPACE, userId: 'U0RITA' };
const rita = { tenantId: TENANT, objectId: RITA };
const anna = { tenantId: TENANT, objectId: ANNA };
const facts: ChatAccountFacts = { workspaceId: WORKSPACE, name: 'Rita', deactivated: false, machine: false, guest: false };

let world: BotWorld;
beforeEach(async () => {
  world = await botWorld((config) => {
    const people = config['people'] as readonly { readonly person: { readonly objectId: string } }[];
    config['people'] = people.filter(({ person }) => person.objectId !== RITA);
  });
});
afterEach(() => world.close());

const desk = (slackAccount: () => Promise<ChatAccountFacts> = () => Promise.resolve(facts)): LinkDesk =>
  createLinkDesk({
    links: world.bot.links,
    people: world.bot.people,
    settings: { workspaceIds: [WORKSPACE], tenantIds: [TENANT], guests: [], slackGuests: [] },
    directoryOf: world.bot.directoryOf,
    slackAccount,
    log: pino({ level: 'silent' }),
  });
const who = () => world.bot.people.personsOf(inSlack(RITA));
const notes = (surface: 'slack' | 'teams') => world[surface].notes();
const linkRita = async () => {
  const made = await desk().link(account, rita, 'attempt-1');
  if ('permitted' in made) throw new Error(made.code);
  return made;
};

describe('a link', () => {
  it('makes the account the person, is told at both ends, and outlives a restart', async () => {
    expect(who()).toMatchObject({ refusal: { code: 'people.unmapped' } });
    await linkRita();
    expect(who()).toEqual({ persons: [rita] });
    await eventually(() => expect(notes('slack').join()).toContain('is now linked to Rita Requester'));
    await eventually(() => expect(notes('teams').join()).toContain('is now linked to Rita Requester'));
    await world.restart();
    expect(who()).toEqual({ persons: [rita] });
    const answer = await world.submit(inSlack(RITA));
    expect(answer).toMatchObject({ done: true });
  });

  it('is written down with who linked what, and when it ended with why', async () => {
    const { caseId } = await linkRita();
    await world.bot.links.end(caseId, 'person', { kind: 'person', person: rita });
    const entries = [];
    for await (const entry of world.runtime.entries(0)) if (entry.caseId === caseId && entry.kind !== 'note') entries.push(entry);
    expect(entries.map(({ kind, actor, state }) => ({ kind, actor, state }))).toEqual([
      { kind: 'began', actor: { kind: 'person', person: rita }, state: 'linked' },
      { kind: 'transition', actor: { kind: 'person', person: rita }, state: 'unlinked' },
    ]);
    expect(entries.at(-1)?.context).toMatchObject({ account, person: rita, why: 'person' });
  });

  it('is made once, however often and by whom the same page is confirmed at once', async () => {
    const made = await Promise.all([
      desk().link(account, rita, 'attempt-1'),
      desk().link(account, rita, 'attempt-1'),
      desk().link(account, anna, 'attempt-2'),
    ]);
    expect(made.map((one) => ('permitted' in one ? one.code : 'linked'))).toEqual([
      'linked',
      'link.done-already',
      // Anna's own account stands in the configuration.
      'link.configured',
    ]);
    expect(world.bot.links.all()).toHaveLength(1);
  });

  it.each<readonly [why: string, prepare: () => void, slack: () => Promise<ChatAccountFacts>, code: string]>([
    [
      'Slack does not answer',
      () => undefined,
      () => Promise.reject(new AppError('chat.unavailable', 'down')),
      'link.slack-unknown',
    ],
    [
      'the directory does not answer',
      () => void (world.directory.down = true),
      () => Promise.resolve(facts),
      'link.directory-unknown',
    ],
    ['the person is gone', () => void world.directory.people.delete(RITA), () => Promise.resolve(facts), 'link.entra-gone'],
  ])('is not made when %s', async (_why, prepare, slack, code) => {
    prepare();
    await expect(desk(slack).link(account, rita, 'attempt-1')).rejects.toMatchObject({ code });
    expect(world.bot.links.all()).toEqual([]);
  });

  it('gives way to the configuration when that comes to name another account for the person, or another person for the account', async () => {
    await world.close();
    let named: readonly unknown[] = [];
    world = await botWorld((config) => {
      config['people'] = named;
    });
    await linkRita();
    named = [{ person: rita, slack: [{ workspaceId: WORKSPACE, userId: 'U0ANOTHER' }] }];
    await world.restart({ reread: true });
    expect(who()).toMatchObject({ refusal: { code: 'people.in-conflict' } });
    expect(world.bot.people.addressesOf(rita)[0]).toMatchObject({ userId: 'U0ANOTHER' });
    named = [{ person: anna, slack: [{ workspaceId: WORKSPACE, userId: account.userId }] }];
    await world.restart({ reread: true });
    expect(who()).toEqual({ persons: [anna] });
  });
});

describe('a link whose Entra account', () => {
  it('is disabled ends at the first look-up that sees it, and both ends are told', async () => {
    await linkRita();
    const [known] = [world.directory.people.get(RITA)];
    if (known) world.directory.people.set(RITA, { ...known, enabled: false });
    expect(await world.submit(inSlack(RITA))).toMatchObject({ done: false, code: 'account-disabled' });
    await eventually(() => expect(who()).toMatchObject({ refusal: { code: 'people.unmapped' } }));
    await eventually(() => expect(notes('slack').join()).toContain('the Entra account is disabled'));
    const [closed] = world.runtime.closed('link', undefined, 1);
    expect(closed?.context).toMatchObject({ why: 'disabled' });
  });

  it('is deleted while nobody asks about it ends at the next look at all who are linked', async () => {
    await linkRita();
    await world.restart({ meanwhile: () => world.directory.people.delete(RITA) });
    await eventually(() => expect(world.runtime.closed('link', undefined, 1)[0]?.context).toMatchObject({ why: 'gone' }));
  });

  it('cannot be looked up stays: a failed look-up is no answer', async () => {
    await linkRita();
    world.directory.down = true;
    await world.restart();
    await expect(world.bot.directoryOf(TENANT).person(RITA)).rejects.toMatchObject({ code: 'directory.unavailable' });
    // Whatever that look-up began would have come before this.
    await world.bot.links.end('f'.repeat(32), 'operator', { kind: 'system', name: 'operator' });
    expect(who()).toEqual({ persons: [rita] });
  });
});

describe('who unlinks', () => {
  it('in Slack is the account itself; what is open of its person stays, and Teams still knows them', async () => {
    await linkRita();
    await world.submit(inSlack(RITA));
    const asked = await world.bot.desk.linked(inSlack(RITA));
    expect(asked).toMatchObject({ sentence: expect.stringContaining('linked to Rita Requester') });
    expect(await world.bot.desk.unlink(inSlack(RITA))).toMatchObject({ done: true });
    expect(await world.bot.desk.unlink(inSlack(RITA))).toMatchObject({ done: false, code: 'link.none' });
    expect(world.theCase().over).toBe(false);
    expect(await world.bot.desk.withdraw(inTeams(RITA), world.theCase().caseId)).toMatchObject({ done: true });
  });

  it('is not somebody whom the configuration names, nor anybody in Teams, nor whoever else is in Slack', async () => {
    await linkRita();
    expect(await world.bot.desk.unlink(inSlack(ANNA))).toMatchObject({ done: false, code: 'link.configured' });
    expect(await world.bot.desk.unlink(inTeams(RITA))).toMatchObject({ done: false, code: 'link.none' });
    const stranger = { platform: 'slack' as const, workspaceId: WORKSPACE, userId: 'U0STRANGER' };
    expect(await world.bot.desk.unlink(stranger)).toMatchObject({ done: false, code: 'link.none' });
    expect(who()).toEqual({ persons: [rita] });
  });

  it('from the shell is an operator, by the running bot', async () => {
    const { caseId } = await linkRita();
    await expect(unlinkThere(world.folder, caseId)).rejects.toMatchObject({ code: 'control.nobody' });
    const stop = await listenForUnlinking(world.bot.links, world.folder, pino({ level: 'silent' }));
    expect(await unlinkThere(world.folder, 'f'.repeat(32))).toBe(false);
    expect(await unlinkThere(world.folder, caseId)).toBe(true);
    expect(await endLink(world.bot.links, caseId)).toBe(false);
    await stop();
    expect(world.runtime.closed('link', undefined, 1)[0]?.context).toMatchObject({ why: 'operator' });
    await eventually(() => expect(notes('slack').join()).toContain('somebody who runs Hallpass unlinked it'));
  });
});
