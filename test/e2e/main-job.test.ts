import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ANNA, RITA, ROLES, SAM, SLACK, TEAMS } from '../../src/playground/cast.ts';
import { startWorld, type World } from '../../src/playground/world.ts';
import {
  approveInSlack,
  approveInTeams,
  askInSlack,
  askInTeams,
  channel,
  conversation,
  directMessages,
  holds,
  personal,
  pressInSlack,
  seen,
  wordsOf,
} from '../support/acting.ts';

jest.setTimeout(120_000);
const MINUTE_MS = 60_000;

/** Hallpass looks once a minute of the domain clock; Azure's index may lag behind one look, so the minutes go on until it is seen. */
async function seenAsMinutesPass(world: World, what: string, look: () => boolean): Promise<void> {
  const passing = setInterval(() => world.clock.advance(MINUTE_MS), 2_000);
  try {
    await seen(world, what, look, 60_000);
  } finally {
    clearInterval(passing);
  }
}

describe.each(['http', 'socket'] as const)('the main job, with Slack over %s', (slackMode) => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ folder: mkdtempSync(join(tmpdir(), 'hallpass-e2e-')), slackMode });
    await world.ready();
  });
  afterAll(async () => world.close());

  it('gives what was asked in Slack and approved in Slack, and takes it away on time', async () => {
    const why = `INC-1 ${slackMode}: look after the outage`;
    await askInSlack(world, RITA, { entitlementId: 'global-reader', minutes: 30, why });
    await seen(world, 'the same card in Teams', () =>
      conversation(world, TEAMS.approversConversationId).some((message) => wordsOf(message.cards).includes(why)),
    );
    await approveInSlack(world, ANNA, why);
    await seen(world, 'the role in the tenant', () => holds(world, RITA, ROLES.globalReader));
    await seen(world, 'the end in the requester’s message', () =>
      directMessages(world, RITA).some((message) => /You have .*Global Reader.* until/.test(wordsOf(message))),
    );
    world.clock.advance(31 * MINUTE_MS);
    await seen(world, 'the role gone', () => !holds(world, RITA, ROLES.globalReader));
    await seen(world, 'confirmation', () =>
      directMessages(world, RITA).some((message) => wordsOf(message).includes('Confirmed gone')),
    );
    await seen(world, 'no buttons left in Teams', () =>
      conversation(world, TEAMS.approversConversationId).every(
        (message) => !wordsOf(message.cards).includes(why) || !wordsOf(message.cards).includes('"verb":"approve"'),
      ),
    );
  });

  it('lets Teams approve what was asked in Slack, and brings the card in Slack up to date', async () => {
    const why = `INC-2 ${slackMode}`;
    await askInSlack(world, RITA, { entitlementId: 'security-reader', minutes: 30, why });
    await approveInTeams(world, ANNA, why);
    await seen(world, 'the role', () => holds(world, RITA, ROLES.securityReader));
    await seen(world, 'who approved, in Slack', () =>
      channel(world, SLACK.approversChannelId).some(
        (message) =>
          wordsOf(message).includes(why) &&
          wordsOf(message).includes(ANNA.name) &&
          !wordsOf(message.blocks).includes('"approve"'),
      ),
    );
  });

  it('lets Slack approve what was asked in Teams, and the requester give it back early', async () => {
    const why = `INC-3 ${slackMode}`;
    await askInTeams(world, RITA, { entitlementId: 'reports-reader', minutes: 30, why });
    await approveInSlack(world, ANNA, why);
    await seen(world, 'the role', () => holds(world, RITA, ROLES.reportsReader));
    // Entra keeps an active assignment for five minutes.
    world.clock.advance(6 * MINUTE_MS);
    const card = await seen(world, 'a button to give it back', () =>
      personal(world, RITA).findLast((message) => wordsOf(message.cards).includes('"verb":"release"')),
    );
    // As her client named it when she asked.
    expect(wordsOf(card.cards)).toContain(` ${RITA.zone}, `);
    await world.teams.people.pressAction(RITA.key, card.conversationId, card.id, 'release');
    await seen(world, 'the role gone', () => !holds(world, RITA, ROLES.reportsReader));
  });

  it('tells the security channel on both platforms about root access and about a secret that ends', async () => {
    world.microsoft.tenant.elevate();
    await seenAsMinutesPass(world, 'the alert in Slack', () =>
      channel(world, SLACK.securityChannelId).some((message) => wordsOf(message).includes('control every Azure subscription')),
    );
    await seen(world, 'the alert in Teams', () =>
      conversation(world, TEAMS.securityConversationId).some((message) =>
        wordsOf(message.cards).includes('control every Azure subscription'),
      ),
    );
    await seen(world, 'an expiring secret', () =>
      channel(world, SLACK.securityChannelId).some((message) =>
        /secret ends in|secret has ended|secret ended/i.test(wordsOf(message)),
      ),
    );
    await pressInSlack(world, SAM, SLACK.securityChannelId, 'control every Azure subscription', 'acknowledge');
    await seen(world, 'who acknowledged', () =>
      channel(world, SLACK.securityChannelId).some(
        (message) => wordsOf(message).includes('control every Azure subscription') && wordsOf(message).includes(SAM.name),
      ),
    );
    world.microsoft.tenant.unelevate();
    await seenAsMinutesPass(world, 'the alert resolved', () =>
      channel(world, SLACK.securityChannelId).some(
        (message) =>
          wordsOf(message).includes('control every Azure subscription') &&
          /resolved/i.test(wordsOf(message)) &&
          !wordsOf(message).includes('"acknowledge"'),
      ),
    );
  });
});
