import { afterEach, describe, expect, it } from '@jest/globals';
import type { Desk } from '../../src/chat/desk.ts';
import { RITA } from '../../src/playground/cast.ts';
import { wordsOf } from './examples.ts';
import { playedSlack, type PlayedSlack } from './played-slack.ts';

let played: PlayedSlack | undefined;
afterEach(async () => played?.close());

async function start(answers: Partial<Desk>): Promise<PlayedSlack> {
  played = await playedSlack('http', answers);
  return played;
}
const whole = (value: unknown) => JSON.stringify(value);

describe('somebody whom Hallpass does not know in Slack', () => {
  const unlinked = {
    permitted: false as const,
    code: 'people.unlinked',
    reason: 'Hallpass does not know yet which Microsoft account is yours.',
    hint: 'Link your accounts once.',
    linkUrl: 'https://hallpass.example.com/console/link',
  };

  it.each(['', 'mine', 'anything'])('who types /access %s is told alone, and given the way to link', async (text) => {
    const world = await start({ stranger: () => unlinked });
    await world.slack.people.slashCommand(RITA.slackUserId, '/access', text);
    const told = await world.seen(() => world.whispers(RITA.slackUserId)[0]);
    expect(wordsOf(told)).toContain(unlinked.reason);
    expect(whole(told)).toContain(unlinked.linkUrl);
    expect(world.modal(RITA.slackUserId)).toBeUndefined();
    expect(world.desk.calls).toEqual([]);
  });

  it('and presses a button gets the same way', async () => {
    const world = await start({ home: async () => ({ refusal: unlinked }) });
    await world.slack.people.openHome(RITA.slackUserId);
    expect(whole(await world.seen(() => world.slack.model.state().homes[RITA.slackUserId]))).toContain(unlinked.linkUrl);
  });

  it('unlinks after Slack has asked, and only the account that typed it', async () => {
    const world = await start({ linked: async () => ({ sentence: 'This Slack account is linked to Rita.' }) });
    await world.slack.people.slashCommand(RITA.slackUserId, '/access', 'unlink');
    const told = await world.seen(() => world.whispers(RITA.slackUserId)[0]);
    expect(whole(told)).toContain('"confirm":{"title"');
    const channelId =
      world.slack.model.state().channels.find(({ ephemerals }) => ephemerals.some(({ message }) => message.ts === told.ts))?.id ??
      '';
    await world.slack.people.press(RITA.slackUserId, { channelId, ts: told.ts }, 'unlink');
    await world.desk.heard(2);
    expect(world.desk.calls.at(-1)).toMatchObject({ verb: 'unlink', args: [{ userId: RITA.slackUserId }] });
  });
});
