import type { Answer } from '../far-end-server.ts';
import { AZURE_ROLES, type AzureAssignment } from '../tenant/azure-assignments.ts';
import type { ArmCall } from './arm-server.ts';
import { ArmRefusal } from './arm-error.ts';
import { assignmentIdAt, demand, isAtOrAbove, roleDefinitionIdAt, same } from './rights.ts';

export function assignmentBody(row: AzureAssignment): Record<string, unknown> {
  return {
    properties: {
      roleDefinitionId: roleDefinitionIdAt(row.scope, row.roleId),
      principalId: row.principalId,
      principalType: row.principalType,
      scope: row.scope,
      condition: row.condition,
      conditionVersion: row.condition === null ? null : '2.0',
      createdOn: row.createdOn,
      updatedOn: row.updatedOn,
      createdBy: row.createdBy,
      updatedBy: row.updatedBy,
      delegatedManagedIdentityResourceId: null,
      description: row.description,
    },
    id: assignmentIdAt(row),
    type: 'Microsoft.Authorization/roleAssignments',
    name: row.name,
  };
}

/**
 * Assignments at the scope and above; `atScope()` leaves out what lies below. Source:
 * https://learn.microsoft.com/azure/role-based-access-control/role-assignments-list-rest
 */
export function listAssignments(call: ArmCall, scope: string): Answer {
  demand(call, 'Microsoft.Authorization/roleAssignments/read', scope);
  onlyParameters(call, ['api-version', '$filter', 'tenantId', '$skipToken']);
  const rows = rowsAround(call, scope, ['atScope()', 'principalId eq {value}', 'assignedTo({value})']);
  return { status: 200, body: { value: rows.map(assignmentBody) } };
}

export function getAssignment(call: ArmCall, scope: string, name: string): Answer {
  demand(call, 'Microsoft.Authorization/roleAssignments/read', scope);
  onlyParameters(call, ['api-version', 'tenantId']);
  const row = call.tenant.azure.all(call.readAsOf).find((one) => same(one.name, name) && same(one.scope, scope));
  if (row !== undefined) return { status: 200, body: assignmentBody(row) };
  throw new ArmRefusal(404, 'RoleAssignmentNotFound', `The role assignment '${name.slice(0, 60)}' is not found.`);
}

/** What `$filter` leaves of the rows at, above and below a scope. */
export function rowsAround(call: ArmCall, scope: string, filters: readonly string[]): readonly AzureAssignment[] {
  const { atScope, matches } = filterOf(call, call.url.searchParams.get('$filter'), filters);
  return call.tenant.azure
    .all(call.readAsOf)
    .filter((row) => isAtOrAbove(row.scope, scope) || (!atScope && isAtOrAbove(scope, row.scope)))
    .filter(matches);
}

interface AssignmentFilter {
  readonly atScope: boolean;
  readonly matches: (row: AzureAssignment) => boolean;
}

/** One of those offered, or `atScope()` and one of them; nothing else is taken. */
function filterOf(call: ArmCall, text: string | null, offered: readonly string[]): AssignmentFilter {
  if (text === null || text.trim() === '') return { atScope: false, matches: () => true };
  const parts = text.trim().split(/\s+and\s+/i);
  const guid = "'([0-9a-fA-F-]{36})'";
  const groupsOf = (id: string) => [id.toLowerCase(), ...call.tenant.directory.transitiveGroupIds(id)];
  const found = parts.map((part) => {
    const principal = new RegExp(`^principalId\\s+eq\\s+${guid}$`, 'i').exec(part)?.[1];
    const assignedTo = new RegExp(`^assignedTo\\(${guid}\\)$`, 'i').exec(part)?.[1];
    if (/^atScope\(\)$/i.test(part)) return { form: 'atScope()' };
    if (principal !== undefined) return { form: 'principalId eq {value}', holders: [principal.toLowerCase()] };
    if (assignedTo !== undefined) return { form: 'assignedTo({value})', holders: groupsOf(assignedTo) };
    return /^asTarget\(\)$/i.test(part) ? { form: 'asTarget()', holders: groupsOf(call.caller.objectId) } : { form: '' };
  });
  if (parts.length > 2 || !found.every(({ form }) => offered.includes(form)))
    throw new ArmRefusal(
      400,
      'UnsupportedQuery',
      `The filter '${text.slice(0, 120)}' is not supported. Supported filters are either '${offered.join("', '")}'.`,
    );
  return {
    atScope: found.some(({ form }) => form === 'atScope()'),
    matches: (row) => found.every(({ holders }) => holders === undefined || holders.includes(row.principalId)),
  };
}

function roleDefinitionBody(role: { readonly id: string; readonly name: string }, scope: string): Record<string, unknown> {
  return {
    properties: {
      roleName: role.name,
      type: 'BuiltInRole',
      description: `${role.name} (built-in role).`,
      assignableScopes: ['/'],
      permissions: [],
    },
    id: roleDefinitionIdAt(scope, role.id),
    type: 'Microsoft.Authorization/roleDefinitions',
    name: role.id,
  };
}

export function listRoleDefinitions(call: ArmCall, scope: string): Answer {
  demand(call, 'Microsoft.Authorization/roleDefinitions/read', scope);
  onlyParameters(call, ['api-version', '$filter']);
  const filter = call.url.searchParams.get('$filter');
  const wanted = filter === null ? undefined : /^roleName\s+eq\s+'([^']+)'$/i.exec(filter.trim())?.[1];
  if (filter !== null && wanted === undefined && !/^atScopeAndBelow\(\)$/i.test(filter.trim()))
    throw new ArmRefusal(400, 'UnsupportedQuery', `The filter '${filter.slice(0, 120)}' is not supported.`);
  const roles = Object.values(AZURE_ROLES).filter((role) => wanted === undefined || same(role.name, wanted));
  return { status: 200, body: { value: roles.map((role) => roleDefinitionBody(role, scope)) } };
}

export function getRoleDefinition(call: ArmCall, scope: string, name: string): Answer {
  demand(call, 'Microsoft.Authorization/roleDefinitions/read', scope);
  onlyParameters(call, ['api-version']);
  const role = Object.values(AZURE_ROLES).find(({ id }) => same(id, name));
  if (role === undefined)
    throw new ArmRefusal(
      404,
      'RoleDefinitionDoesNotExist',
      `The specified role definition with ID '${name.slice(0, 60)}' does not exist.`,
    );
  return { status: 200, body: roleDefinitionBody(role, scope) };
}

export function onlyParameters({ url }: ArmCall, allowed: readonly string[]): void {
  for (const name of url.searchParams.keys())
    if (!allowed.some((known) => same(known, name)))
      throw new ArmRefusal(400, 'InvalidQueryParameter', `The query parameter '${name.slice(0, 40)}' is not supported.`);
}
