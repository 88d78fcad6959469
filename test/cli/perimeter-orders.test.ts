import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { withControl } from '../../src/cli/perimeter-control.ts';
import { revokeAll } from '../../src/cli/revoke-all.ts';
import type { PerimeterParts } from '../../src/perimeter/assemble.ts';
import type { LiveGrant } from '../../src/perimeter/freeze/control.ts';
import { writeConfigFile } from '../perimeter/support/config-file.ts';
import { startWorld, type World } from '../perimeter/support/world.ts';

jest.setTimeout(180_000);

describe('what whoever has the shell of the perimeter orders', () => {
  let world: World;
  let parts: PerimeterParts;
  beforeEach(async () => {
    world = await startWorld({ endsOnlyByHallpass: true }, (all) => {
      parts = all;
      return all;
    });
    world.microsoft.tenant.setLicence('P1');
    await world.register('beforeorder1');
    await world.approve('beforeorder1');
    await world.factsUntil('beforeorder1', 'given');
    world.advance(6);
  });
  afterEach(() => world.close());
  const kinds = () => world.alarms.asked.map(({ body }) => Reflect.get(Object(body), 'kind'));

  it.each(['runs', 'does not run'] as const)(
    'is done when the perimeter %s: a freeze holds, and everything is ended',
    async (how) => {
      const file = writeConfigFile(world, parts);
      if (how === 'does not run') await world.stop();
      const { freezeId } = await withControl(file, (control) => control.freeze('drill'));
      const said: string[] = [];
      const left = await withControl(file, (control) => revokeAll(control, 60_000, (line) => void said.push(line)));
      expect(new Set(kinds())).toEqual(new Set(['frozen', 'revoke-all']));
      expect([left, said.at(-1)]).toEqual([[], 'Everything is known to be gone.']);
      expect(world.holders()).toEqual([]);
      if (how === 'does not run') await world.start();
      expect((await world.factsUntil('beforeorder1', 'ended')).at(-1)).toMatchObject({ how: 'revoked' });
      expect(await withControl(file, (control) => control.freeze(undefined))).toMatchObject({ freezeId });
      expect((await world.call('GET', '/guardrails')).body).toMatchObject({
        notGiving: expect.arrayContaining(['perimeter.frozen']),
      });
    },
  );
});

it('says of a ledger in doubt, whether the perimeter runs or not, that it knows only its own', async () => {
  const started: PerimeterParts[] = [];
  const world = await startWorld({}, (all) => {
    started.push(all);
    return all;
  });
  try {
    const [parts] = started;
    if (parts === undefined) throw new Error('not started');
    const file = writeConfigFile(world, parts);
    const isDoubted = () => withControl(file, (control) => control.isDoubted());
    expect(await isDoubted()).toBe(false);
    await world.call('GET', '/guardrails', undefined, { 'hallpass-seen-seq': '1000', 'hallpass-seen-head': 'a'.repeat(64) });
    expect(await isDoubted()).toBe(true);
    await world.stop();
    expect(await isDoubted()).toBe(true);
  } finally {
    await world.close();
  }
});

describe('revoking everything', () => {
  const grant = (grantId: string): LiveGrant => ({ grantId, state: 'taking' });
  /** What is live at each look, one after the other; the last stays. */
  const control = (...looks: readonly (readonly LiveGrant[])[]) => {
    let look = 0;
    return {
      freeze: () => Promise.reject(new Error('not asked')),
      revokeAll: () => Promise.resolve([grant('a'), grant('b')]),
      live: () => Promise.resolve(looks[Math.min(look++, looks.length - 1)] ?? []),
      isDoubted: () => Promise.resolve(false),
    };
  };

  it('says how many are left, and ends when none is', async () => {
    const said: string[] = [];
    expect(await revokeAll(control([grant('a')], []), 60_000, (line) => void said.push(line))).toEqual([]);
    expect(said).toEqual([expect.stringContaining('2 grants are being ended'), '1 left.', 'Everything is known to be gone.']);
  });

  it('does not say that everything is gone while the ledger is in doubt', async () => {
    const said: string[] = [];
    const doubted = { ...control([]), isDoubted: () => Promise.resolve(true) };
    await expect(revokeAll(doubted, 60_000, (line) => void said.push(line))).rejects.toMatchObject({
      code: 'ledger.doubtful',
      hint: expect.stringContaining('hallpass perimeter reconcile'),
    });
    expect(said.join()).not.toContain('known to be gone');
  });

  it('names what is not known to be gone when its patience is over', async () => {
    const said: string[] = [];
    expect(await revokeAll(control([grant('a')]), 0, (line) => void said.push(line))).toEqual([grant('a')]);
    expect(said.at(-1)).toBe('  a  taking');
  });
});
