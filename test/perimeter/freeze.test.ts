import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { controlOver } from '../../src/perimeter/freeze/control-client.ts';
import { createFreezeDesk, type FreezeDesk, freezeFlow } from '../../src/perimeter/freeze/freeze-desk.ts';
import { createJudge } from '../../src/perimeter/guardrails/judge.ts';
import { permit, refuse } from '../../src/access/core/verdict.ts';
import { bot, workbench } from '../durable/support/durable-world.ts';
import { ABEL, ANNA, RITA } from './support/perimeter-config.ts';
import { startWorld, type World } from './support/world.ts';

jest.setTimeout(180_000);

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
};

describe('a perimeter that somebody with its shell has frozen', () => {
  let world: World;
  let freezes: FreezeDesk;
  beforeEach(async () => {
    world = await startWorld({ endsOnlyByHallpass: true, file: { unfreeze: { people: [ABEL, ANNA] } } }, (parts) => {
      const judge = createJudge(parts);
      freezes = createFreezeDesk({ ...parts, mayUnfreeze: (person, before) => judge.mayUnfreeze(person, before) });
      return parts;
    });
    world.microsoft.tenant.setLicence('P1');
  });
  afterEach(() => world.close());
  const kinds = () => world.alarms.asked.map(({ body }) => Reflect.get(Object(body), 'kind'));
  const asked = { requester: RITA, principal: RITA, entitlementId: 'global-reader', durationMinutes: 30 };
  const request = (requestId: string) => ({ ...asked, requestId, justification: 'ticket 42', approvalWindowMinutes: 60 });

  it('registers nothing new, gives nothing that was approved, and goes on ending; also after a restart', async () => {
    await world.register('givenbefore1');
    await world.approve('givenbefore1');
    await world.factsUntil('givenbefore1', 'given');
    await world.register('waitsforit01', { entitlementId: 'security-reader' });
    const frozen = await controlOver(world.ledger).freeze('a laptop was stolen');
    expect(await world.call('POST', '/grants', request('askedfrozen1'))).toMatchObject({
      status: 409,
      body: { code: 'perimeter.frozen', hint: expect.stringContaining('two people have signed') },
    });
    expect((await world.call('GET', '/guardrails')).body).toMatchObject({ notGiving: ['perimeter.frozen'] });
    expect(await world.ops('/readyz')).toMatchObject({ status: 503, text: expect.stringContaining('frozen') });
    await world.approve('waitsforit01');
    await world.stop();
    await world.start();
    expect(await controlOver(world.ledger).freeze(undefined)).toEqual(frozen);
    // What was registered before answers as ever.
    expect(await world.register('waitsforit01', { entitlementId: 'security-reader' })).toMatchObject({ state: 'checking' });
    world.advance(6);
    await world.end('givenbefore1');
    await world.factsUntil('givenbefore1', 'ended');
    expect(world.holders()).toEqual([]);
    world.advance(30);
    expect((await world.factsUntil('waitsforit01', 'ended')).at(-1)).toMatchObject({ how: 'lapsed' });
    const told = await world.factsUntil(frozen.freezeId, 'frozen');
    expect(told).toMatchObject([{ type: 'frozen', at: frozen.frozenAt }]);
    await until(() => kinds().includes('frozen'));
    expect(JSON.stringify(world.alarms.asked)).toContain('a laptop was stolen');
  });

  it('gives again once two different people have signed, and what waited is given', async () => {
    const { freezeId } = await controlOver(world.ledger).freeze(undefined);
    await until(() => kinds().length > 0);
    expect(await freezes.sign(freezeId, ABEL, 'e1')).toEqual(permit);
    expect(await freezes.sign(freezeId, ABEL, 'e2')).toMatchObject({ permitted: false });
    await until(() => JSON.stringify(world.alarms.asked).includes('1 of 2 people'));
    expect(freezes.openFreeze()?.signedBy).toEqual([ABEL]);
    expect(await freezes.sign(freezeId, ANNA, 'e3')).toEqual(permit);
    await world.factsUntil(freezeId, 'unfrozen');
    await world.register('afterfreeze1');
    await world.approve('afterfreeze1');
    await world.factsUntil('afterfreeze1', 'given');
    await until(() => kinds().includes('unfrozen'));
    expect(await freezes.sign(freezeId, ANNA, 'e4')).toMatchObject({ code: 'freeze.over' });
  });

  it('is reached by a file that its owner alone may open', () => {
    expect(statSync(join(world.ledger, 'control.sock')).mode & 0o777).toBe(0o600);
  });
});

describe('an operator who revokes everything', () => {
  it.each(['P2', 'P1'] as const)(
    'ends what is held, what is being decided, and nothing that others gave (%s)',
    async (licence) => {
      const world = await startWorld({ endsOnlyByHallpass: true });
      const { tenant } = world.microsoft;
      tenant.setLicence(licence);
      await world.register('revokeheld01');
      await world.approve('revokeheld01');
      await world.factsUntil('revokeheld01', 'given');
      await world.register('revokewaits1', { entitlementId: 'security-reader' });
      tenant.grantRole({ principalId: ANNA.objectId, roleDefinitionId: 'f2ef992c-3afb-46b9-b7cf-a126ee74c451' });
      world.advance(6);
      const control = controlOver(world.ledger);
      const revoked = await control.revokeAll();
      expect(revoked.map(({ grantId }) => grantId).toSorted()).toEqual(['revokeheld01', 'revokewaits1']);
      await until(async () => (await control.live()).length === 0);
      expect((await world.factsUntil('revokeheld01', 'ended')).at(-1)).toMatchObject({
        how: 'revoked',
        confirmedAt: expect.any(String),
      });
      expect(world.holders()).toEqual([ANNA.objectId]);
      await until(() => world.alarms.asked.length > 0);
      expect(world.alarms.asked[0]).toMatchObject({ body: { kind: 'revoke-all', text: expect.stringContaining('2 grants') } });
      await world.close();
    },
  );
});

describe('who may lift a freeze', () => {
  const bench = workbench();
  const open = async (mayUnfreeze: Parameters<typeof createFreezeDesk>[0]['mayUnfreeze']) => {
    const runtime = await bench.open({ flows: [freezeFlow] });
    const desk = createFreezeDesk({ runtime, mayUnfreeze });
    const { freezeId } = await desk.freeze('why', bot);
    return { desk, freezeId, close: () => runtime.close() };
  };

  it('is judged with those who signed before, one at a time', async () => {
    const before: unknown[] = [];
    const { desk, freezeId, close } = await open(async (person, signed) => {
      before.push([person, signed]);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return permit;
    });
    expect(desk.openFreeze()).toMatchObject({ reason: 'why', signedBy: [] });
    await Promise.all([desk.sign(freezeId, ANNA, 'e1'), desk.sign(freezeId, ABEL, 'e2')]);
    expect(before).toEqual([
      [ANNA, []],
      [ANNA, []],
      [ABEL, [ANNA]],
    ]);
    expect(desk.openFreeze()).toBeUndefined();
    await close();
  });

  it('is two people by their ids already in the flow, whoever judged', async () => {
    const one = await open(() => Promise.resolve(permit));
    const again = { ...ANNA, objectId: ANNA.objectId.toUpperCase() };
    await one.desk.sign(one.freezeId, ANNA, 'e1');
    await one.desk.sign(one.freezeId, again, 'e2');
    expect(one.desk.openFreeze()?.signedBy).toEqual([ANNA]);
    await one.desk.sign(one.freezeId, ABEL, 'e3');
    expect(one.desk.openFreeze()).toBeUndefined();
    await one.close();
  });

  it('takes two who both still may: who signed first and may no more counts no longer', async () => {
    const gone = new Set<unknown>();
    const no = refuse('guardrail.approver-disabled', 'Disabled.', 'Ask another.');
    const one = await open((person) => Promise.resolve(gone.has(person.objectId) ? no : permit));
    await one.desk.sign(one.freezeId, ABEL, 'e1');
    gone.add(ABEL.objectId);
    expect(await one.desk.sign(one.freezeId, ANNA, 'e2')).toEqual(permit);
    expect(one.desk.openFreeze()?.signedBy).toEqual([ANNA]);
    await one.desk.sign(one.freezeId, RITA, 'e3');
    expect(one.desk.openFreeze()).toBeUndefined();
    await one.close();
  });

  it('is nobody whom the guardrails do not list, and nobody when they cannot be asked', async () => {
    const no = refuse('guardrail.approver', 'Not listed.', 'Ask another.');
    const one = await open((person) => (person === RITA ? Promise.reject(new Error('no answer')) : Promise.resolve(no)));
    expect(await one.desk.sign(one.freezeId, ANNA, 'e1')).toEqual(no);
    await expect(one.desk.sign(one.freezeId, RITA, 'e1')).rejects.toThrow('no answer');
    expect(one.desk.openFreeze()?.signedBy).toEqual([]);
    await one.close();
    await bench.clear();
  });
});
