import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { nodesOf } from './flow-check.ts';

/** A page that shows a flow to its readers: the diagram, and what each state means. */
export function flowPage(machine: AnyStateMachine, source: string): string {
  const states = nodesOf(machine.root).filter((node) => node !== machine.root);
  return [
    `# ${machine.id}, version ${machine.version ?? ''}`,
    '',
    `Drawn from \`${source}\` by \`npm run docs:flows\`. What a state lists without doing anything is left out.`,
    '',
    '```mermaid',
    'stateDiagram-v2',
    ...childrenLines(machine.root, '  '),
    '```',
    '',
    '| state | means | on entry |',
    '|---|---|---|',
    ...states.map((node) => `| ${nameOf(node)} | ${node.description ?? ''} | ${actionNames(node.entry).join(', ')} |`),
    '',
  ].join('\n');
}

function childrenLines(node: AnyStateNode, indent: string): readonly string[] {
  const children = Object.values(node.states);
  const initial = node.config.initial;
  const first = typeof initial === 'string' ? children.find(({ key }) => key === initial) : undefined;
  return [
    ...(first === undefined ? [] : [`${indent}[*] --> ${idOf(first)}`]),
    ...children.flatMap((child) => stateLines(child, indent)),
  ];
}

function stateLines(node: AnyStateNode, indent: string): readonly string[] {
  const inner = childrenLines(node, `${indent}  `);
  const transitions = [...(node.always ?? []), ...[...node.transitions.values()].flat()];
  return [
    ...(inner.length === 0
      ? [`${indent}state "${node.key}" as ${idOf(node)}`]
      : [`${indent}state "${node.key}" as ${idOf(node)} {`, ...inner, `${indent}}`]),
    ...transitions.flatMap((one) => transitionLines(node, one, indent)),
    ...(node.type === 'final' ? [`${indent}${idOf(node)} --> [*]`] : []),
  ];
}

/** `{}` in `on` is a decision that nothing happens: an arrow to itself for each would hide the ones that matter. */
function transitionLines(node: AnyStateNode, transition: AnyTransitionDefinition, indent: string): readonly string[] {
  const actions = actionNames(transition.actions);
  const target = transition.target?.[0];
  if (target === undefined && actions.length === 0) return [];
  const guard = guardName(transition.guard);
  const label = [
    eventName(transition.eventType),
    ...(guard === '' ? [] : [`[${guard}]`]),
    ...(actions.length === 0 ? [] : [`/ ${actions.join(', ')}`]),
  ];
  const text = label.filter((part) => part !== '').join(' ');
  return [`${indent}${idOf(node)} --> ${idOf(target ?? node)}${text === '' ? '' : `: ${text}`}`];
}

/** `xstate.after.untilEnd.grant.active` is "after untilEnd" to a reader; an `always` has no event. */
function eventName(type: string): string {
  const after = /^xstate\.after\.([^.]+)\./.exec(type)?.[1];
  return after === undefined ? type : `after ${after}`;
}

function actionNames(actions: readonly unknown[]): readonly string[] {
  return actions.flatMap((action) => {
    if (typeof action === 'string') return [action];
    return typeof action === 'object' && action !== null && 'type' in action ? [String(action.type)] : [];
  });
}

function guardName(guard: unknown): string {
  if (typeof guard === 'string') return guard;
  return typeof guard === 'object' && guard !== null && 'type' in guard ? String(guard.type) : '';
}

const idOf = (node: AnyStateNode): string => node.path.join('_');
const nameOf = (node: AnyStateNode): string => node.path.join('.');
