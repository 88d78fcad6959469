import { initialTransition, transition, type AnyMachineSnapshot, type StateValue } from 'xstate';
import type { Flow, StampedEvent } from './port.ts';
import type { Standing, TimerRow } from './store.ts';

/** A case between two lines: its snapshot and the timers that run. */
export interface Position {
  readonly standing: Standing;
  readonly timers: readonly TimerRow[];
}

export interface Effect {
  readonly name: string;
  readonly params?: unknown;
}

export type Step =
  | {
      readonly kind: 'committed' | 'ignored';
      /** The event led to another snapshot. */
      readonly changed: boolean;
      readonly position: Position;
      readonly effects: readonly Effect[];
    }
  | { readonly kind: 'poisoned'; readonly error: string };

/** The first step of a case: the machine's input is `{...input, at}`. Pure: asks no clock and starts nothing. */
export function firstStep(flow: Flow, input: Readonly<Record<string, unknown>>, at: string): Step {
  return guarded(() => {
    const [snapshot, actions] = initialTransition(flow.machine, { ...input, at });
    return taken(flow, snapshot, actions, [], at, true);
  });
}

/** What the machine makes of one event. Pure. */
export function step(flow: Flow, from: Position, event: StampedEvent): Step {
  if (from.standing.status === 'done' || from.standing.state === null) return unmoved('ignored', from);
  return guarded(() => {
    const { machine } = flow;
    const snapshot: AnyMachineSnapshot = machine.resolveState({
      value: from.standing.state as StateValue,
      context: from.standing.context,
    });
    const [next, actions] = transition(machine, snapshot, event);
    // XState returns the very same snapshot for a transition that only acts, e.g. a reminder: its actions count all the same.
    if (next === snapshot && actions.length === 0)
      return unmoved(machine.getTransitionData(snapshot, event).length > 0 ? 'committed' : 'ignored', from);
    return taken(flow, next, actions, from.timers, event.at, from.standing.status !== 'poisoned');
  });
}

const unmoved = (kind: 'committed' | 'ignored', position: Position): Step => ({ kind, changed: false, position, effects: [] });

function guarded(run: () => Step): Step {
  try {
    return run();
  } catch (error) {
    return { kind: 'poisoned', error: String(error).slice(0, 200) };
  }
}

interface MachineAction {
  readonly type: string;
  readonly params: unknown;
}

function taken(
  flow: Flow,
  snapshot: AnyMachineSnapshot,
  actions: readonly MachineAction[],
  before: readonly TimerRow[],
  at: string,
  sound: boolean,
): Step {
  if (snapshot.status === 'error') throw new Error('the machine ended in an error');
  const timers = new Map(before.map((timer) => [timer.id, timer]));
  const effects: Effect[] = [];
  for (const action of actions) {
    if (action.type === 'xstate.raise') setTimer(timers, action.params as RaiseParams, at);
    else if (action.type === 'xstate.cancel') timers.delete((action.params as { readonly sendId: string }).sendId);
    else if (Object.hasOwn(flow.commands, action.type))
      effects.push({ name: action.type, ...(action.params === undefined ? {} : { params: action.params }) });
    else throw new Error(`the action ${action.type} is not declared as a command`);
  }
  const done = snapshot.status === 'done';
  return {
    kind: 'committed',
    changed: true,
    effects,
    position: {
      standing: standingOf(flow, snapshot, done ? 'done' : sound ? 'active' : 'poisoned'),
      timers: done ? [] : [...timers.values()],
    },
  };
}

interface RaiseParams {
  readonly event: { readonly type: string };
  readonly id: string | undefined;
  readonly delay: number | undefined;
}

/** An immediate raise has been processed already. XState would fire a delay of `undefined` or NaN at once; ours is poison. */
function setTimer(timers: Map<string, TimerRow>, { event, id, delay }: RaiseParams, at: string): void {
  if (delay === undefined && id === undefined) return;
  if (delay === undefined || id === undefined || !Number.isFinite(delay))
    throw new Error(`the delay of ${id ?? event.type} is not a finite number`);
  timers.delete(id);
  timers.set(id, { id, event: event.type, dueAt: new Date(Date.parse(at) + Math.max(0, delay)).toISOString() });
}

/** Through JSON, so that a case behaves the same whether or not the process was restarted in between. */
function standingOf(flow: Flow, snapshot: AnyMachineSnapshot, status: Standing['status']): Standing {
  const { state, context } = JSON.parse(JSON.stringify({ state: snapshot.value, context: snapshot.context })) as {
    readonly state: unknown;
    readonly context: unknown;
  };
  return { status, state, context, columns: flow.columns?.(context, state) ?? {} };
}
