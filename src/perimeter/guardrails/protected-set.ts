import type { GuardedEntitlement, PerimeterConfig } from '../perimeter-config.ts';
import { HARMLESS_DIRECTORY_ROLES, REACH_OF_DIRECTORY_ROLES, READ_ONLY_AZURE_ROLES } from './known-roles.ts';
import { audiencesOf } from '../rules/named-people.ts';

/**
 * How whoever holds this could reach Hallpass, its approvers or the whole tenant, as far as the file alone says; undefined where no way is
 * seen. What is unknown counts as a way. Groups that are role-assignable are found when the directory is asked (group-standing.ts).
 */
export function reachOf({ directoryRole, group, azureRole }: GuardedEntitlement, config: PerimeterConfig): string | undefined {
  if (directoryRole !== undefined) return reachOfDirectoryRole(directoryRole.roleDefinitionId.toLowerCase());
  if (group !== undefined)
    return decidingGroups(config).has(group.groupId.toLowerCase())
      ? 'this file lets members of the group receive or decide'
      : undefined;
  if (azureRole === undefined || READ_ONLY_AZURE_ROLES.has(azureRole.roleDefinitionId.toLowerCase())) return undefined;
  const where = azureRole.scope ?? azureRole.scopePattern ?? '';
  if (config.hostedOn.length === 0)
    return 'the role is not known to write nothing, and hostedOn does not say what must not be written to';
  const touched = config.hostedOn.find((host) => touches(where, host));
  return touched && `the role is not known to write nothing, and there it could write at, above or below ${touched}`;
}

function reachOfDirectoryRole(roleId: string): string | undefined {
  if (HARMLESS_DIRECTORY_ROLES.has(roleId)) return undefined;
  return (
    REACH_OF_DIRECTORY_ROLES.get(roleId) ??
    'the role is not on the list of those that cannot change credentials, groups, applications or Conditional Access'
  );
}

/** Groups whose members receive, decide or break the glass, in lower case. */
export function decidingGroups(config: PerimeterConfig): ReadonlySet<string> {
  return new Set(audiencesOf(config).flatMap(({ audience }) => audience.groups.map((id) => id.toLowerCase())));
}

/** Is one of them the other, or above it? What is below a management group is not in its id: it may be anything. */
function touches(one: string, other: string): boolean {
  const partsOf = (scope: string) => scope.toLowerCase().split('/').slice(1);
  const [a, b] = [partsOf(one), partsOf(other)];
  if (a[0] === 'providers' || b[0] === 'providers') return true;
  const shared = Math.min(a.length, b.length);
  return a.slice(0, shared).every((part, at) => part === b[at] || part === '*');
}
