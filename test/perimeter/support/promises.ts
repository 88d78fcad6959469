import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { perimeterConfigSchema } from '../../../src/perimeter/perimeter-config.ts';
import { GINA } from '../../../src/playground/cast.ts';
import type { FaultKind, FaultRule } from '../../../src/playground/microsoft/faults.ts';
import type { MicrosoftFarEnd } from '../../../src/playground/microsoft/start.ts';
import { AZURE_ROLES, SHOP_SCOPE } from '../../../src/playground/microsoft/tenant/azure-assignments.ts';
import { ANNA, ENGINEERS, RITA } from './perimeter-config.ts';
import { startWorld, type World } from './world.ts';

export const ON_CALL = '96000000-0000-4000-8000-0000000000c1';
export const gina = { kind: 'user', id: GINA.objectId, objectId: GINA.objectId, name: GINA.name } as const;
/** A group, and an Azure role, that Rita and Anna may receive. */
export const entitlements = perimeterConfigSchema.shape.entitlements.parse(
  [
    { id: 'on-call', group: { groupId: ON_CALL } },
    { id: 'shop-contributor', azureRole: { scope: SHOP_SCOPE, roleDefinitionId: AZURE_ROLES.contributor.id } },
  ].map((what) => ({
    ...what,
    mayReceive: { groups: [ENGINEERS], people: [ANNA] },
    longestMinutes: 60,
    assurance: 'chat',
    endsOnlyByHallpass: true,
  })),
);

/** One kind of thing to give, as these promises need to know it. */
export interface Kind {
  readonly entitlementId: string;
  /** The write that gives. */
  readonly write: Readonly<Record<'P2' | 'P1', Required<Pick<FaultRule, 'farEnds' | 'method' | 'path'>>>>;
  readonly holders: (far: MicrosoftFarEnd) => readonly string[];
  readonly giveByHand: (far: MicrosoftFarEnd) => void;
  readonly takeByHand: (far: MicrosoftFarEnd) => void;
}
/** A perimeter over a tenant in which the group exists. */
export async function worldWithGroup(): Promise<World> {
  const world = await startWorld({ file: { entitlements } });
  world.microsoft.tenant.directory.addGroup({ id: ON_CALL, displayName: 'On call', memberIds: [] }, gina);
  return world;
}

/** What holds for every kind of thing that can be given, by PIM and without. */
export function keepsItsPromises(kind: Kind): void {
  describe.each(['P2', 'P1'] as const)('in a %s tenant', (licence) => {
    let world: World;
    beforeEach(async () => {
      world = await worldWithGroup();
      world.microsoft.tenant.setLicence(licence);
      world.microsoft.tenant.audit.lagMs = 0;
    });
    afterEach(() => world.close());

    const holders = () => kind.holders(world.microsoft);
    const ask = (id: string) => world.register(id, { entitlementId: kind.entitlementId });
    const given = async (id: string): Promise<void> => {
      await ask(id);
      await world.approve(id);
      await world.factsUntil(id, 'given');
    };
    const spoil = (fault: FaultKind, times?: number) =>
      world.microsoft.faults.add({ ...kind.write[licence], rate: 1, kinds: [fault], ...(times === undefined ? {} : { times }) });
    const tried = async (): Promise<void> => {
      while (world.microsoft.faults.log.length === 0) await new Promise(setImmediate);
    };
    const restart = async (): Promise<void> => {
      await world.stop();
      world.microsoft.faults.clear();
      await world.start();
    };
    const writes = () =>
      world.microsoft.exchanges
        .recent()
        .filter(
          ({ method, url, status = 0 }) =>
            method === kind.write[licence].method && kind.write[licence].path.test(url.split('?')[0] ?? '') && status < 300,
        );

    it('is given after the decision, and taken away on time', async () => {
      await given('ontime000001');
      expect(holders()).toEqual([RITA.objectId]);
      world.advance(29);
      expect(holders()).toEqual([RITA.objectId]);
      world.advance(2);
      const facts = await world.factsUntil('ontime000001', 'ended');
      expect(facts.map(({ type }) => type)).toEqual(['registered', 'decided', 'giving', 'given', 'ended']);
      expect(facts.find(({ type }) => type === 'given')).toMatchObject({ nativeEnd: licence === 'P2' });
      expect(facts.at(-1)).toMatchObject({ how: 'expired', confirmedAt: expect.any(String) });
      expect(holders()).toEqual([]);
    });

    // By PIM that takes its five minutes, as for directory roles.
    if (licence === 'P1')
      it('is given back early', async () => {
        await given('early0000001');
        await world.end('early0000001');
        world.advance(5.1);
        expect((await world.factsUntil('early0000001', 'ended')).at(-1)).toMatchObject({ how: 'released' });
        expect(holders()).toEqual([]);
      });

    it('is known after a restart although its answer was lost, and given only once', async () => {
      spoil('lost');
      await ask('lostanswer01');
      await world.approve('lostanswer01');
      await tried();
      await restart();
      const facts = await world.factsUntil('lostanswer01', 'given');
      expect(facts.map(({ type }) => type)).toEqual(['registered', 'decided', 'giving', 'given']);
      expect(holders()).toEqual([RITA.objectId]);
      world.advance(31);
      expect((await world.factsUntil('lostanswer01', 'ended')).at(-1)).toMatchObject({ how: 'expired' });
      expect(holders()).toEqual([]);
    });

    it('is given after a restart when it never left', async () => {
      spoil('reset');
      await ask('neverleft001');
      await world.approve('neverleft001');
      await tried();
      await restart();
      await world.factsUntil('neverleft001', 'given');
      expect(holders()).toEqual([RITA.objectId]);
      expect(writes()).toHaveLength(1);
    });

    it('is taken away when its answer was lost and the end was asked for before anybody could look', async () => {
      spoil('lost', 1);
      await ask('endmeanwhile');
      await world.approve('endmeanwhile');
      await tried();
      world.microsoft.faults.add({ farEnds: ['graph', 'arm'], rate: 1, kinds: ['unavailable'], retryAfterSeconds: 1 });
      await world.end('endmeanwhile', 'withdraw');
      await restart();
      world.advance(6);
      expect((await world.factsUntil('endmeanwhile', 'ended')).at(-1)).toMatchObject({ how: 'withdrawn' });
      expect(holders()).toEqual([]);
    });

    it('is never given when the end was asked for before the request arrived', async () => {
      expect(await world.end('tombst000001', 'withdraw')).toMatchObject({ state: 'ended' });
      expect(await ask('tombst000001')).toMatchObject({ state: 'ended' });
      expect(await world.approve('tombst000001')).toMatchObject({ state: 'ended' });
      expect(holders()).toEqual([]);
      expect(writes()).toEqual([]);
    });

    it('is not given to somebody who holds it by another hand, and theirs stays', async () => {
      kind.giveByHand(world.microsoft);
      await ask('byhand000001');
      await world.approve('byhand000001');
      expect((await world.factsUntil('byhand000001', 'refused')).at(-1)).toMatchObject({ code: 'grant.already-held' });
      expect(holders()).toEqual([RITA.objectId]);
      expect(writes()).toEqual([]);
    });

    // What PIM made is known by its request.
    if (licence === 'P1')
      it('is left alone when ours never arrived and an administrator gave the same meanwhile', async () => {
        spoil('reset', 1);
        await ask('whoseisit001');
        await world.approve('whoseisit001');
        await tried();
        kind.giveByHand(world.microsoft);
        await Promise.race([world.factsUntil('whoseisit001', 'given'), world.factsUntil('whoseisit001', 'refused')]);
        await world.end('whoseisit001');
        await Promise.race([world.factsUntil('whoseisit001', 'ended'), world.factsUntil('whoseisit001', 'refused')]);
        expect(holders()).toEqual([RITA.objectId]);
        const taken = world.microsoft.tenant.audit.entries.filter(({ action }) => ['group.left', 'azure.taken'].includes(action));
        expect(taken).toEqual([]);
      });

    if (licence === 'P2')
      it('is gone early when somebody takes it away by hand, which the end finds out', async () => {
        await given('goneearly001');
        kind.takeByHand(world.microsoft);
        world.advance(31);
        expect((await world.factsUntil('goneearly001', 'ended')).at(-1)).toMatchObject({ how: 'expired' });
        expect(holders()).toEqual([]);
      });

    it('can be asked for again at once', async () => {
      await given('onceagain001');
      world.advance(31);
      await world.factsUntil('onceagain001', 'ended');
      await given('onceagain002');
      expect(holders()).toEqual([RITA.objectId]);
    });

    if (licence === 'P2')
      it('is taken away on time although the licence of PIM lapses while it is held', async () => {
        await given('lapsed000001');
        world.microsoft.tenant.setLicence('P1');
        world.advance(31);
        expect((await world.factsUntil('lapsed000001', 'ended')).at(-1)).toMatchObject({ how: 'expired' });
        expect(holders()).toEqual([]);
      });
  });
}
