import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { CaseView } from '../../src/durable/port.ts';
import { mayOneMoreWait } from '../../src/perimeter/guardrails/too-many-wait.ts';
import { ENGINEERS, RITA } from './support/perimeter-config.ts';
import { startWorld, type World } from './support/world.ts';

jest.setTimeout(60_000);
const GROUPS = '/subscriptions/5c0ffee0-aaaa-4222-8333-444455556666/resourceGroups';
const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
const anywhere = {
  id: 'anywhere',
  azureRole: { roleDefinitionId: READER, scopePattern: `${GROUPS}/*` },
  mayReceive: { groups: [ENGINEERS], people: [] },
  longestMinutes: 60,
  assurance: 'chat' as const,
  atMostLive: 1,
  atMostPerPrincipalPerDay: 1,
  coolDownMinutes: 0,
  endsOnlyByHallpass: false,
};

describe('a bot that wants to fill the disk that ending access needs', () => {
  let world: World;
  afterEach(() => world.close());
  const lines = async () => Number((await world.call('GET', '/guardrails')).headers.get('hallpass-ledger-seq'));

  it('writes nothing by asking again for an end that is under way', async () => {
    world = await startWorld();
    await world.register('askedagain01');
    await world.approve('askedagain01');
    await world.factsUntil('askedagain01', 'given');
    // PIM takes nothing back within five minutes.
    await world.end('askedagain01');
    const before = await lines();
    for (let at = 0; at < 20; at += 1) expect(await world.end('askedagain01')).toMatchObject({ state: 'taking' });
    expect(await lines()).toBeLessThan(before + 5);
  });

  it('writes little by claiming to have seen ever more', async () => {
    world = await startWorld();
    const claim = (seq: number) =>
      world.call('GET', '/guardrails', undefined, { 'hallpass-seen-seq': `${seq}`, 'hallpass-seen-head': 'a'.repeat(64) });
    await claim(10_000);
    const before = await lines();
    for (let more = 1; more <= 20; more += 1) await claim(10_000 + more);
    expect(await lines()).toBeLessThan(before + 5);
  });

  it('has only so many requests of one person waiting, wherever they are for', async () => {
    world = await startWorld({ file: { entitlements: [anywhere] } });
    const ask = (at: number) =>
      world.register(`manywait${1_000 + at}`, { entitlementId: 'anywhere', azureScope: `${GROUPS}/any${at}` });
    for (let at = 0; at < 50; at += 1) expect(await ask(at)).toMatchObject({ state: 'registered' });
    expect(await ask(50)).toMatchObject({ state: 'refused' });
    expect((await world.factsUntil('manywait1050', 'refused')).at(-1)).toMatchObject({ code: 'guardrail.too-many-waiting' });
    await world.end('manywait1000', 'withdraw');
    expect(await ask(51)).toMatchObject({ state: 'registered' });
  });
});

describe('one more request', () => {
  const open = (waiting: number, active: number, principal: string) => ({
    *open() {
      const columns = { principal };
      for (let at = 0; at < waiting; at += 1) yield { state: 'registered', columns } as unknown as CaseView;
      for (let at = 0; at < active; at += 1) yield { state: 'active', columns } as unknown as CaseView;
    },
  });
  const rita = `${RITA.tenantId}/${RITA.objectId}`;
  it.each([
    ['the 2,000th of all', open(1_999, 100, 'others'), true],
    ['the 2,001st of all', open(2_000, 0, 'others'), false],
    ['the 50th of one person', open(49, 100, rita), true],
    ['the 51st of one person', open(50, 0, rita), false],
  ])('as %s is let in or not', (_name, runtime, permitted) => {
    expect(mayOneMoreWait(runtime, RITA)).toMatchObject({ permitted });
  });
});
