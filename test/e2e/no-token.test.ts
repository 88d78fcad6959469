import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MEANINGS } from '../../src/identity/aadsts.ts';
import {
  ANNA,
  BOT_APP,
  BOT_IDENTITY,
  PERIMETER_APP,
  PERIMETER_IDENTITY,
  RITA,
  ROLES,
  TEAMS_APP_ID,
} from '../../src/playground/cast.ts';
import { startWorld, type World } from '../../src/playground/world.ts';
import { approveInTeams, askInTeams, holds, seen } from '../support/acting.ts';

jest.setTimeout(180_000);

const OURS = [BOT_APP.clientId, PERIMETER_APP.clientId, TEAMS_APP_ID];
const { says = '', next = '' } = MEANINGS[70_025] ?? {};

let world: World;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hallpass-e2e-'));
  world = await startWorld({
    folder,
    slackMode: 'http',
    adjust({ hallpass, perimeter }) {
      const as = ({ clientId }: { readonly clientId: string }) => ({ federated: { managedIdentity: { clientId } } });
      if (hallpass.tenant) hallpass.tenant.credential = as(BOT_IDENTITY);
      if (hallpass.teams) {
        delete hallpass.teams.clientSecret;
        hallpass.teams.credential = as(BOT_IDENTITY);
      }
      perimeter.tenant.credential = as(PERIMETER_IDENTITY);
    },
  });
  // Before either has come so far as to ask for a token.
  for (const clientId of OURS) world.microsoft.tenant.applications.change(clientId, { federatedCredentials: [] });
  await world.ready();
});
afterAll(async () => world.close());

const readiness = async (url: string): Promise<string> => (await fetch(`${url}/readyz`)).text();
const logOf = (name: 'bot' | 'perimeter') => readFileSync(join(folder, `${name}.log`), 'utf8');
const when = async (what: string, look: () => Promise<boolean>): Promise<void> => {
  let is = false;
  const looking = setInterval(() => {
    void look().then((found) => (is ||= found));
  }, 500);
  await seen(world, what, () => is, 60_000).finally(() => clearInterval(looking));
};

describe('bot and perimeter, whose registrations do not trust their identities yet', () => {
  it('say so in one sentence with the next step: in the log, and where an operator looks whether they are ready', async () => {
    await when('the bot’s reason', async () => (await readiness(world.opsUrls.bot)).includes('AADSTS70025'));
    const told = await readiness(world.opsUrls.bot);
    for (const part of ['"ready":false', says.slice(0, -1), JSON.stringify(next).slice(1, -1)]) expect(told).toContain(part);
    await seen(world, 'the perimeter’s line', () => logOf('perimeter').includes('AADSTS70025'));
    for (const name of ['bot', 'perimeter'] as const) {
      expect(logOf(name)).toContain(says.slice(0, -1));
      expect(logOf(name)).toMatch(/AADSTS70025, HTTP 401, correlation id [0-9a-f-]{36}/);
    }
  });

  it('work once the registrations do, without a restart and without a secret', async () => {
    const { applications } = world.microsoft.tenant;
    const trust = (subject: string) => [
      { name: 'host', issuer: world.microsoft.issuer, subject, audiences: ['api://AzureADTokenExchange'] },
    ];
    for (const clientId of [BOT_APP.clientId, TEAMS_APP_ID])
      applications.change(clientId, { credentials: [], federatedCredentials: trust(BOT_IDENTITY.principalId) });
    applications.change(PERIMETER_APP.clientId, { credentials: [], federatedCredentials: trust(PERIMETER_IDENTITY.principalId) });
    for (const url of [world.opsUrls.bot, world.opsUrls.perimeter])
      await when('ready', async () => (await readiness(url)).includes('"ready":true'));
    await askInTeams(world, RITA, { entitlementId: 'global-reader', minutes: 30, why: 'INC-400: without a secret' });
    await approveInTeams(world, ANNA, 'INC-400: without a secret');
    await seen(world, 'the role in the tenant', () => holds(world, RITA, ROLES.globalReader), 60_000);
    expect([world.bot.restarts, world.perimeter.restarts]).toEqual([0, 0]);
  });
});
