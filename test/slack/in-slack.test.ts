import { afterEach, describe, expect, it } from '@jest/globals';
import type { Desk } from '../../src/chat/desk.ts';
import type { DetailsView } from '../../src/chat/views.ts';
import { ANNA, RITA, SAM, SLACK } from '../../src/playground/cast.ts';
import { ALERT, AT, REQUEST, REQUESTER, wordsOf } from './examples.ts';
import { chosen, durationBlock, playedSlack, type PlayedSlack } from './played-slack.ts';

let played: PlayedSlack | undefined;
afterEach(async () => played?.close());

const APPROVERS = { platform: 'slack', workspaceId: SLACK.workspaceId, channelId: SLACK.approversChannelId } as const;
const SECURITY = { platform: 'slack', workspaceId: SLACK.workspaceId, channelId: SLACK.securityChannelId } as const;
const rita = RITA.slackUserId;
const anna = ANNA.slackUserId;
const sam = SAM.slackUserId;
const WHY = 'INC-4211: look';

async function start(mode: 'http' | 'socket', answers: Partial<Desk> = {}): Promise<PlayedSlack> {
  played = await playedSlack(mode, answers);
  return played;
}

describe.each(['http', 'socket'] as const)('Hallpass in Slack over %s', (mode) => {
  it('takes a request from the command to the desk, with the durations of the chosen role', async () => {
    const world = await start(mode);
    const viewId = await chosen(world, 'helpdesk');
    expect(wordsOf(durationBlock(world, 'helpdesk'))).toContain('15 min');
    // Waits for what was begun when the form opened.
    await world.surface.publishHome(rita, { held: [], waiting: [], recent: [] });
    const sent = await world.slack.people.submitView(rita, viewId, {
      entitlement: 'helpdesk',
      'duration:helpdesk': '15',
      justification: WHY,
    });
    expect(sent).toMatchObject({ outcome: 'answered', body: { response_action: 'update' } });
    expect(world.desk.calls.at(-1)).toEqual({
      verb: 'submit',
      args: [
        { platform: 'slack', workspaceId: SLACK.workspaceId, userId: rita },
        { entitlementId: 'helpdesk', durationMinutes: 15, justification: WHY, submissionId: viewId, zone: 'Europe/Berlin' },
      ],
    });
  });

  it('shows an operator what was examined, in a window that opens at once and that nobody else sees', async () => {
    let finish: (view: DetailsView) => void = () => undefined;
    const slow = new Promise<DetailsView>((resolve) => (finish = resolve));
    const world = await start(mode, { doctor: () => slow });
    await world.slack.people.slashCommand(rita, '/access', 'doctor');
    const opened = await world.seen(() => world.modal(rita));
    expect(wordsOf(opened)).toContain('One moment');
    finish({
      title: 'Something is missing',
      facts: [
        { label: 'Token (Bot): missing', text: 'Entra did not accept it' },
        { label: 'Command', text: 'az ad app credential reset --id x_y_z' },
      ],
    });
    const filled = await world.seen(() => {
      const view = world.modal(rita);
      return view !== undefined && wordsOf(view).includes('Something is missing') ? view : undefined;
    });
    // As it is to be copied: nothing in it is made harmless by another character.
    expect(JSON.stringify(filled)).toContain('```az ad app credential reset --id x_y_z```');
    expect(world.whispers(rita)).toEqual([]);
  });

  it('tells who may not have it examined why', async () => {
    const refusal = { permitted: false as const, code: 'operator.not-listed', reason: 'Only operators may.', hint: 'Ask them.' };
    const world = await start(mode, { doctor: async () => ({ refusal }) });
    await world.slack.people.slashCommand(rita, '/access', 'doctor');
    const opened = await world.seen(() => world.modal(rita));
    expect(wordsOf(opened)).toContain('Only operators may.');
  });

  it('posts a card, keeps it up to date, and puts replies beside it', async () => {
    const world = await start(mode);
    const posted = await world.surface.post(APPROVERS, { kind: 'request', view: REQUEST });
    expect(world.messages(SLACK.approversChannelId)).toHaveLength(1);
    await world.surface.update(posted, {
      kind: 'request',
      view: { ...REQUEST, status: 'ended', outcome: { sentence: 'Denied by Abel', at: AT } },
    });
    await world.surface.post(APPROVERS, { kind: 'note', text: 'Still waiting.' }, posted);
    const [card, reply] = world.messages(SLACK.approversChannelId);
    expect(JSON.stringify(card)).toContain('Denied by Abel');
    expect(JSON.stringify(card)).not.toContain('approve');
    expect(reply).toMatchObject({ thread_ts: posted.messageId });
  });

  it('reaches a person by direct message', async () => {
    const world = await start(mode);
    const posted = await world.surface.post(
      { platform: 'slack', workspaceId: SLACK.workspaceId, userId: rita },
      { kind: 'requester', view: REQUESTER },
    );
    expect(wordsOf(world.messages(posted.channelId))).toContain('Waiting for one of 4 approvers');
  });

  it('answers a press of Approve to the one who pressed alone', async () => {
    const world = await start(mode, {
      decide: async () => ({ done: false, code: 'race', reason: 'Abel approved this 4 seconds ago.', hint: 'Nothing to do.' }),
    });
    const posted = await world.surface.post(APPROVERS, { kind: 'request', view: REQUEST });
    await world.slack.people.press(anna, { channelId: posted.channelId, ts: posted.messageId }, 'approve');
    const whisper = await world.seen(() => world.whispers(anna)[0]);
    expect(wordsOf(whisper)).toContain('Abel approved this 4 seconds ago.');
    expect(world.messages(SLACK.approversChannelId)).toHaveLength(1);
    expect(world.desk.calls[0]?.args).toEqual([
      { platform: 'slack', workspaceId: SLACK.workspaceId, userId: anna },
      'case0001',
      'approve',
      undefined,
      posted,
    ]);
  });

  it('asks for a note before it denies, and brings both to the desk', async () => {
    const world = await start(mode);
    const posted = await world.surface.post(APPROVERS, { kind: 'request', view: REQUEST });
    await world.slack.people.press(anna, { channelId: posted.channelId, ts: posted.messageId }, 'deny');
    const form = await world.seen(() => world.modal(anna));
    expect(await world.slack.people.submitView(anna, form.id, {})).toMatchObject({ outcome: 'not-sent' });
    await world.slack.people.submitView(anna, form.id, { note: '   ' });
    expect(world.slack.model.state().fieldErrors[form.id]).toEqual({ note: 'Say why not, in a sentence.' });
    expect(world.desk.calls).toEqual([]);
    await world.slack.people.submitView(anna, form.id, { note: 'Use the reader group.' });
    expect(world.desk.calls[0]?.args.slice(1)).toEqual(['case0001', 'deny', 'Use the reader group.', posted]);
    expect(world.modal(anna)).toBeUndefined();
  });

  it('draws the Home tab when it is opened', async () => {
    const world = await start(mode);
    await world.slack.people.openHome(rita);
    const home = await world.seen(() => world.slack.model.state().homes[rita]);
    expect(wordsOf(home)).toContain('You hold nothing right now');
    expect(wordsOf(home)).toContain('Request access');
  });

  it('is healthy', async () => {
    const world = await start(mode);
    expect(await world.surface.health()).toEqual({ ok: true });
  });
});

describe('an alert', () => {
  it.each(['acknowledge', 'snooze'] as const)('can be handled where it stands: %s', async (verb) => {
    const world = await start('http');
    const posted = await world.surface.post(SECURITY, { kind: 'alert', view: ALERT });
    await world.slack.people.press(sam, { channelId: posted.channelId, ts: posted.messageId }, verb);
    await world.seen(() => world.whispers(sam)[0]);
    expect(world.desk.calls).toEqual([
      { verb, args: [{ platform: 'slack', workspaceId: SLACK.workspaceId, userId: sam }, 'finding1', posted] },
    ]);
  });

  it('tells everything in a window, and the desk where it was asked', async () => {
    const world = await start('http', {
      details: async () => ({
        title: 'Root access',
        facts: [
          { label: 'Since', text: '', at: AT },
          { label: 'Who', text: 'Gina' },
        ],
      }),
    });
    const posted = await world.surface.post(SECURITY, { kind: 'alert', view: ALERT });
    await world.slack.people.press(sam, { channelId: posted.channelId, ts: posted.messageId }, 'details');
    const shown = wordsOf(await world.seen(() => world.modal(sam)));
    expect(shown).toContain('Root access');
    expect(shown).toContain('13:02 UTC');
    expect(world.desk.calls[0]?.args.slice(1)).toEqual(['finding1', posted]);
  });
});
