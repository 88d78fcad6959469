import { getNextTransitions, type AnyMachineSnapshot, type StateValue } from 'xstate';
import type { Flow } from './port.ts';

/** What a stored case needs of its flow. */
export interface StoredShape {
  readonly state: unknown;
  readonly context: unknown;
  readonly timers: readonly { readonly event: string }[];
  readonly commands: readonly { readonly name: string }[];
}

/**
 * Why a case that was stored under this flow could not go on in it: its state is gone, a timer would match nothing, or a
 * command has no meaning any more. XState says nothing of a timer that matches nothing, and such a case would never end.
 */
export function misfits(flow: Flow, stored: StoredShape): readonly string[] {
  const unknown = stored.commands.flatMap(({ name }) =>
    Object.hasOwn(flow.commands, name) ? [] : [`the command ${name} is gone`],
  );
  if (stored.state === null) return unknown;
  let snapshot: AnyMachineSnapshot;
  try {
    snapshot = flow.machine.resolveState({ value: stored.state as StateValue, context: stored.context });
  } catch {
    return [`the state ${JSON.stringify(stored.state)} is gone`, ...unknown];
  }
  const listed = new Set(getNextTransitions(snapshot).map(({ eventType }) => eventType));
  const deaf = stored.timers.flatMap(({ event }) => (listed.has(event) ? [] : [`the timer ${event} would match nothing`]));
  return [...deaf, ...unknown];
}
