import { describe, expect, it } from '@jest/globals';
import { getNextTransitions } from 'xstate';
import { edgesFrom, restingStates, waysTo } from './support/explore.ts';
import { flowModels } from './support/flow-models.ts';

describe.each(flowModels)('the flow $name', (model) => {
  const ways = waysTo(model);
  const edges = [...ways.values()].flatMap((way) => edgesFrom(model, way));
  const ends = new Set([...ways].filter(([, { snapshot }]) => snapshot.status === 'done').map(([state]) => state));

  it('reaches every one of its states', () => {
    expect([...ways.keys()].toSorted()).toEqual(restingStates(model).toSorted());
  });

  it('has no dead end: every state that is no end can be left', () => {
    const stuck = [...ways.keys()].filter(
      (state) => !ends.has(state) && !edges.some(({ from, to }) => from === state && to !== state),
    );
    expect(stuck).toEqual([]);
  });

  it('comes to an end from every state', () => {
    const ending = new Set(ends);
    for (let grew = true; grew; ) {
      const before = ending.size;
      for (const { from, to } of edges) if (ending.has(to)) ending.add(from);
      grew = ending.size > before;
    }
    expect([...ways.keys()].filter((state) => !ending.has(state))).toEqual([]);
  });

  it('decides on every fact in every state on purpose', () => {
    const forgotten = [...ways].flatMap(([state, { snapshot }]) => {
      if (snapshot.status !== 'active') return [];
      const listed = new Set(getNextTransitions(snapshot).map(({ eventType }) => eventType));
      return model.facts.filter((fact) => !listed.has(fact)).map((fact) => `${state} says nothing of ${fact}`);
    });
    expect(forgotten).toEqual([]);
  });

  it('throws at nothing that it can be told, in no state', () => {
    expect(edges.length).toBeGreaterThanOrEqual((ways.size - ends.size) * model.events.length);
  });
});
