import type { RootAccessDetail } from '../finding-detail.ts';
import type { Sighting } from '../sighting.ts';

/** Lets its holder give themselves any role anywhere in Azure. Source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const USER_ACCESS_ADMINISTRATOR_ID = '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9';

export interface RootAssignmentFact {
  readonly name: string;
  readonly principalId: string;
  readonly principalType: string;
  readonly roleId: string;
  readonly createdOn?: string;
  readonly createdBy?: string;
}

/**
 * Who holds User Access Administrator at `/`, by either source: one assignment is one finding. What only one of them tells counts,
 * since Resource Graph lags behind and the list may be filtered.
 */
export function rootUserAccessAdministrators(
  byList: readonly RootAssignmentFact[],
  byResourceGraph: readonly RootAssignmentFact[],
): Sighting<RootAccessDetail>[] {
  const ofRole = (facts: readonly RootAssignmentFact[]) =>
    new Map(facts.filter(({ roleId }) => roleId === USER_ACCESS_ADMINISTRATOR_ID).map((fact) => [fact.name, fact]));
  const list = ofRole(byList);
  const resourceGraph = ofRole(byResourceGraph);
  return [...new Map([...resourceGraph, ...list]).values()]
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((fact) => ({
      subjectId: fact.name,
      rung: 1,
      raise: true,
      detail: {
        check: 'root-user-access-administrator',
        assignmentName: fact.name,
        principalId: fact.principalId,
        principalType: fact.principalType,
        ...(fact.createdOn === undefined ? {} : { since: fact.createdOn }),
        ...given(fact),
        sources: [
          ...(list.has(fact.name) ? (['list'] as const) : []),
          ...(resourceGraph.has(fact.name) ? (['resource-graph'] as const) : []),
        ],
      },
    }));
}

/** "Elevate access" makes the assignment in the name of the one who pressed the switch. */
function given({ createdBy, principalId }: RootAssignmentFact): Pick<RootAccessDetail, 'given' | 'givenById'> {
  if (createdBy === undefined) return { given: 'not-told' };
  return createdBy === principalId ? { given: 'by-themselves' } : { given: 'by-another', givenById: createdBy };
}
