import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeOf } from '../../src/access/core/app-error.ts';
import { readCase } from '../../src/cli/evidence-sources.ts';
import { readTenantRecords } from '../../src/cli/evidence-tenant.ts';
import { exportEvidence } from '../../src/perimeter/evidence/export.ts';
import { verifyEvidence } from '../../src/perimeter/evidence/verify.ts';
import { PERIMETER_APP, TENANT_ID } from '../../src/playground/cast.ts';
import { perimeterConfig } from '../perimeter/support/perimeter-config.ts';
import { startWorld, type World } from '../perimeter/support/world.ts';

const VARIABLES = ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET', 'PATH'] as const;
const before = VARIABLES.map((name) => [name, process.env[name]] as const);
let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
  for (const [name, value] of before) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
});

const config = () => perimeterConfig({ login: world.microsoft.loginUrl, graph: world.microsoft.graphUrl });
async function exported(requestId: string): Promise<Buffer> {
  const found = await readCase({ folder: world.ledger, checkpointEveryLines: 1_000 }, requestId);
  const { login, graph } = { login: world.microsoft.loginUrl, graph: world.microsoft.graphUrl };
  const perimeter = { tenantId: TENANT_ID, clientId: PERIMETER_APP.clientId, issuer: login, keysUrl: graph };
  return exportEvidence({ ...found, requestId, exportedAt: new Date().toISOString(), perimeter });
}

describe("evidence beside Microsoft's own records, as the tenant holds them", () => {
  it('is anchored: the perimeter wrote its digest there when it gave', async () => {
    await world.register('anchored0001');
    await world.approve('anchored0001');
    await world.factsUntil('anchored0001', 'given');
    world.advance(31);
    await world.factsUntil('anchored0001', 'ended');
    const file = await exported('anchored0001');
    expect((await verifyEvidence(file)).contradictions).toEqual([]);

    process.env['AZURE_TENANT_ID'] = TENANT_ID;
    process.env['AZURE_CLIENT_ID'] = PERIMETER_APP.clientId;
    process.env['AZURE_CLIENT_SECRET'] = world.microsoft.tenant.clientSecretOf(PERIMETER_APP.clientId);
    const outside = await readTenantRecords(file, config());
    const { verdict, proved } = await verifyEvidence(file, { outside });
    expect(verdict).toBe('anchored');
    expect(proved.join('\n')).toContain("Microsoft's PIM request ");
  });

  it('is no more than consistent for what was never given', async () => {
    await world.register('withdrawn001');
    await world.end('withdrawn001', 'withdraw');
    const file = await exported('withdrawn001');
    const { verdict, notProved } = await verifyEvidence(file, { outside: await readTenantRecords(file, config()) });
    expect(verdict).toBe('consistent');
    expect(notProved.join('\n')).toContain('nothing was given, so that Microsoft has no record of it');
  });

  it('asks the verifier to sign in', async () => {
    const file = await exported('anchored0001');
    for (const name of VARIABLES) process.env[name] = '';
    expect(await readTenantRecords(file, config()).catch(codeOf)).toBe('identity.not-signed-in');
  });

  it('asks nobody about a file that cannot be read', async () => {
    expect(await readTenantRecords(Buffer.from('{}'), config())).toEqual([]);
  });
});
