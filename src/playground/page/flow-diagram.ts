import { graphlib, layout } from '@dagrejs/dagre';
import type { AnyStateMachine, AnyStateNode } from 'xstate';

/** A flow as a picture: laid out from the machine itself, so that it cannot show another flow than the one that runs. */
export interface FlowDiagram {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly DiagramNode[];
  readonly edges: readonly DiagramEdge[];
}

export interface DiagramNode {
  /** The state's path, e.g. `taking.due`. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly kind: 'initial' | 'final' | 'state';
  /** Middle of the box. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface DiagramEdge {
  readonly from: string;
  readonly to: string;
  /** What happens, in words, e.g. `decided`, `after approval window`. */
  readonly labels: readonly string[];
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const NODE_HEIGHT = 30;
const MARGIN = 8;
/** Enough for the 12 px labels of the page; measured there, not guessed per font. */
const CHAR_WIDTH = 6.6;

export function flowDiagram(machine: AnyStateMachine): FlowDiagram {
  const graph = new graphlib.Graph<{ nodes: DiagramNode }>();
  graph.setGraph({ rankdir: 'TB', nodesep: 14, ranksep: 30, edgesep: 4 });
  graph.setDefaultEdgeLabel(() => ({}));
  const states = leavesOf(machine.root);
  for (const state of states) {
    const label = wordsOf(pathOf(state));
    graph.setNode(pathOf(state), { width: Math.max(64, label.length * CHAR_WIDTH + 20), height: NODE_HEIGHT });
  }
  const edges = new Map<string, { from: string; to: string; labels: Set<string> }>();
  for (const state of states) {
    for (const { label, target } of leavings(state)) {
      const from = pathOf(state);
      const to = pathOf(landing(target));
      if (from === to) continue;
      const key = `${from}>${to}`;
      const edge = edges.get(key) ?? { from, to, labels: new Set<string>() };
      edge.labels.add(label);
      edges.set(key, edge);
    }
  }
  const backbone = longestWay(pathOf(landing(machine.root)), [...edges.values()]);
  for (const [key, { from, to }] of edges) graph.setEdge(from, to, { weight: backbone.has(key) ? BACKBONE_WEIGHT : 1 });
  layout(graph);
  const nodes = states.map((state): DiagramNode => {
    const { x, y, width, height } = graph.node(pathOf(state));
    const kind = state.type === 'final' ? 'final' : landing(machine.root) === state ? 'initial' : 'state';
    return { id: pathOf(state), label: wordsOf(pathOf(state)), description: state.description ?? '', kind, x, y, width, height };
  });
  const drawn = [...edges.values()].map(({ from, to, labels }) => ({
    from,
    to,
    labels: [...labels],
    points: graph.edge(from, to).points ?? [],
  }));
  return { id: machine.id, ...framed(nodes, drawn) };
}

/** Moves everything so that nothing is cut off: the layout's own size leaves out edges that run around the outside. */
function framed(nodes: readonly DiagramNode[], edges: readonly DiagramEdge[]): Omit<FlowDiagram, 'id'> {
  const xs = [
    ...nodes.flatMap(({ x, width }) => [x - width / 2, x + width / 2]),
    ...edges.flatMap(({ points }) => points.map(({ x }) => x)),
  ];
  const ys = [
    ...nodes.flatMap(({ y, height }) => [y - height / 2, y + height / 2]),
    ...edges.flatMap(({ points }) => points.map(({ y }) => y)),
  ];
  const [left, top] = [Math.min(...xs) - MARGIN, Math.min(...ys) - MARGIN];
  const moved = <P extends { readonly x: number; readonly y: number }>(point: P): P => ({
    ...point,
    x: point.x - left,
    y: point.y - top,
  });
  return {
    width: Math.ceil(Math.max(...xs) - left + MARGIN),
    height: Math.ceil(Math.max(...ys) - top + MARGIN),
    nodes: nodes.map(moved),
    edges: edges.map((edge) => ({ ...edge, points: edge.points.map(moved) })),
  };
}

/** Straight lines are kept for the longest way through the flow; the rest bends around it. */
const BACKBONE_WEIGHT = 8;

/** Keys of the edges of the longest way without a loop. Flows have a dozen states, so trying them all is cheap. */
function longestWay(from: string, edges: readonly { readonly from: string; readonly to: string }[]): ReadonlySet<string> {
  let best: readonly string[] = [];
  const walk = (state: string, way: readonly string[], been: ReadonlySet<string>): void => {
    if (way.length > best.length) best = way;
    for (const edge of edges) {
      if (edge.from === state && !been.has(edge.to))
        walk(edge.to, [...way, `${edge.from}>${edge.to}`], new Set([...been, edge.to]));
    }
  };
  walk(from, [], new Set([from]));
  return new Set(best);
}

/** XState's state value as the path of the lit leaf: `{taking: 'due'}` is `taking.due`. */
export function litState(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  const [entry] = Object.entries(value);
  if (entry === undefined) return '';
  const below = litState(entry[1]);
  return below === '' ? entry[0] : `${entry[0]}.${below}`;
}

/** `waitingForApproval` is `Waiting for approval`; a nested state says its own name only. */
export function wordsOf(name: string): string {
  const own = name.split('.').at(-1) ?? name;
  const words = own.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`).trim();
  const parent = name.includes('.') ? `${wordsOf(name.split('.').slice(0, -1).join('.'))}: ` : '';
  return parent === '' ? words.charAt(0).toUpperCase() + words.slice(1) : parent + words;
}

function leavesOf(node: AnyStateNode): readonly AnyStateNode[] {
  const children = Object.values(node.states);
  return children.length === 0 ? [node] : children.flatMap(leavesOf);
}

function landing(node: AnyStateNode): AnyStateNode {
  const [first] = node.initial?.target ?? [];
  return first === undefined ? node : landing(first);
}

function pathOf(node: AnyStateNode): string {
  return node.path.join('.');
}

/** Every way out of a state, its own and those of the states around it. */
function leavings(state: AnyStateNode): readonly { readonly label: string; readonly target: AnyStateNode }[] {
  const around = state.parent === undefined ? [] : leavings(state.parent);
  const own = [...state.transitions.values(), state.always ?? []]
    .flat()
    .flatMap((transition) =>
      (transition.target ?? []).map((target: AnyStateNode) => ({ label: eventWords(transition.eventType), target })),
    );
  return [...own, ...around];
}

function eventWords(type: string): string {
  if (type === '') return 'at once';
  const after = /^xstate\.after\.([^.]+)\./.exec(type);
  if (after?.[1] !== undefined) return `after ${wordsOf(after[1]).toLowerCase()}`;
  return type.startsWith('xstate.') ? 'at once' : type.replace(/^[a-z]+\./, (prefix) => `${prefix.slice(0, -1)}: `);
}
