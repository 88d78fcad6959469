import { afterEach, describe, expect, it } from '@jest/globals';
import type { Desk } from '../../src/chat/desk.ts';
import type { HomeView } from '../../src/chat/views.ts';
import { RITA } from '../../src/playground/cast.ts';
import { GLOBAL_READER } from './desk-double.ts';
import { AT, LATER, wordsOf } from './examples.ts';
import { playedSlack, type PlayedSlack } from './played-slack.ts';

let played: PlayedSlack | undefined;
afterEach(async () => played?.close());

const rita = RITA.slackUserId;

async function start(answers: Partial<Desk> = {}): Promise<PlayedSlack> {
  played = await playedSlack('http', answers);
  return played;
}

const HOME: HomeView = {
  held: [
    { caseId: 'case0001', entitlement: GLOBAL_READER, status: 'active', endsAt: LATER, canRelease: true, canWithdraw: false },
  ],
  waiting: [{ caseId: 'case0002', entitlement: GLOBAL_READER, status: 'pending', canRelease: false, canWithdraw: true }],
  recent: [{ entitlement: GLOBAL_READER, outcome: { sentence: 'Denied by Abel', at: AT } }],
};

describe('what one holds', () => {
  it('is on the Home tab with a way to give it back, and drawn afresh after that', async () => {
    let home = HOME;
    const world = await start({
      home: async () => home,
      release: async () => {
        home = { ...HOME, held: [] };
        return { done: true, sentence: 'Given back.' };
      },
    });
    await world.slack.people.openHome(rita);
    const first = await world.seen(() => world.slack.model.state().homes[rita]);
    expect(wordsOf(first)).toContain('Denied by Abel');
    await world.slack.people.press(rita, { viewId: first.id }, 'release');
    const second = await world.seen(() => {
      const now = world.slack.model.state().homes[rita];
      return now?.hash === first.hash ? undefined : now;
    });
    expect(wordsOf(second)).toContain('Nothing right now.');
    expect(world.desk.calls.find(({ verb }) => verb === 'release')?.args[1]).toBe('case0001');
  });

  it('says why in a window when it cannot be given back from there', async () => {
    const world = await start({
      home: async () => HOME,
      withdraw: async () => ({ done: false, code: 'too-late', reason: 'It was given already.', hint: 'Give it back instead.' }),
    });
    await world.slack.people.openHome(rita);
    const home = await world.seen(() => world.slack.model.state().homes[rita]);
    await world.slack.people.press(rita, { viewId: home.id }, 'withdraw');
    expect(wordsOf(await world.seen(() => world.modal(rita)))).toContain('It was given already.');
  });

  it('lets one ask for more from the Home tab', async () => {
    const world = await start();
    await world.slack.people.openHome(rita);
    const home = await world.seen(() => world.slack.model.state().homes[rita]);
    await world.slack.people.press(rita, { viewId: home.id }, 'ask');
    expect((await world.seen(() => world.modal(rita))).callback_id).toBe('request');
  });

  it('is also said by /access mine, to the one who typed it, with buttons that work', async () => {
    const world = await start({ home: async () => HOME });
    await world.slack.people.slashCommand(rita, '/access', ' Mine ');
    const whisper = await world.seen(() => world.whispers(rita)[0]);
    expect(wordsOf(whisper)).toContain('You hold');
    const im = world.slack.model.state().channels.find(({ ephemerals }) => ephemerals.length > 0);
    await world.slack.people.press(rita, { channelId: im?.id ?? '', ts: whisper.ts }, 'withdraw');
    await world.seen(() => (wordsOf(world.whispers(rita)[0]).includes('Done.') ? true : undefined));
    expect(world.desk.calls.at(-1)).toMatchObject({ verb: 'withdraw', args: [{}, 'case0002'] });
  });

  it('is explained when the command is not understood', async () => {
    const world = await start();
    await world.slack.people.slashCommand(rita, '/access', 'everything <!channel>');
    expect(wordsOf(await world.seen(() => world.whispers(rita)[0]))).toContain('/access mine');
  });
});
