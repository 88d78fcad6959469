import type { PerimeterConfig } from '../perimeter/perimeter-config.ts';
import { word } from './perimeter-setup-commands.ts';

const WRITE = 'Microsoft.Authorization/roleAssignments/write';
const DELETE = 'Microsoft.Authorization/roleAssignments/delete';

/**
 * The role that lets the perimeter give and take Azure roles, an assignment a scope: with a condition that names the very roles of the file, for
 * giving and for taking. Without the second clause it could take away anything.
 * @see https://learn.microsoft.com/azure/role-based-access-control/delegate-role-assignments-overview
 */
export function assignAzureRoles({ entitlements }: PerimeterConfig, principal: string): readonly string[] {
  const scopes = new Map<string, Set<string>>();
  for (const { azureRole } of entitlements) {
    if (azureRole === undefined) continue;
    const { scope: fixed, scopePattern = '' } = azureRole;
    const scope = fixed === undefined ? above(scopePattern) : word(fixed);
    scopes.set(scope, (scopes.get(scope) ?? new Set()).add(azureRole.roleDefinitionId.toLowerCase()));
  }
  return [...scopes].map(
    ([scope, roles]) =>
      `az role assignment create --assignee-object-id ${principal} --assignee-principal-type ServicePrincipal --role 'Role Based Access Control Administrator' --scope ${scope} --condition-version 2.0 --condition ${word(conditionOf([...roles]))}`,
  );
}

function conditionOf(roles: readonly string[]): string {
  const clause = (action: string, where: string) =>
    `((!(ActionMatches{'${action}'})) OR (@${where}[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${roles.join(', ')}}))`;
  return `${clause(WRITE, 'Request')} AND ${clause(DELETE, 'Resource')}`;
}

/** The narrowest scope that holds everything that fits the pattern; a place to fill in where that would be the whole tenant. */
function above(pattern: string): string {
  const fixed = pattern.slice(0, pattern.indexOf('*') - 1);
  const parents = [
    /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+/i,
    /^\/subscriptions\/[^/]+/i,
    /^\/providers\/Microsoft\.Management\/managementGroups\/[^/]+/i,
  ];
  const scope = parents.map((parent) => parent.exec(fixed)?.[0]).find((found) => found !== undefined);
  return scope === undefined ? '"$SCOPE"' : word(scope);
}
