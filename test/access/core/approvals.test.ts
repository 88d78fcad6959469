import { describe, expect, it } from '@jest/globals';
import { countedApprovals, currentStage, type Needs, stillMissing } from '../../../src/access/core/approvals.ts';

const person = (digit: number) => ({
  tenantId: '5c0ffee0-1111-4222-8333-444455556666',
  objectId: `0b7ec700-0000-4000-8000-00000000000${digit}`,
});
const [ANNA, ABEL, GINA] = [person(2), person(3), person(4)];
const approve = (approver: typeof ANNA, stage = 0) => ({ decision: 'approve', approver, stage }) as const;
const deny = (approver: typeof ANNA, stage = 0) => ({ decision: 'deny', approver, stage }) as const;
const capitals = { ...ANNA, objectId: ANNA.objectId.toUpperCase() };

type Row = [string, number[], Parameters<typeof currentStage>[1], number | undefined, number];
const rows: Row[] = [
  ['nobody has to', [], [], undefined, 0],
  ['nobody has yet', [1], [], 0, 1],
  ['one of one', [1], [approve(ANNA)], undefined, 0],
  ['one of two', [2], [approve(ANNA)], 0, 1],
  ['two of two', [2], [approve(ANNA), approve(ABEL)], undefined, 0],
  ['the same person twice', [2], [approve(ANNA), approve(ANNA)], 0, 1],
  ['the same person in capitals', [2], [approve(ANNA), approve(capitals)], 0, 1],
  ['a denial', [1], [deny(ANNA)], 0, 1],
  ['the first stage', [1, 2], [approve(ANNA)], 1, 2],
  ['the first stage, and its approver again in the second', [1, 1], [approve(ANNA), approve(ANNA, 1)], 1, 1],
  ['both stages', [1, 1], [approve(ANNA), approve(ABEL, 1)], undefined, 0],
  ['the second stage before the first', [1, 1], [approve(ABEL, 1)], 0, 1],
  ['more than enough in the first', [1, 1], [approve(ANNA), approve(ABEL)], 1, 1],
];

describe('approvals', () => {
  it.each(rows)('%s', (_name, stages, decisions, stage, missing) => {
    const needs: Needs = { stages, assurance: 'signed', requesterSigns: false };
    expect(currentStage(needs, decisions)).toBe(stage);
    expect(stillMissing(needs, decisions)).toBe(missing);
  });

  it('count the first of each person, in the order in which they came', () => {
    const all = [approve(ANNA), deny(GINA), approve(ABEL, 1), approve(ANNA, 1)];
    expect(countedApprovals(all)).toEqual([approve(ANNA), approve(ABEL, 1)]);
  });
});
