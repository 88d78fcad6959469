import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AccessRequest } from '../../flows/access-request.ts';
import { accessCase } from '../../src/chat/access-case.ts';
import { requestView } from '../../src/chat/projections/request-view.ts';
import { requestFacts } from '../../src/chat/request-facts.ts';
import { createNames } from '../../src/chat/names.ts';
import type { Runtime } from '../../src/durable/port.ts';
import type { ChatActor } from '../../src/chat/surface.ts';
import { silentLog } from '../slack/slack-world.ts';
import { ABEL, botWorld, eventually, inSlack, inTeams, requesterMessagesIn, RITA, type BotWorld } from './bot-world.ts';

let world: BotWorld;
beforeEach(async () => {
  world = await botWorld();
});
afterEach(() => world.close());

const surfaceOf = ({ platform }: ChatActor) => (platform === 'slack' ? world.slack : world.teams);

async function asked(actor: ChatActor, zone?: string): Promise<void> {
  expect(await world.submit(actor, zone === undefined ? {} : { zone })).toMatchObject({ done: true });
  await eventually(() => {
    expect(requesterMessagesIn(surfaceOf(actor)).map(({ view }) => view.status)).toEqual(['pending']);
  });
}

/** What approvers would read of the case had it been asked at this instant. */
async function unusualAt(requestedAt: string, runtime: Runtime = world.runtime): Promise<readonly string[]> {
  const { view } = world.theCase();
  const request = accessCase({ ...view, context: { ...Object(view.context), requestedAt } });
  if (!request) throw new Error('no request');
  const names = createNames({ directoryOf: () => world.directory, log: silentLog });
  return requestView(await requestFacts({ runtime, names, settings: new Map(), approveUrlOf: () => undefined }, request)).unusual;
}

const SATURDAY_NIGHT = '2026-11-21T01:10:00.000Z';
const FRIDAY_NOON = '2026-11-20T11:00:00.000Z';
const OUTSIDE = 'outside their working hours (Sat 02:10, Europe/Berlin)';

describe('the requester’s zone', () => {
  it.each([
    ['Slack', inSlack(RITA)],
    ['Teams', inTeams(RITA)],
  ])('lets approvers read that it was asked outside working hours, by %s', async (_, actor) => {
    await asked(actor, 'Europe/Berlin');
    expect(await unusualAt(SATURDAY_NIGHT)).toEqual(['privileged role', OUTSIDE, 'first time for this person']);
    expect(await unusualAt(FRIDAY_NOON)).toEqual(['privileged role', 'first time for this person']);
  });

  it('is named in the requester’s own message, and when it is given', async () => {
    world.perimeter.givesByItself = false;
    await asked(inSlack(RITA), 'America/New_York');
    expect(requesterMessagesIn(world.slack)[0]?.view.zone).toBe('America/New_York');
    const { caseId } = world.theCase();
    await world.bot.desk.decide(inSlack(ABEL), caseId, 'approve', undefined, undefined);
    world.perimeter.say(caseId, { type: 'given', endsAt: '2026-11-21T14:31:00.000Z', nativeEnd: true });
    await eventually(() =>
      expect(world.slack.notes()).toContain('Global Reader is given, until 2026-11-21 14:31 UTC (09:31 America/New York).'),
    );
  });

  it('is remembered over a restart, beside the journal and not in it', async () => {
    await asked(inSlack(RITA), 'Europe/Berlin');
    await world.restart();
    expect(await unusualAt(SATURDAY_NIGHT)).toContain(OUTSIDE);
    const entries: string[] = [];
    for await (const entry of world.runtime.entries(0)) entries.push(JSON.stringify(entry));
    expect(entries.join()).toContain('askedVia');
    expect(entries.join()).not.toContain('Berlin');
  });

  it('is gone with the justification when the texts of the case are erased', async () => {
    await asked(inSlack(RITA), 'Europe/Berlin');
    await world.runtime.eraseTexts(world.theCase().caseId);
    expect((await unusualAt(SATURDAY_NIGHT)).join()).not.toContain('working hours');
  });

  it('leaves the card whole when another build of Node no longer knows it', async () => {
    await asked(inSlack(RITA), 'Europe/Berlin');
    const elsewhere: Runtime = { ...world.runtime, text: () => 'Europe/Atlantis' };
    expect(await unusualAt(SATURDAY_NIGHT, elsewhere)).toEqual(['privileged role', 'first time for this person']);
  });

  it.each([
    ['unknown', undefined],
    ['one that nobody knows', 'Europe/Atlantis'],
    ['a sentence', 'Approved by Anna'],
  ])('is not spoken of when it is %s, and the request is as good as any', async (_, zone) => {
    await asked(inTeams(RITA), zone);
    const { request } = world.theCase().context as { request: AccessRequest };
    expect(request).not.toHaveProperty('zone');
    expect(requesterMessagesIn(world.teams)[0]?.view).not.toHaveProperty('zone');
    expect((await unusualAt(SATURDAY_NIGHT)).join()).not.toContain('working hours');
  });
});
