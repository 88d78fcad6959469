import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { verifyJournal, verifySentence } from '../../src/cli/journal.ts';
import { writeGenesis } from '../../src/durable/stores/lowdb/genesis.ts';
import { nodeFiles } from '../../src/durable/stores/lowdb/node-files.ts';
import { readStanding } from '../../src/durable/stores/lowdb/read-standing.ts';
import { bot, workbench } from './support/durable-world.ts';

const LOST = { seq: 41, head: 'ab'.repeat(32) };

describe('a journal that goes on where a lost one had got to', () => {
  let bench: ReturnType<typeof workbench>;
  beforeEach(async () => {
    bench = workbench();
    mkdirSync(join(bench.folder, 'journal'));
    await writeGenesis(nodeFiles, join(bench.folder, 'journal'), LOST);
  });
  afterEach(() => bench.clear());

  it('begins with the next line, names the head that was seen, and is found again', async () => {
    const first = await bench.open();
    expect(first.head()).toEqual(LOST);
    const { view } = await first.begin('door', 'front', { minutes: 5 }, bot);
    expect(view.seq).toBe(42);
    await first.close();
    const second = await bench.open({ limits: { checkpointEveryLines: 1 } });
    await second.send('front', { type: 'stay', note: 'a while' }, bot);
    await second.close();
    const third = await bench.open();
    expect(third.read('front')).toMatchObject({ seq: 43, context: { notes: ['a while'] } });
    const seqs: number[] = [];
    for await (const { seq } of third.entries(0)) seqs.push(seq);
    expect(seqs).toEqual([42, 43]);
    await third.close();
    const report = await verifyJournal(bench.folder);
    expect(report).toMatchObject({ consistent: true, beginsAfter: 41, lines: 2 });
    expect(verifySentence(report)).toContain('begins after line 41');
  });

  it.each([
    ['says another place', `{"seq":40,"head":"${LOST.head}"}\n`],
    ['says another head', `{"seq":41,"head":"${'cd'.repeat(32)}"}\n`],
    ['says nothing that can be read', '{"seq":41}'],
  ])('is refused when its beginning %s', async (_name, text) => {
    const first = await bench.open();
    await first.begin('door', 'front', { minutes: 5 }, bot);
    await first.close();
    writeFileSync(join(bench.folder, 'journal', 'genesis.json'), text);
    expect(await verifyJournal(bench.folder)).toMatchObject({ consistent: false });
  });
});

describe('looking at a store without opening it', () => {
  it('shows what is open while another process works on it, and changes nothing', async () => {
    const bench = workbench();
    const runtime = await bench.open({ limits: { checkpointEveryLines: 2 } });
    for (const id of ['front', 'back', 'side']) await runtime.begin('door', id, { minutes: 5 }, bot);
    await runtime.send('back', { type: 'open' }, bot);
    const { cases, end } = await readStanding(bench.folder);
    expect([...cases.keys()].toSorted()).toEqual(['back', 'front', 'side']);
    expect(cases.get('front')).toMatchObject({ state: 'shut', timers: [{ id: expect.any(String) }, { id: expect.any(String) }] });
    expect(end).toMatchObject(runtime.head());
    await bench.clear();
  });

  it('shows nothing where there is nothing', async () => {
    const bench = workbench();
    expect(await readStanding(bench.folder)).toMatchObject({ end: { seq: 0 }, cases: new Map() });
    await bench.clear();
  });
});
