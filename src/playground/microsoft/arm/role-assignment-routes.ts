import type { Answer } from '../far-end-server.ts';
import { AZURE_ROLES, type AzureAssignment } from '../tenant/azure-assignments.ts';
import type { ArmCall } from './arm-server.ts';
import { ArmRefusal } from './arm-error.ts';
import { assignmentIdAt, type AzureAction, isAtOrAbove, mayAt, roleDefinitionIdAt, same } from './rights.ts';

function demand(call: ArmCall, action: AzureAction, scope: string): void {
  if (mayAt(call.tenant, call.caller.objectId, action, scope)) return;
  const { name, objectId } = call.caller;
  throw new ArmRefusal(
    403,
    'AuthorizationFailed',
    `The client '${name}' with object id '${objectId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );
}

export function assignmentBody(row: AzureAssignment): Record<string, unknown> {
  return {
    properties: {
      roleDefinitionId: roleDefinitionIdAt(row.scope, row.roleId),
      principalId: row.principalId,
      principalType: row.principalType,
      scope: row.scope,
      condition: null,
      conditionVersion: null,
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
  const filter = filterOf(call, call.url.searchParams.get('$filter'));
  const rows = call.tenant.azure
    .all(call.readAsOf)
    .filter((row) => isAtOrAbove(row.scope, scope) || (!filter.atScope && isAtOrAbove(scope, row.scope)))
    .filter(filter.matches);
  return { status: 200, body: { value: rows.map(assignmentBody) } };
}

interface AssignmentFilter {
  readonly atScope: boolean;
  readonly matches: (row: AzureAssignment) => boolean;
}

/** `atScope()`, `principalId eq '…'`, `assignedTo('…')`, and `atScope() and assignedTo('…')`; nothing else is taken. */
function filterOf(call: ArmCall, text: string | null): AssignmentFilter {
  if (text === null || text.trim() === '') return { atScope: false, matches: () => true };
  const parts = text.trim().split(/\s+and\s+/i);
  const guid = "'([0-9a-fA-F-]{36})'";
  const found = parts.map((part) => ({
    atScope: /^atScope\(\)$/i.test(part),
    principal: new RegExp(`^principalId\\s+eq\\s+${guid}$`, 'i').exec(part)?.[1],
    assignedTo: new RegExp(`^assignedTo\\(${guid}\\)$`, 'i').exec(part)?.[1],
  }));
  const understood = found.every((part) => part.atScope || part.principal !== undefined || part.assignedTo !== undefined);
  if (!understood || parts.length > 2)
    throw new ArmRefusal(
      400,
      'UnsupportedQuery',
      `The filter '${text.slice(0, 120)}' is not supported. Supported filters are either 'atScope()', 'principalId eq {value}' or 'assignedTo({value})'.`,
    );
  const holders = found.map((part) => {
    if (part.principal !== undefined) return new Set([part.principal.toLowerCase()]);
    if (part.assignedTo === undefined) return undefined;
    return new Set([part.assignedTo.toLowerCase(), ...call.tenant.directory.transitiveGroupIds(part.assignedTo)]);
  });
  return {
    atScope: found.some((part) => part.atScope),
    matches: (row) => holders.every((ids) => ids === undefined || ids.has(row.principalId)),
  };
}

/** Of what hangs above the named scope nothing is removed: the scope has to be the assignment's own. */
export function deleteAssignment(call: ArmCall, scope: string, name: string): Answer {
  demand(call, 'Microsoft.Authorization/roleAssignments/delete', scope);
  onlyParameters(call, ['api-version', 'tenantId']);
  const row = call.tenant.azure.all().find((one) => same(one.name, name) && same(one.scope, scope));
  if (row === undefined) return { status: 204 };
  const { objectId, isUser, name: callerName } = call.caller;
  call.tenant.azure.remove(row.name, { kind: isUser ? 'user' : 'application', id: objectId, objectId, name: callerName });
  return { status: 200, body: assignmentBody(row) };
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

function onlyParameters({ url }: ArmCall, allowed: readonly string[]): void {
  for (const name of url.searchParams.keys())
    if (!allowed.some((known) => same(known, name)))
      throw new ArmRefusal(400, 'InvalidQueryParameter', `The query parameter '${name.slice(0, 40)}' is not supported.`);
}
