import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { AppError } from '../access/core/app-error.ts';
import type { Flow } from './port.ts';

/** What of XState is data: context, an event to itself, a timer removed. Everything else would be lost on a restart. */
const PURE_BUILTINS = new Set(['xstate.assign', 'xstate.raise', 'xstate.cancel']);

/**
 * Refuses a flow that the runtime could not carry over a restart: actors, effects that are no declared commands, delays that
 * are not declared, history.
 * @throws {AppError} `flow.impure` with every problem
 */
export function checkFlow(flow: Flow): void {
  const problems = [
    ...identity(flow.machine),
    ...declared(flow),
    ...nodesOf(flow.machine.root).flatMap((node) => nodeProblems(node, flow)),
  ];
  if (problems.length > 0)
    throw new AppError('flow.impure', `flow ${flow.machine.id} cannot be made durable: ${[...new Set(problems)].join('; ')}`, {
      hint: 'A flow is pure data: name effects in setup({ actions }) and in commands, and delays in setup({ delays }).',
    });
}

export function nodesOf(node: AnyStateNode): readonly AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)];
}

function identity(machine: AnyStateMachine): string[] {
  return [
    ...(typeof machine.version === 'string' ? [] : ['it has no version']),
    ...(/^[A-Za-z][A-Za-z0-9-]*$/.test(machine.id) ? [] : ['its id is missing or has unusual letters']),
  ];
}

function declared({ machine, commands }: Flow): string[] {
  const { actions, delays } = implementationsOf(machine);
  return [
    ...Object.keys(commands).flatMap((name) =>
      isPlain(actions[name]) ? [] : [`command ${name} is no plain action of the machine`],
    ),
    ...Object.entries(actions).flatMap(([name, action]) => {
      if (isPlain(action)) return Object.hasOwn(commands, name) ? [] : [`action ${name} is not declared as a command`];
      return isPureBuiltin(action) ? [] : [`action ${name} is not a command, an assign or a raise`];
    }),
    ...Object.entries(delays).flatMap(([name, delay]) =>
      typeof delay === 'function' || (typeof delay === 'number' && Number.isFinite(delay))
        ? []
        : [`delay ${name} is not a finite number`],
    ),
  ];
}

function nodeProblems(node: AnyStateNode, flow: Flow): string[] {
  const { delays } = implementationsOf(flow.machine);
  const where = node.id;
  const transitions = [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
  const actions = [
    ...node.entry,
    ...node.exit,
    ...transitions.flatMap((one) => one.actions),
    ...(node.type === 'compound' ? node.initial.actions : []),
  ];
  return [
    ...(node.invoke.length > 0 ? [`${where} invokes an actor`] : []),
    ...(node.type === 'history' ? [`${where} is a history state`] : []),
    ...actions.flatMap((action: unknown) => actionProblem(action, where, flow)),
    ...transitions.flatMap((one) => guardProblem(one.guard, where, flow.machine)),
    ...Object.keys(node.config.after ?? {}).flatMap((delay) =>
      Object.hasOwn(delays, delay) || Number.isFinite(Number(delay))
        ? []
        : [`${where} waits for ${delay}, which is no declared delay`],
    ),
  ];
}

function actionProblem(action: unknown, where: string, { machine }: Flow): string[] {
  if (typeof action === 'function') return isPureBuiltin(action) ? [] : [`${where} has an inline action`];
  const name = nameOf(action);
  return Object.hasOwn(implementationsOf(machine).actions, name)
    ? []
    : [`${where} names the action ${name}, which is not declared`];
}

function guardProblem(guard: unknown, where: string, machine: AnyStateMachine): string[] {
  if (guard === undefined || typeof guard === 'function') return [];
  const name = nameOf(guard);
  return Object.hasOwn(machine.implementations.guards ?? {}, name)
    ? []
    : [`${where} names the guard ${name}, which is not declared`];
}

function nameOf(reference: unknown): string {
  if (typeof reference === 'object' && reference !== null && 'type' in reference) return String(reference.type);
  return String(reference);
}

function implementationsOf(machine: AnyStateMachine): {
  readonly actions: Readonly<Record<string, unknown>>;
  readonly delays: Readonly<Record<string, unknown>>;
} {
  return { actions: { ...machine.implementations.actions }, delays: { ...machine.implementations.delays } };
}

const builtinType = (action: unknown): unknown => (typeof action === 'function' && 'type' in action ? action.type : undefined);
const isPlain = (action: unknown): boolean => typeof action === 'function' && builtinType(action) === undefined;
const isPureBuiltin = (action: unknown): boolean => PURE_BUILTINS.has(String(builtinType(action)));
