import { describe, expect, it } from '@jest/globals';
import {
  rootUserAccessAdministrators,
  type RootAssignmentFact,
} from '../../src/posture/checks/root-user-access-administrator.ts';

const UAA = '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9';
const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
const GINA = '0b7ec700-0000-4000-8000-000000000004';
const name = (digit: number) => `d0000000-0000-4000-8000-00000000000${digit}`;
const fact = (digit: number, more: Partial<RootAssignmentFact> = {}): RootAssignmentFact => ({
  name: name(digit),
  principalId: GINA,
  principalType: 'User',
  roleId: UAA,
  ...more,
});

describe('root access', () => {
  it('is found by either source, once', () => {
    const found = rootUserAccessAdministrators([fact(1), fact(2)], [fact(2), fact(3)]);
    expect(found.map(({ subjectId, detail }) => [subjectId, detail.sources])).toEqual([
      [name(1), ['list']],
      [name(2), ['list', 'resource-graph']],
      [name(3), ['resource-graph']],
    ]);
  });

  it('is not any other role at the root', () => {
    expect(rootUserAccessAdministrators([fact(1, { roleId: READER })], [])).toEqual([]);
  });

  it.each([
    ['themselves', { createdBy: GINA }, { given: 'by-themselves' }],
    ['another', { createdBy: name(9) }, { given: 'by-another', givenById: name(9) }],
    ['nobody that Azure names', {}, { given: 'not-told' }],
  ])('says when it was given by %s', (_, more, expected) => {
    expect(rootUserAccessAdministrators([fact(1, more)], [])[0]?.detail).toMatchObject(expected);
  });
});
