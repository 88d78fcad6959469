import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { controlOver } from '../../src/perimeter/freeze/control-client.ts';
import { createFreezeDesk, type FreezeDesk } from '../../src/perimeter/freeze/freeze-desk.ts';
import { createJudge } from '../../src/perimeter/guardrails/judge.ts';
import { ABEL, ANNA, RITA } from './support/perimeter-config.ts';
import { startWorld, type World } from './support/world.ts';

jest.setTimeout(60_000);
const ID = 'waitedlong01';
const ADMIN = { kind: 'user', id: 'admin', objectId: 'admin', name: 'Admin' } as const;

describe('access that was approved, and waited for Graph before it could be written', () => {
  let world: World;
  let freezes: FreezeDesk;
  beforeEach(async () => {
    world = await startWorld({ endsOnlyByHallpass: true, file: { unfreeze: { people: [ABEL, ANNA] } } }, (parts) => {
      const judge = createJudge(parts);
      freezes = createFreezeDesk({ ...parts, mayUnfreeze: (person, before) => judge.mayUnfreeze(person, before) });
      return parts;
    });
    const { faults, tenant } = world.microsoft;
    tenant.setLicence('P1');
    faults.add({
      farEnds: ['graph'],
      method: 'POST',
      path: /\/roleAssignments$/,
      rate: 1,
      kinds: ['throttled'],
      retryAfterSeconds: 1,
    });
    await world.register(ID);
    await world.approve(ID);
    while (faults.log.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });
  afterEach(() => world.close());

  it('is not given after a freeze to somebody who was disabled meanwhile', async () => {
    const { freezeId } = await controlOver(world.ledger).freeze('an account was stolen');
    world.microsoft.faults.clear();
    world.microsoft.tenant.directory.setEnabled(RITA.objectId, false, ADMIN);
    await freezes.sign(freezeId, ABEL, 'e1');
    await freezes.sign(freezeId, ANNA, 'e2');
    expect((await world.factsUntil(ID, 'refused')).at(-1)).toMatchObject({ code: 'guardrail.principal-disabled' });
    expect(world.holders()).toEqual([]);
  });

  it('is not given by a perimeter that was started with a file that gives it no more', async () => {
    await world.stop();
    world.microsoft.faults.clear();
    await world.start({ without: 'global-reader' });
    expect((await world.factsUntil(ID, 'refused')).at(-1)).toMatchObject({ code: 'guardrail.entitlement' });
    expect(world.holders()).toEqual([]);
  });

  it('is given where nothing changed', async () => {
    world.microsoft.faults.clear();
    await world.factsUntil(ID, 'given');
    expect(world.holders()).toEqual([RITA.objectId]);
  });
});
