import { afterEach, describe, expect, it } from '@jest/globals';
import type { Answer, Desk } from '../../src/chat/desk.ts';
import { RITA } from '../../src/playground/cast.ts';
import { GLOBAL_READER, OPTIONS } from './desk-double.ts';
import { wordsOf } from './examples.ts';
import { chosen, durationBlock, playedSlack, type PlayedSlack } from './played-slack.ts';

let played: PlayedSlack | undefined;
afterEach(async () => played?.close());

const rita = RITA.slackUserId;
const WHY = 'INC-4211: look';

async function start(answers: Partial<Desk> = {}): Promise<PlayedSlack> {
  played = await playedSlack('http', answers);
  return played;
}

describe('the form', () => {
  it('offers durations at once when all roles have the same', async () => {
    const world = await start({
      options: async () => ({ options: OPTIONS.map((option) => ({ ...option, durationsMinutes: [60] })) }),
    });
    await world.slack.people.slashCommand(rita, '/access');
    const form = await world.seen(() => world.modal(rita));
    await world.slack.people.submitView(rita, form.id, { entitlement: 'helpdesk', justification: WHY });
    expect(world.desk.calls.at(-1)?.args[1]).toMatchObject({ entitlementId: 'helpdesk', durationMinutes: 60 });
  });

  it('forgets a duration when a role is chosen that does not offer it', async () => {
    const world = await start();
    const viewId = await chosen(world, 'global-reader');
    await world.slack.people.press(rita, { viewId }, 'entitlement', 'entitlement', {
      choice: 'helpdesk',
      values: { 'duration:global-reader': '60', justification: WHY },
    });
    await world.seen(() => durationBlock(world, 'helpdesk'));
    await world.slack.people.submitView(rita, viewId, { entitlement: 'helpdesk' });
    expect(world.desk.calls.at(-1)).toMatchObject({ verb: 'submit', args: [{}, { durationMinutes: 15, justification: WHY }] });
  });

  it('searches when there are more roles than a menu holds', async () => {
    const many = Array.from({ length: 101 }, (_, index) => ({
      entitlementId: `role-${index}`,
      entitlement: { ...GLOBAL_READER, name: `Role ${index}` },
      durationsMinutes: [30],
    }));
    const world = await start({
      options: async (_actor, search) => ({ options: many.filter(({ entitlement }) => entitlement.name.includes(search)) }),
    });
    await world.slack.people.slashCommand(rita, '/access');
    const form = await world.seen(() => world.modal(rita));
    const found = await world.slack.people.search(rita, { viewId: form.id }, 'entitlement', 'entitlement', '77');
    expect(wordsOf(found.options)).toContain('Role 77');
    expect(found.options).toHaveLength(1);
    await world.slack.people.press(rita, { viewId: form.id }, 'entitlement', 'entitlement', { choice: 'role-77' });
    await world.seen(() => durationBlock(world, 'role-77'));
    await world.slack.people.submitView(rita, form.id, { entitlement: 'role-77', justification: WHY });
    expect(world.desk.calls.at(-1)?.args[1]).toMatchObject({ entitlementId: 'role-77', durationMinutes: 30 });
  });

  it('says what is wrong beside the field', async () => {
    const world = await start({
      submit: async () => ({
        done: false,
        field: 'justification',
        code: 'justification.short',
        reason: 'Too short.',
        hint: 'Name the incident.',
      }),
    });
    const viewId = await chosen(world, 'helpdesk');
    await world.slack.people.submitView(rita, viewId, { entitlement: 'helpdesk', justification: 'x' });
    expect(world.slack.model.state().fieldErrors[viewId]).toEqual({ justification: 'Too short. Name the incident.' });
  });

  it('asks for words, not for blanks', async () => {
    const world = await start();
    const viewId = await chosen(world, 'helpdesk');
    await world.slack.people.submitView(rita, viewId, { entitlement: 'helpdesk', justification: '  \n ' });
    expect(world.slack.model.state().fieldErrors[viewId]).toEqual({ justification: 'Say why, in a sentence.' });
    expect(world.desk.calls.map(({ verb }) => verb)).not.toContain('submit');
  });

  it('says why when somebody may ask for nothing', async () => {
    const refusal = {
      permitted: false,
      code: 'person.unknown',
      reason: 'Hallpass does not know you.',
      hint: 'Ask to be added.',
    } as const;
    const world = await start({ options: async () => ({ refusal }) });
    await world.slack.people.slashCommand(rita, '/access');
    expect(wordsOf(await world.seen(() => world.modal(rita)))).toContain('Hallpass does not know you.');
  });

  it('opens at once and fills itself when the directory is slow', async () => {
    const slow = Promise.withResolvers<{ readonly options: typeof OPTIONS }>();
    const world = await start({ options: () => slow.promise });
    await world.slack.people.slashCommand(rita, '/access');
    expect(wordsOf(await world.seen(() => world.modal(rita)))).toContain('One moment');
    slow.resolve({ options: OPTIONS });
    const form = await world.seen(() => (wordsOf(world.modal(rita)).includes('Global Reader') ? world.modal(rita) : undefined));
    expect(form.callback_id).toBe('request');
  });

  it('says that it is still at work when the desk is slow, and then the answer', async () => {
    const slow = Promise.withResolvers<Answer>();
    const world = await start({ submit: () => slow.promise });
    const viewId = await chosen(world, 'helpdesk');
    const sent = await world.slack.people.submitView(rita, viewId, { entitlement: 'helpdesk', justification: WHY });
    expect(sent).toMatchObject({ outcome: 'answered' });
    expect(wordsOf(world.modal(rita))).toContain('One moment');
    slow.resolve({ done: true, sentence: 'Asked.' });
    await world.seen(() => (wordsOf(world.modal(rita)).includes('Asked.') ? true : undefined));
  });

  it('apologises to the person alone when something breaks, without its details', async () => {
    const world = await start({ submit: () => Promise.reject(new TypeError('socket 10.0.0.7 hung up')) });
    const viewId = await chosen(world, 'helpdesk');
    await world.slack.people.submitView(rita, viewId, { entitlement: 'helpdesk', justification: WHY });
    const shown = wordsOf(world.modal(rita));
    expect(shown).toContain('That did not work');
    expect(shown).not.toContain('10.0.0.7');
  });
});
