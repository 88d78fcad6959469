import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { digestOf } from '../../src/access/core/canonical.ts';
import { nodeFiles } from '../../src/durable/stores/lowdb/node-files.ts';
import type { EvidenceStore } from '../../src/perimeter/evidence/evidence-store.ts';
import { createFolderEvidence } from '../../src/perimeter/evidence/folder-evidence.ts';
import type { PerimeterParts } from '../../src/perimeter/assemble.ts';
import { ANNA } from './support/perimeter-config.ts';
import { startWorld, type World } from './support/world.ts';

jest.setTimeout(60_000);

const DAY_MINUTES = 24 * 60;
let world: World;
let parts: PerimeterParts;
let evidence: EvidenceStore;
/** Ahead of Microsoft's. */
let isSkewed = false;
beforeAll(async () => {
  world = await startWorld({ file: { retention: { textsDays: 30, evidenceDays: 60 } } }, (all) => {
    evidence = createFolderEvidence(nodeFiles, all.config.store && 'folder' in all.config.store ? all.config.store.folder : '');
    const clockWatch = { ...all.clockWatch, skewMs: () => (isSkewed ? -90_000 : undefined) };
    parts = { ...all, evidence, clockWatch };
    return parts;
  });
});
afterAll(() => world.close());

const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
};

describe('a perimeter', () => {
  it('erases words and evidence of what is over by itself, each at its own age, and keeps the record', async () => {
    await world.register('overforlong1');
    await evidence.put('overforlong1', {
      v: 1,
      kind: 'chat',
      assurance: 'chat',
      requestId: 'overforlong1',
      requestDigest: digestOf({}),
      decisionId: 'd1',
      decision: 'approve',
      stage: 0,
      approver: ANNA,
      decidedAt: '2026-03-01T08:00:00.000Z',
    });
    await world.end('overforlong1', 'withdraw');
    await world.factsUntil('overforlong1', 'ended');
    const texts = () => parts.runtime.textCount('overforlong1');
    const acts = () => evidence.count('overforlong1');
    expect([await texts(), await acts()]).toEqual([1, 1]);
    world.advance(29 * DAY_MINUTES);
    world.advance(2 * DAY_MINUTES);
    await until(async () => (await texts()) === 0);
    expect(await acts()).toBe(1);
    // What is erased by a clock that is wrong never comes back.
    isSkewed = true;
    world.advance(30 * DAY_MINUTES);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await acts()).toBe(1);
    isSkewed = false;
    world.advance(1);
    await until(async () => (await acts()) === 0);
    expect((await world.call('GET', '/grants/overforlong1')).body).toMatchObject({ state: 'ended' });
    expect(await evidence.list('overforlong1')).toEqual([]);
  });
});
