import { afterEach, describe, expect, it } from '@jest/globals';
import type { HomeView } from '../../src/chat/views.ts';
import { RITA as CAST_RITA } from '../../src/playground/cast.ts';
import { Secret } from '../../src/access/core/secret.ts';
import { createCounter } from '../../src/slack/counter.ts';
import { onForm } from '../../src/slack/on-form.ts';
import { viewSubmissionSchema } from '../../src/slack/payloads.ts';
import { createSlackClient } from '../../src/slack/slack-client.ts';
import { GLOBAL_READER } from './desk-double.ts';
import { LATER, wordsOf } from './examples.ts';
import { requestSubmission, RITA, WORKSPACE } from './payload-samples.ts';
import { playedSlack, type PlayedSlack } from './played-slack.ts';
import { silentLog, slackWorld, type SlackWorld } from './slack-world.ts';

let played: PlayedSlack | undefined;
let world: SlackWorld | undefined;
afterEach(async () => {
  await Promise.all([played?.close(), world?.close()]);
  played = undefined;
  world = undefined;
});

const HOME: HomeView = {
  held: [
    { caseId: 'case0001', entitlement: GLOBAL_READER, status: 'active', endsAt: LATER, canRelease: true, canWithdraw: false },
  ],
  waiting: [],
  recent: [{ entitlement: GLOBAL_READER, outcome: { sentence: 'Denied by Abel', at: LATER } }],
};
const IN_BERLIN = '(15:02 Europe/Berlin, 14:02 UTC)';
const AS_EVER = '|2026-11-21 14:02 UTC> (14:02 UTC)';
const rita = CAST_RITA.slackUserId;

/** A Slack that answers like this when it is asked about somebody. */
async function slackThatSays(answer: () => unknown): Promise<SlackWorld> {
  world = await slackWorld({ home: async () => HOME });
  world.slack.answer('users.info', answer);
  return world;
}
const inBerlin = () => ({
  ok: true,
  user: { id: RITA, tz: 'Europe/Berlin', tz_label: 'Central European Time', tz_offset: 3600 },
});
const asked = ({ slack }: SlackWorld) => slack.calls.filter(({ method }) => method === 'users.info');
const homes = ({ slack }: SlackWorld) => slack.calls.filter(({ method }) => method === 'views.publish');

describe('the zone of somebody in Slack', () => {
  it('is named beside the times of their Home tab and of what /access mine tells them', async () => {
    const play = (played = await playedSlack('http', { home: async () => HOME }));
    const { slack, seen } = play;
    await slack.people.openHome(rita);
    const home = wordsOf(await seen(() => slack.model.state().homes[rita]));
    expect(home.split(IN_BERLIN)).toHaveLength(3);
    await slack.people.slashCommand(rita, '/access', 'mine');
    expect(wordsOf(await seen(() => play.whispers(rita)[0])).split(IN_BERLIN)).toHaveLength(3);
  });

  it('is asked of nobody while Slack wants to be left alone, and looked up for everybody afterwards', async () => {
    let busy = true;
    const started = await slackThatSays(() =>
      busy ? new Response(null, { status: 429, headers: { 'retry-after': '1' } }) : inBerlin(),
    );
    for (const userId of [RITA, 'U0ANNA', 'U0ABEL', 'U0SAM']) await started.surface.publishHome(userId, HOME);
    expect(asked(started)).toHaveLength(1);
    busy = false;
    while (asked(started).length === 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      await started.surface.publishHome('U0ANNA', HOME);
    }
    expect(wordsOf(homes(started).at(-1)?.fields['view'])).toContain(IN_BERLIN);
  });

  it('is named on the Home tab that is drawn because something changed', async () => {
    const { surface, slack } = await slackThatSays(inBerlin);
    await surface.publishHome(RITA, HOME);
    expect(wordsOf((await slack.called('views.publish')).fields['view'])).toContain(IN_BERLIN);
  });

  it('is learnt while the form is open and goes along with the request, asked for once', async () => {
    const started = await slackThatSays(inBerlin);
    await started.command();
    await started.slack.called('users.info');
    // Draws only when that look-up has ended.
    await started.surface.publishHome(RITA, HOME);
    await started.interact(requestSubmission());
    expect(started.desk.calls.at(-1)).toMatchObject({ verb: 'submit', args: [{}, { zone: 'Europe/Berlin' }] });
    expect(asked(started)).toHaveLength(1);
  });

  it('is waited for by no acknowledgement, while Slack does not say it', async () => {
    const started = await slackThatSays(() => new Promise(() => undefined));
    await started.command();
    await started.slack.called('users.info');
    const answer = await (await started.interact(requestSubmission())).json();
    expect(wordsOf(answer)).toContain('Done.');
    expect(started.desk.calls.at(-1)).toMatchObject({ verb: 'submit' });
    expect(started.desk.calls.at(-1)?.args[1]).not.toHaveProperty('zone');
  });

  it('is taken as it is known when the form is sent, whatever is still under way', async () => {
    const { slack, desk } = await slackThatSays(inBerlin);
    const client = createSlackClient(slack.apiUrl, new Secret('xoxb-not-a-real-token'), silentLog);
    const counter = createCounter({ desk, client, workspaceId: WORKSPACE, apiUrl: slack.apiUrl, log: silentLog });
    const zones = { known: () => undefined, soon: () => new Promise<undefined>(() => undefined) };
    const sent = viewSubmissionSchema.parse(requestSubmission());
    const acknowledged = new Promise((resolve) => void onForm({ ...counter, zones }, sent, async (answer) => resolve(answer)));
    expect(wordsOf(await acknowledged)).toContain('Done.');
  });

  it('holds up no Home tab for long, while Slack does not say it', async () => {
    const { surface, slack, logged } = await slackThatSays(() => new Promise(() => undefined));
    await surface.publishHome(RITA, HOME);
    expect(wordsOf((await slack.called('views.publish')).fields['view'])).toContain(AS_EVER);
    // Which is what the end of the look-up would have left behind.
    expect(logged()).not.toContain('a zone could not be looked up');
  });

  it.each<[string, () => unknown]>([
    ['the scope was taken away', () => ({ ok: false, error: 'missing_scope', needed: 'users:read', provided: 'chat:write' })],
    ['Slack knows nobody of this id', () => ({ ok: false, error: 'user_not_found' })],
    ['we ask too often', () => new Response(null, { status: 429, headers: { 'retry-after': '30' } })],
    ['Slack is down', () => new Response(null, { status: 503 })],
    ['their account has none', () => ({ ok: true, user: { id: RITA } })],
    ['their account’s is null', () => ({ ok: true, user: { id: RITA, tz: null, tz_label: null, tz_offset: 0 } })],
    ['nobody knows it', () => ({ ok: true, user: { id: RITA, tz: 'Europe/Atlantis' } })],
    ['it is no zone', () => ({ ok: true, user: { id: RITA, tz: '<!channel>' } })],
  ])('is left out when %s: the tab is drawn, the request goes through, and nobody asks again at once', async (_, answer) => {
    const started = await slackThatSays(answer);
    await started.surface.publishHome(RITA, HOME);
    await started.surface.publishHome(RITA, HOME);
    expect(homes(started).map(({ fields }) => wordsOf(fields['view']).includes(AS_EVER))).toEqual([true, true]);
    await started.interact(requestSubmission());
    expect(started.desk.calls.at(-1)).toMatchObject({ verb: 'submit' });
    expect(started.desk.calls.at(-1)?.args[1]).not.toHaveProperty('zone');
    expect(asked(started)).toHaveLength(1);
  });
});
