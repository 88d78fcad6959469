import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { APPROVERS_TEAM_GROUP_ID, RITA, SLACK, TEAMS } from '../../src/playground/cast.ts';
import { startWorld, type World } from '../../src/playground/world.ts';
import { askInSlack, channel, conversation, seen, wordsOf } from '../support/acting.ts';

jest.setTimeout(120_000);

let world: World;
beforeAll(async () => {
  world = await startWorld({ folder: mkdtempSync(join(tmpdir(), 'hallpass-public-')), slackMode: 'http' });
  world.microsoft.tenant.openTeam(APPROVERS_TEAM_GROUP_ID, true);
  await world.ready();
});
afterAll(async () => world.close());

const readiness = async () => (await fetch(`${world.opsUrls.bot}/readyz`)).text();
const inSlack = (why: string) => channel(world, SLACK.approversChannelId).some((message) => wordsOf(message).includes(why));
const inTeams = (why: string) =>
  conversation(world, TEAMS.approversConversationId).some((message) => wordsOf(message.cards).includes(why));

it('keeps the card of a request out of a team that every colleague can join, says so, and posts again when it is private', async () => {
  await askInSlack(world, RITA, { entitlementId: 'global-reader', minutes: 30, why: 'INC-21: while it is public' });
  await seen(world, 'the card in Slack', () => inSlack('INC-21'));
  const told = await readiness();
  expect(told).toContain(TEAMS.approversConversationId);
  expect(told).toContain('everybody in the tenant can join it');
  expect(told).not.toContain(TEAMS.securityConversationId);
  world.microsoft.tenant.openTeam(APPROVERS_TEAM_GROUP_ID, false);
  expect(conversation(world, TEAMS.approversConversationId)).toEqual([]);
  await askInSlack(world, RITA, { entitlementId: 'security-reader', minutes: 30, why: 'INC-22: now it is private' });
  await seen(world, 'the card in Teams', () => inTeams('INC-22'));
  expect(await readiness()).not.toContain(TEAMS.approversConversationId);
});
