import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { doctor } from '../../../src/cli/doctor-run.ts';
import { BOT_APP, BOT_IDENTITY, CAST, SECOND_TENANT_ID, TENANT_ID } from '../../../src/playground/cast.ts';
import { GRAPH_RESOURCE } from '../../../src/playground/microsoft/tenant/app-permissions.ts';
import { trust } from '../../deploy/support/trust.ts';
import { startTwoTenants, type TwoTenants } from '../../e2e/support/second-perimeter.ts';

jest.setTimeout(120_000);
let two: TwoTenants;
beforeAll(async () => {
  two = await startTwoTenants(
    mkdtempSync(join(tmpdir(), 'hallpass-doctor-')),
    CAST.map(({ key }) => key),
  );
  trust(two.world.caFile);
  const { managedIdentity } = two.world.microsoft;
  // As what hosts the bot has it.
  Object.assign(process.env, {
    IDENTITY_ENDPOINT: managedIdentity.endpoint,
    IDENTITY_HEADER: managedIdentity.headerOf(BOT_IDENTITY.clientId),
  });
});
afterAll(() => two.close());

async function looked() {
  const { results } = await doctor({ config: two.world.files.hallpass });
  const of = (tenantId: string) => results.filter((result) => result.of.startsWith('Bot in ') && result.of.includes(tenantId));
  const wrong = (tenantId: string) => of(tenantId).flatMap(({ id, state }) => (state === 'missing' ? [id] : []));
  return { of, wrong };
}

describe('doctor of a bot in two tenants', () => {
  it('says of the one where it was disabled that it has no token, and puts nothing down to its perimeter', async () => {
    two.second.applications.setEnabled(BOT_APP.clientId, false);
    const { of, wrong } = await looked();
    two.second.applications.setEnabled(BOT_APP.clientId, true);
    expect([wrong(TENANT_ID), wrong(SECOND_TENANT_ID)]).toEqual([[], ['token']]);
    expect(of(SECOND_TENANT_ID).find(({ id }) => id === 'perimeter')).toMatchObject({
      state: 'unknown',
      code: expect.stringMatching(/^identity\./),
    });
  });

  // There nobody has given the bot Reader at the root scope.
  it('looks at each with its own identity, and at its own perimeter', async () => {
    const { of, wrong } = await looked();
    // The console is registered at home alone.
    expect(of(TENANT_ID).map(({ id }) => id)).toEqual([...of(SECOND_TENANT_ID).map(({ id }) => id), 'console-registration']);
    expect([wrong(TENANT_ID), wrong(SECOND_TENANT_ID)]).toEqual([[], ['azure-sight']]);
    const says = (tenantId: string) => of(tenantId).find(({ id }) => id === 'guardrails')?.says;
    expect([says(TENANT_ID), says(SECOND_TENANT_ID)]).toEqual([
      [expect.stringMatching(/^4 entitlements/)],
      [expect.stringMatching(/^1 entitlements/)],
    ]);
  });

  it('says in which of them something is missing', async () => {
    const before = two.second.permissions.granted(BOT_APP.clientId, GRAPH_RESOURCE);
    two.second.permissions.set(BOT_APP.clientId, GRAPH_RESOURCE, ['Application.Read.All']);
    const { wrong } = await looked();
    two.second.permissions.set(BOT_APP.clientId, GRAPH_RESOURCE, before);
    expect([wrong(TENANT_ID), wrong(SECOND_TENANT_ID)]).toEqual([[], ['graph-reads', 'azure-sight']]);
  });
});
