import { describe, expect, it } from '@jest/globals';
import { accessRequest } from '../../../flows/access-request.ts';
import { finding } from '../../../flows/finding.ts';
import { grant } from '../../../flows/grant.ts';
import { flowDiagram, litState, wordsOf } from '../../../src/playground/page/flow-diagram.ts';

describe('the picture of a flow', () => {
  it.each([
    ['accessRequest', accessRequest],
    ['grant', grant],
    ['finding', finding],
  ])('has every state of %s and keeps all of it inside the frame', (_, machine) => {
    const { nodes, edges, width, height } = flowDiagram(machine);
    const leaves = Object.entries(machine.states).flatMap(([name, state]) =>
      Object.keys(state.states).length === 0 ? [name] : Object.keys(state.states).map((inner) => `${name}.${inner}`),
    );
    expect(nodes.map((node) => node.id).toSorted()).toEqual(leaves.toSorted());
    const points = [
      ...edges.flatMap((edge) => edge.points),
      ...nodes.flatMap(({ x, y, width: w, height: h }) => [
        { x: x - w / 2, y: y - h / 2 },
        { x: x + w / 2, y: y + h / 2 },
      ]),
    ];
    for (const { x, y } of points) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(width);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(height);
    }
  });

  it('names what leads from one state to the next', () => {
    const edge = flowDiagram(accessRequest).edges.find(({ from, to }) => from === 'waitingForApproval' && to === 'ending');
    expect(edge?.labels.toSorted()).toEqual(['after approval window', 'withdrawn']);
  });

  it('shows a way out of a state that is inherited from the one around it', () => {
    const edges = flowDiagram(grant).edges.map(({ from, to }) => `${from}>${to}`);
    expect(edges).toContain('taking.overdue>ended');
  });

  it.each([
    ['ended', 'ended'],
    [{ taking: 'due' }, 'taking.due'],
    [undefined, ''],
  ])('lights the state of %j', (value, lit) => expect(litState(value)).toBe(lit));

  it('says names in words', () => {
    expect(wordsOf('waitingForApproval')).toBe('Waiting for approval');
    expect(wordsOf('taking.due')).toBe('Taking: due');
  });
});
