import { getShortestPaths, type StatePath } from '@xstate/graph';
import { getNextTransitions, initialTransition, transition, type AnyMachineSnapshot, type EventObject } from 'xstate';
import { nodesOf } from '../../../src/durable/flow-check.ts';
import { START } from '../../durable/support/durable-world.ts';
import type { FlowModel } from './flow-models.ts';

const AT = new Date(START).toISOString();

/** A way to a state of a flow: what is told to it, from which input on. */
export interface Way {
  readonly input: Readonly<Record<string, unknown>>;
  readonly events: readonly EventObject[];
  readonly snapshot: AnyMachineSnapshot;
}

export interface Edge {
  readonly from: string;
  readonly event: EventObject;
  readonly to: string;
}

/** Which state, whatever the context says. */
export const stateKey = (snapshot: AnyMachineSnapshot): string => JSON.stringify(snapshot.value);

/** Only those of the leaves that a case can rest in: not the ones it passes through at once. */
export function restingStates(model: FlowModel): readonly string[] {
  return nodesOf(model.flow.machine.root)
    .filter((node) => Object.keys(node.states).length === 0 && (node.always ?? []).every(({ guard }) => guard !== undefined))
    .map((node) => JSON.stringify(valueOf(node.path)));
}

function valueOf(path: readonly string[]): unknown {
  const [first, ...rest] = path;
  return first === undefined ? {} : rest.length === 0 ? first : { [first]: valueOf(rest) };
}

/** Events that a timer of this state would deliver. */
export function timerEvents(snapshot: AnyMachineSnapshot): readonly EventObject[] {
  const types = getNextTransitions(snapshot).map(({ eventType }) => eventType);
  return types.filter((type) => type.startsWith('xstate.after.')).map((type) => ({ type }));
}

/** The shortest way to every state that can be reached. */
export function waysTo(model: FlowModel): ReadonlyMap<string, Way> {
  const ways = new Map<string, Way>();
  for (const input of model.inputs) {
    const paths: readonly StatePath<AnyMachineSnapshot, EventObject>[] = getShortestPaths(model.flow.machine, {
      input: { ...input, at: AT },
      serializeState: (snapshot: AnyMachineSnapshot) => stateKey(snapshot) as never,
      events: (snapshot: AnyMachineSnapshot) =>
        [...model.events, ...timerEvents(snapshot)].map((event) => ({ ...event, at: AT })),
    });
    for (const { state, steps } of paths) {
      const events = steps.map(({ event }) => event).filter(({ type }) => type !== 'xstate.init');
      const known = ways.get(stateKey(state));
      if (known === undefined || known.events.length > events.length)
        ways.set(stateKey(state), { input, events, snapshot: state });
    }
  }
  return ways;
}

/** Everything that can happen in a state, and where it leads. */
export function edgesFrom(model: FlowModel, way: Way): readonly Edge[] {
  if (way.snapshot.status !== 'active') return [];
  return [...model.events, ...timerEvents(way.snapshot)].map((event) => {
    const [next] = transition(model.flow.machine, way.snapshot, { ...event, at: AT });
    return { from: stateKey(way.snapshot), event, to: stateKey(next) };
  });
}

/** Where a flow stands after some events, without any runtime. */
export function purely(model: FlowModel, input: Way['input'], events: readonly EventObject[]): AnyMachineSnapshot {
  let [snapshot]: [AnyMachineSnapshot, ...unknown[]] = initialTransition(model.flow.machine, { ...input, at: AT });
  for (const event of events) [snapshot] = transition(model.flow.machine, snapshot, { ...event, at: AT });
  return snapshot;
}
