/** The two ways that a role assignment changes, which a condition can bind. */
export type BoundAction = 'Microsoft.Authorization/roleAssignments/write' | 'Microsoft.Authorization/roleAssignments/delete';

const CLAUSE =
  /^\(\(!\(ActionMatches\{'(?<action>Microsoft\.Authorization\/roleAssignments\/(?:write|delete))'\}\)\)OR\((?<source>@Request|@Resource)\[Microsoft\.Authorization\/roleAssignments:RoleDefinitionId\](?<operator>ForAnyOfAllValues:GuidNotEquals|ForAnyOfAnyValues:GuidEquals)\{(?<ids>[0-9a-f,-]+)\}\)\)$/i;

/**
 * Does an ABAC condition let its holder do this with this role? Known are clauses about the role, as Microsoft's templates for delegation write
 * them, joined by AND; what else a condition says is not understood here, and lets nothing be done.
 * Source: https://learn.microsoft.com/azure/role-based-access-control/delegate-role-assignments-examples
 */
export function lets(condition: string | null, action: BoundAction, roleId: string): boolean {
  if (condition === null) return true;
  const clauses = condition.replaceAll(/\s+/g, '').split(/(?<=\}\)\))AND(?=\(\(!)/i);
  return clauses.every((clause) => {
    const found = CLAUSE.exec(clause)?.groups;
    if (found === undefined) return false;
    if (found['action']?.toLowerCase() !== action.toLowerCase()) return true;
    // What is asked for is in the request, what is removed in the resource: the wrong one is empty, and nothing is fulfilled.
    const source = action.endsWith('/write') ? '@request' : '@resource';
    if (found['source']?.toLowerCase() !== source) return false;
    const isNamed = (found['ids'] ?? '').toLowerCase().split(',').includes(roleId.toLowerCase());
    return found['operator']?.endsWith('GuidEquals') === true ? isNamed : !isNamed;
  });
}
