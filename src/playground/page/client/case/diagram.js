import { html } from 'html';

/** The flow as the machine defines it. The lit state is also said in words, so that colour is never the only sign. */
export function Diagram({ diagram, lit, visited }) {
  const been = new Set(visited);
  const path = new Set(visited.slice(1).map((state, index) => `${visited[index]}>${state}`));
  const litNode = diagram.nodes.find((node) => node.id === lit);
  return html`<figure class="diagram">
    <svg style=${{ maxWidth: `${Math.round(diagram.width * 1.15)}px` }} viewBox=${`0 0 ${diagram.width} ${diagram.height}`} role="img" aria-label=${`Flow ${diagram.id}: ${litNode ? `now ${litNode.label}` : 'not begun'}. States: ${diagram.nodes.map((node) => node.label).join(', ')}.`}>
      <defs>${['quiet', 'walked'].map((kind) => html`<marker key=${kind} id=${`tip-${kind}`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6.5" markerHeight="6.5" orient="auto-start-reverse" class=${`tip tip-${kind}`}><path d="M0.5 0.8L7.5 4 0.5 7.2z" /></marker>`)}</defs>
      ${sorted(diagram.edges, path).map((edge) => html`<${Edge} key=${`${edge.from}>${edge.to}`} edge=${edge} walked=${path.has(`${edge.from}>${edge.to}`)} />`)}
      ${diagram.nodes.map((node) => html`<${Node} key=${node.id} node=${node} lit=${node.id === lit} been=${been.has(node.id)} />`)}
    </svg>
    ${litNode?.description && html`<figcaption><strong>${litNode.label}.</strong> ${litNode.description}</figcaption>`}
  </figure>`;
}

/** Walked edges are drawn last, on top. */
const sorted = (edges, path) =>
  [...edges].sort((a, b) => Number(path.has(`${a.from}>${a.to}`)) - Number(path.has(`${b.from}>${b.to}`)));

function Edge({ edge, walked }) {
  return html`<g class=${`edge ${walked ? 'edge-walked' : ''}`}>
    <path d=${curve(edge.points)} marker-end=${`url(#tip-${walked ? 'walked' : 'quiet'})`}><title>${`${edge.from} → ${edge.to}: ${edge.labels.join(' or ')}`}</title></path>
  </g>`;
}

function Node({ node, lit, been }) {
  const { x, y, width, height } = node;
  const rounding = node.kind === 'final' ? height / 2 : 7;
  return html`<g class=${`node node-${node.kind} ${been ? 'node-been' : ''} ${lit ? 'node-lit' : ''}`}>
    <title>${`${node.label}${lit ? ' (now)' : been ? ' (was here)' : ''}${node.description ? `: ${node.description}` : ''}`}</title>
    <rect x=${x - width / 2} y=${y - height / 2} width=${width} height=${height} rx=${rounding} />
    <text x=${x} y=${y + 4.2} text-anchor="middle">${node.label}</text>
  </g>`;
}

/** Through the points that the layout chose, with rounded corners. */
function curve(points) {
  const [first, ...rest] = points;
  if (!first || rest.length === 0) return '';
  let d = `M${first.x},${first.y}`;
  for (let index = 0; index < rest.length - 1; index++) {
    const here = rest[index];
    const next = rest[index + 1];
    d += ` Q${here.x},${here.y} ${(here.x + next.x) / 2},${(here.y + next.y) / 2}`;
  }
  const last = rest.at(-1);
  return `${d} L${last.x},${last.y}`;
}
