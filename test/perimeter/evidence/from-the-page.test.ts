import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readCase } from '../../../src/cli/evidence-sources.ts';
import { publicKeySchema } from '../../../src/perimeter/evidence/evidence-record.ts';
import { exportEvidence } from '../../../src/perimeter/evidence/export.ts';
import { verifyEvidence, type VerifyWith } from '../../../src/perimeter/evidence/verify.ts';
import { PERIMETER_APP, TENANT_ID } from '../../../src/playground/cast.ts';
import { APPROVE_CLIENT_ID } from '../approve/support/local-idp.ts';
import { type ApproveWorld, startApproveWorld } from '../approve/support/approve-world.ts';
import { ABEL } from '../support/perimeter-config.ts';

jest.setTimeout(180_000);

let world: ApproveWorld;
beforeAll(async () => {
  world = await startApproveWorld();
});
afterAll(() => world.close());

async function exported(requestId: string): Promise<Buffer> {
  const found = await readCase({ folder: world.ledger, checkpointEveryLines: 1_000 }, requestId);
  const perimeter = {
    tenantId: TENANT_ID,
    clientId: PERIMETER_APP.clientId,
    issuer: world.idp.issuer,
    keysUrl: world.idp.keysUrl,
    approve: { origin: world.origin, clientId: APPROVE_CLIENT_ID },
  };
  return exportEvidence({ ...found, requestId, exportedAt: new Date().toISOString(), perimeter });
}
async function pinning(): Promise<VerifyWith> {
  const answer: unknown = await (await fetch(world.idp.keysUrl)).json();
  const keys = Reflect.get(Object(answer), 'keys').map((key: unknown) => publicKeySchema.loose().parse(key));
  return { keys, expected: { tenantId: TENANT_ID, approvalClientId: APPROVE_CLIENT_ID } };
}

describe('what somebody signed on the page', () => {
  it("is pinned by the keys of the sign-in service, and anchored by the tenant's own record", async () => {
    await world.register('frompage0001');
    await (await world.look(world.browserOf(ABEL), 'frompage0001')).click('Approve');
    await world.factsUntil('frompage0001', 'given');
    world.advance(31);
    await world.factsUntil('frompage0001', 'ended');
    const outside = world.microsoft.tenant.pim.requests();
    const verification = await verifyEvidence(await exported('frompage0001'), { ...(await pinning()), outside });
    expect(verification).toMatchObject({ contradictions: [], verdict: 'anchored and pinned' });
    expect(verification.says.join('\n')).toMatch(/Approved by Abel .*, signed, stage 1\./);
  });

  it('is pinned of a denial too', async () => {
    await world.register('frompage0002');
    await (await world.look(world.browserOf(ABEL), 'frompage0002')).click('Deny');
    await world.factsUntil('frompage0002', 'ended');
    const verification = await verifyEvidence(await exported('frompage0002'), await pinning());
    expect(verification).toMatchObject({ contradictions: [], verdict: 'pinned' });
    expect(verification.says.join('\n')).toMatch(/Denied by Abel/);
  });

  it('is no more than consistent beside keys of another time', async () => {
    await world.idp.keys.rotate();
    expect((await verifyEvidence(await exported('frompage0001'), await pinning())).verdict).toBe('consistent');
  });
});
