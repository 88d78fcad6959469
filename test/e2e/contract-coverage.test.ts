import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BOT_APP, PERIMETER_APP } from '../../src/playground/cast.ts';
import { createExchangeLog } from '../../src/playground/exchange-log.ts';
import type { Deed } from '../contracts/deed.ts';
import { microsoftScene, type MicrosoftScene } from '../contracts/microsoft-deeds.ts';
import { grantedIn, operationsInUse } from '../contracts/operations-in-use.ts';
import { isOf, missingOf } from '../contracts/outcome.ts';
import { slackScene, type SlackScene } from '../contracts/slack-deeds.ts';
import { teamsScene, type TeamsScene } from '../contracts/teams-deeds.ts';

const operations = operationsInUse();
const log = createExchangeLog();
let microsoft: MicrosoftScene;
let slack: SlackScene;
let teams: TeamsScene;
let deeds: Readonly<Record<string, Deed>> = {};

beforeAll(async () => {
  microsoft = await microsoftScene(log);
  slack = await slackScene(log);
  teams = await teamsScene(microsoft.microsoft, log);
  deeds = { ...microsoft.deeds, ...slack.deeds, ...teams.deeds };
});
afterAll(async () => {
  await teams.close();
  await slack.close();
  await microsoft.close();
});

describe('each call that the list of permissions names, by the client that makes it', () => {
  const rows = operations.flatMap((operation) => operation.by.map((identity) => ({ identity, name: operation.name, operation })));

  it.each(rows)('$identity: $name succeeds with what the list grants, and its refusal is told as what it is', async (row) => {
    const deed = deeds[`${row.identity}: ${row.name}`];
    if (deed === undefined) throw new Error('no deed: add one to test/contracts');
    const before = log.recent().length;
    await deed.works();
    expect(missingOf(row.operation, log.recent().slice(before))).not.toContain('success');
    const between = log.recent().length;
    expect(await deed.refused()).toBe(deed.says);
    expect(missingOf(row.operation, log.recent().slice(between))).not.toContain('error');
  });

  it.each([
    ['bot', BOT_APP.clientId],
    ['perimeter', PERIMETER_APP.clientId],
  ])('%s has in the playground what the list says, and no more', (identity, clientId) => {
    const { permissions } = microsoft.microsoft.tenant;
    expect(permissions.granted(clientId, 'https://graph.microsoft.com').toSorted()).toEqual(grantedIn(identity).toSorted());
  });

  it('is all that was called', () => {
    const others = log.recent().filter((exchange) => !operations.some((operation) => isOf(operation, exchange)));
    expect(others.map(({ method, url }) => `${method} ${new URL(url).pathname}`)).toEqual([]);
    expect(Object.keys(deeds).toSorted()).toEqual(rows.map(({ identity, name }) => `${identity}: ${name}`).toSorted());
  });
});
