import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createMachine } from 'xstate';
import { misfits } from '../../src/durable/flow-fit.ts';
import { restingStates } from '../flows/support/explore.ts';
import { flowModels } from '../flows/support/flow-models.ts';
import { bot, doorFlow, workbench } from './support/durable-world.ts';
import { FIXTURES, fixtureFile, type Fixture } from './support/fixtures.ts';

/** Every version of which a case may still be open. A version that goes takes its file with it, or leaves a migration. */
const flows = new Map(flowModels.map(({ flow }) => [fixtureFile(flow), flow]));
const read = (file: string): readonly Fixture[] => JSON.parse(readFileSync(join(FIXTURES, file), 'utf8'));

describe('cases that are open when Hallpass is updated', () => {
  it('run in flows that are still there', () => {
    expect(readdirSync(FIXTURES).toSorted()).toEqual([...flows.keys()].toSorted());
  });

  it.each([...flows])('go on in %s from every state, with every timer and command that they had', (file, flow) => {
    expect(read(file).flatMap((fixture) => misfits(flow, fixture))).toEqual([]);
  });

  it.each(flowModels)('of $name are stored here once in every state (else run node test/durable/make-fixtures.ts)', (model) => {
    const stored = read(fixtureFile(model.flow)).map(({ state }) => JSON.stringify(state));
    expect(stored.toSorted()).toEqual(restingStates(model).toSorted());
  });

  it('would be noticed if they did not fit', () => {
    const fits = {
      state: 'shut',
      context: { minutes: 5, notes: [] },
      timers: [{ event: 'xstate.after.patience.door.shut' }],
      commands: [{ name: 'ring' }],
    };
    expect(misfits(doorFlow, fits)).toEqual([]);
    expect(misfits(doorFlow, { ...fits, state: 'closed' })).toEqual(['the state "closed" is gone']);
    expect(misfits(doorFlow, { ...fits, timers: [{ event: 'xstate.after.waiting.door.shut' }] })).toEqual([
      'the timer xstate.after.waiting.door.shut would match nothing',
    ]);
    expect(misfits(doorFlow, { ...fits, commands: [{ name: 'toll' }] })).toEqual(['the command toll is gone']);
  });

  it('keep a changed flow of the same version from starting, rather than never ending', async () => {
    const bench = workbench();
    const first = await bench.open();
    await first.begin('door', 'front', { minutes: 5 }, bot);
    await first.close();
    const changed = {
      machine: createMachine({ id: 'door', version: '1', initial: 'closed', states: { closed: {} } }),
      commands: {},
    };
    await expect(bench.open({ flows: [changed] })).rejects.toMatchObject({
      code: 'flow.changed',
      message: expect.stringContaining('the state "shut" is gone'),
    });
    await expect(bench.open()).resolves.toBeDefined();
    await bench.clear();
  });
});
