import { request } from 'node:https';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { API_VERSION, API_VERSION_HEADER } from '../../src/access/core/perimeter-api.ts';
import {
  ABEL,
  ANNA,
  BOT_APP,
  CAST,
  PERIMETER_AUDIENCE,
  RITA,
  ROLES,
  SECOND_TENANT_ID,
  SLACK,
  TENANT_ID,
} from '../../src/playground/cast.ts';
import { inSecondTenant } from '../../src/playground/microsoft/tenant/place.ts';
import type { TenantModel } from '../../src/playground/microsoft/tenant/tenant-model.ts';
import { approveInSlack, askInSlack, channel, directMessages, seen, wordsOf } from '../support/acting.ts';
import { SECOND_AUDIENCE, SECOND_ENTITLEMENT, startTwoTenants, type TwoTenants } from './support/second-perimeter.ts';

jest.setTimeout(120_000);
const MINUTE_MS = 60_000;

let two: TwoTenants;
beforeAll(async () => {
  const known = CAST.filter((member) => member !== ABEL).map(({ key }) => key);
  two = await startTwoTenants(mkdtempSync(join(tmpdir(), 'hallpass-e2e-')), known);
});
afterAll(async () => two.close());

/** Who holds the role by Hallpass's doing. */
const holders = (tenant: TenantModel) =>
  tenant
    .holders()
    .filter(({ roleDefinitionId, madeBy }) => roleDefinitionId === ROLES.reportsReader && madeBy !== 'outside')
    .map(({ principalId }) => principalId);
const journalOf = (store: string) =>
  readdirSync(join(store, 'journal'))
    .map((name) => readFileSync(join(store, 'journal', name), 'utf8'))
    .join('');

/** What a perimeter answers to this token. */
const statusOf = (url: string, token: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, [API_VERSION_HEADER]: API_VERSION };
    request(`${url}/guardrails`, { headers, ca: readFileSync(two.world.caFile) }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on('error', reject)
      .end();
  });

describe('one bot for two tenants', () => {
  it('gives each request in its own tenant, to the account that asked there, and ends it there', async () => {
    const { world, second } = two;
    await askInSlack(world, RITA, { entitlementId: 'reports-reader', minutes: 30, why: 'INC-201: figures at home' });
    await approveInSlack(world, ANNA, 'INC-201: figures at home');
    await seen(world, 'the role at home', () => holders(world.microsoft.tenant).length > 0);
    expect(holders(world.microsoft.tenant)).toEqual([RITA.objectId]);
    expect(holders(second)).toEqual([]);

    await askInSlack(world, RITA, { entitlementId: SECOND_ENTITLEMENT, minutes: 30, why: 'INC-202: figures there' });
    await approveInSlack(world, ANNA, 'INC-202: figures there');
    await seen(world, 'the role there', () => holders(second).length > 0);
    expect(holders(second)).toEqual([inSecondTenant(RITA.objectId)]);
    expect(holders(world.microsoft.tenant)).toEqual([RITA.objectId]);

    world.clock.advance(31 * MINUTE_MS);
    await seen(world, 'both gone', () => holders(world.microsoft.tenant).length + holders(second).length === 0);
    await seen(
      world,
      'both confirmed',
      () => directMessages(world, RITA).filter((message) => wordsOf(message).includes('Confirmed gone')).length === 2,
    );
  });

  it('tells no perimeter anything of the other tenant', () => {
    const [home, there] = [journalOf(two.world.files.perimeterStore), journalOf(two.secondStore)];
    expect(home).toContain(RITA.objectId);
    expect(there).toContain(inSecondTenant(RITA.objectId));
    expect(home).not.toContain(inSecondTenant(RITA.objectId));
    expect(home).not.toContain(SECOND_TENANT_ID);
    expect(there).not.toContain(RITA.objectId);
    expect(there).not.toContain(TENANT_ID);
  });

  it('takes no decision from an approver who is known in the other tenant only, and says what to do', async () => {
    const { world, second } = two;
    const why = 'INC-203: figures there again';
    await askInSlack(world, RITA, { entitlementId: SECOND_ENTITLEMENT, minutes: 30, why });
    await approveInSlack(world, ABEL, why);
    await seen(world, 'what Abel is told', () =>
      wordsOf(world.slack.model.state()).includes('known here by an account of another one only'),
    );
    expect(holders(second)).toEqual([]);
    await approveInSlack(world, ANNA, why);
    await seen(world, 'the role there', () => holders(second).length > 0);
    expect(channel(world, SLACK.approversChannelId).some((message) => wordsOf(message).includes(why))).toBe(true);
  });

  it('goes on in one tenant while the perimeter of the other is down, and says which one is', async () => {
    const { world, second } = two;
    world.clock.advance(31 * MINUTE_MS);
    await seen(world, 'nobody there', () => holders(second).length === 0);
    await world.perimeter.stop();
    await askInSlack(world, RITA, { entitlementId: SECOND_ENTITLEMENT, minutes: 30, why: 'INC-204: while home is down' });
    await approveInSlack(world, ANNA, 'INC-204: while home is down');
    await seen(world, 'the role there', () => holders(second).length > 0);
    const told = async () =>
      (await (await fetch(`${world.opsUrls.bot}/readyz`)).json()) as { readonly reasons: readonly string[] };
    let reasons: readonly string[] = [];
    while (reasons.length === 0) ({ reasons } = await told());
    expect(reasons).toEqual([expect.stringContaining('perimeter of home')]);
    await world.perimeter.restart();
  });

  it('lets nobody call one perimeter with what the other tenant signed', async () => {
    const { world, secondUrl } = two;
    const [home, there] = world.microsoft.realms;
    if (there === undefined) throw new Error('no second tenant');
    const calls = [
      { url: world.perimeterUrl, audience: PERIMETER_AUDIENCE, own: home, other: there },
      { url: secondUrl, audience: SECOND_AUDIENCE, own: there, other: home },
    ];
    for (const { url, audience, own, other } of calls) {
      const resource = { audience, name: audience, version: 1, saysType: true } as const;
      const tokenOf = async ({ tenant, tokens }: typeof own) => {
        const app = tenant.applications.byAppId(BOT_APP.clientId);
        if (!app) throw new Error('no bot');
        tenant.permissions.set(BOT_APP.clientId, audience, ['Access.Give']);
        return (await tokens.forApplication(app, resource)).token;
      };
      expect(await statusOf(url, await tokenOf(own))).toBe(200);
      expect(await statusOf(url, await tokenOf(other))).toBe(401);
    }
  });
});
