import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { ANNA, type CastMember, GINA, RITA, ROLES, SAM, TENANT_ID } from '../../src/playground/cast.ts';
import { startWorld, type World } from '../../src/playground/world.ts';
import { hallpass } from '../cli/support/hallpass.ts';
import { approveInSlack, askInSlack, directMessages, holds, seen, wordsOf } from '../support/acting.ts';

jest.setTimeout(180_000);

const MINUTE_MS = 60_000;
let world: World;
afterEach(() => world.close());

/** Only Hallpass ends what is given. */
async function open(): Promise<void> {
  const people = [RITA, SAM, GINA].map(({ objectId }) => ({ tenantId: TENANT_ID, objectId }));
  world = await startWorld({
    folder: mkdtempSync(join(tmpdir(), 'hallpass-e2e-')),
    slackMode: 'http',
    limits: 'off',
    restartByItself: false,
    adjust(draft) {
      for (const entitlement of draft.hallpass.entitlements) entitlement.mayRequest = { people };
      for (const entitlement of draft.perimeter.entitlements)
        if (entitlement.assurance === 'chat') Object.assign(entitlement, { mayReceive: { people }, endsOnlyByHallpass: true });
    },
  });
  world.microsoft.tenant.setLicence('P1');
  await world.ready();
}
const hasGlobal = (who: CastMember) => holds(world, who, ROLES.globalReader);
const ask = (who: CastMember, why: string) => askInSlack(world, who, { entitlementId: 'global-reader', minutes: 30, why });
async function give(who: CastMember, why: string): Promise<void> {
  await ask(who, why);
  await approveInSlack(world, ANNA, why);
  await seen(world, `held: ${why}`, () => hasGlobal(who));
  await seen(world, 'told to them', () => directMessages(world, who).some((one) => /You have .* until/.test(wordsOf(one))));
}
const run = (...args: readonly string[]) => {
  const { identityEndpoint, identityHeader } = world.microsoft;
  const env = { NODE_EXTRA_CA_CERTS: world.caFile, IDENTITY_ENDPOINT: identityEndpoint, IDENTITY_HEADER: identityHeader };
  return hallpass(args, { env });
};
const readiness = async (): Promise<{ readonly ready: boolean; readonly reasons: readonly string[] }> =>
  (await fetch(`${world.opsUrls.perimeter}/readyz`)).json() as never;
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const patience = Date.now() + 30_000; !(await isSo()); ) {
    if (Date.now() > patience) throw new Error(`never: ${JSON.stringify(await readiness())}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

describe('a perimeter that was put back from a backup', () => {
  it('gives nothing until it is reconciled, although nobody has seen a newer ledger, and ends what is over', async () => {
    await open();
    await give(RITA, 'INC-1: before the backup');
    const backup = join(world.folder, 'backup');
    expect(await run('backup', '--config', world.files.perimeter, '--to', backup)).toMatchObject({ status: 0 });
    await world.perimeter.kill('SIGTERM');
    await world.bot.kill('SIGTERM');
    // The very head that was backed up: neither the bot nor Microsoft knows of more.
    expect(await run('restore', '--config', world.files.perimeter, '--from', backup, '--replace')).toMatchObject({ status: 0 });
    await world.perimeter.restart();
    await until(async () => (await readiness()).reasons.some((reason) => /run "hallpass perimeter reconcile"/.test(reason)));
    await seen(world, 'the alarm', () => world.alarm.alarms.some(({ body }) => wordsOf(body).includes('restored from a backup')));
    await world.bot.restart();
    await ask(SAM, 'INC-2: asked while it is doubted');
    await seen(world, 'refused', () => directMessages(world, SAM).some((one) => /ledger of the perimeter/.test(wordsOf(one))));
    world.clock.advance(31 * MINUTE_MS);
    await seen(world, 'ended on time', () => !hasGlobal(RITA));
    // The mark is gone, the doubt is not.
    await world.perimeter.restart();
    await until(async () => (await readiness()).reasons.some((reason) => /run "hallpass perimeter reconcile"/.test(reason)));
    expect(hasGlobal(SAM)).toBe(false);
    await world.perimeter.kill('SIGTERM');
    expect(await run('perimeter', 'reconcile', '--config', world.files.perimeter, '--yes')).toMatchObject({ status: 0 });
    await world.perimeter.restart();
    await until(async () => (await readiness()).ready);
    await give(GINA, 'INC-3: after it was reconciled');
  });
});

describe('hallpass uninstall', () => {
  it('ends everything that is held while both run, lets nothing in between, and only then says what remains', async () => {
    await open();
    await give(RITA, 'INC-1: held');
    await give(SAM, 'INC-2: held too');
    const { status, said } = await run(
      'uninstall',
      '--config',
      world.files.hallpass,
      '--perimeter',
      world.files.perimeter,
      '--confirm',
    );
    expect([status, hasGlobal(RITA), hasGlobal(SAM)]).toEqual([0, false, false]);
    expect(said).toMatch(
      /2 grants are being ended[\s\S]*Everything is known to be gone\.[\s\S]*This remains:[\s\S]*az ad app delete/,
    );
    expect((await readiness()).reasons).toEqual([expect.stringContaining('frozen')]);
  });

  it('says nothing of removing an identity while something is left that only the perimeter ends', async () => {
    await open();
    await give(RITA, 'INC-1: held');
    world.microsoft.faults.setOffline('graph', true);
    const { status, said } = await run(
      ...['uninstall', '--config', world.files.hallpass, '--perimeter', world.files.perimeter],
      ...['--confirm', '--wait-minutes', '0.05'],
    );
    expect([status, said]).toEqual([3, expect.stringContaining('Remove nothing yet')]);
    expect(said).not.toContain('az ');
    world.microsoft.faults.setOffline('graph', false);
    await seen(world, 'ended all the same', () => !hasGlobal(RITA), 60_000);
  });
});
