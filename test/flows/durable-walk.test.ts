import { describe, expect, it } from '@jest/globals';
import type { EventObject } from 'xstate';
import type { CaseView, Runtime } from '../../src/durable/port.ts';
import { bot, idle, MINUTE, workbench, type VirtualClock } from '../durable/support/durable-world.ts';
import { edgesFrom, purely, waysTo, type Way } from './support/explore.ts';
import { flowModels, type FlowModel } from './support/flow-models.ts';

interface Walk {
  readonly input: Way['input'];
  readonly events: readonly EventObject[];
}

/** One walk for each event that leads away from a state, and one for all that leave it where it is. */
function walksOf(model: FlowModel): readonly Walk[] {
  return [...waysTo(model).values()].flatMap((way) => {
    const edges = edgesFrom(model, way);
    const staying = edges.filter(({ from, to }) => from === to).map(({ event }) => event);
    const leaving = edges.filter(({ from, to }) => from !== to).map(({ event }) => [...way.events, event]);
    const walks = [[...way.events, ...staying], ...leaving];
    return walks.map((events) => ({ input: way.input, events }));
  });
}

/**
 * Walks side by side, one case each, and every event lands in a process of its own. A timer is brought about by the clock,
 * never told; since the clock runs for all, walks with timers go alone.
 */
async function walk(model: FlowModel, walks: readonly Walk[]): Promise<readonly (CaseView | undefined)[]> {
  const bench = workbench();
  const inNewProcess = async <T>(work: (runtime: Runtime) => Promise<T> | T): Promise<T> => {
    const runtime = await bench.open({ flows: [model.flow] });
    try {
      return await work(runtime);
    } finally {
      await runtime.close();
    }
  };
  const each = (work: (one: Walk, caseId: string) => unknown) =>
    Promise.all(walks.map((one, index) => work(one, `case${index}`)));
  try {
    await inNewProcess((runtime) => each(({ input }, caseId) => runtime.begin(model.flow.machine.id, caseId, input, bot)));
    for (let step = 0; step < Math.max(...walks.map(({ events }) => events.length)); step++)
      await inNewProcess((runtime) =>
        each(({ events }, caseId) => {
          const event = events[step];
          if (event === undefined) return undefined;
          if (isTimer(event)) return timePasses(model, runtime, bench.clock, event.type);
          return runtime.send(caseId, { ...event }, bot);
        }),
      );
    return await inNewProcess((runtime) => walks.map((_, index) => runtime.read(`case${index}`)));
  } finally {
    await bench.clear();
  }
}

const isTimer = ({ type }: EventObject): boolean => type.startsWith('xstate.after.');
const PATIENCE_MS = 5 * 60 * MINUTE;

/** Lets the clock run until that timer was delivered. */
async function timePasses(model: FlowModel, runtime: Runtime, clock: VirtualClock, timer: string): Promise<void> {
  const delivered: string[] = [];
  runtime.onCommit(({ events }) => delivered.push(...events.map(({ type }) => type)));
  runtime.run(Object.fromEntries(Object.keys(model.flow.commands).map((name) => [name, idle])));
  for (const until = clock.now() + PATIENCE_MS; !delivered.includes(timer); ) {
    if (clock.now() > until) throw new Error(`${timer} was never delivered`);
    clock.advance(MINUTE);
    // Behind whatever the clock has just set off in this case.
    await runtime.link('case0', { key: 'waited', value: 1 });
  }
}

describe.each(flowModels)('the flow $name', (model) => {
  const [alone, together] = [true, false].map((hasTimer) =>
    walksOf(model).filter(({ events }) => events.some(isTimer) === hasTimer),
  );

  it('comes through the durable runtime as it does by itself, with a new process after every step', async () => {
    for (const walks of [together ?? [], ...(alone ?? []).map((one) => [one])]) {
      const views = await walk(model, walks);
      walks.forEach(({ input, events }, index) => {
        const expected = purely(model, input, events);
        const told = events.map(({ type }) => type);
        expect({ told, state: views[index]?.state, done: views[index]?.status === 'done' }).toEqual({
          told,
          state: expected.value,
          done: expected.status === 'done',
        });
      });
    }
  }, 120_000);
});
