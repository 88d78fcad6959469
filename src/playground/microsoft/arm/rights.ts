import { AZURE_ROLES, type AzureAssignment, ROOT_GROUP_SCOPE, SUBSCRIPTION_SCOPE } from '../tenant/azure-assignments.ts';
import type { TenantModel } from '../tenant/tenant-model.ts';
import type { ArmCall } from './arm-server.ts';
import { ArmRefusal } from './arm-error.ts';
import { type BoundAction, lets } from './condition.ts';

export type AzureAction =
  | BoundAction
  | 'Microsoft.Authorization/roleAssignments/read'
  | 'Microsoft.Authorization/roleDefinitions/read';

/** Of the built-in roles: `*\/read` or `*` for reading, Microsoft.Authorization/* for writing. */
const READERS: readonly string[] = Object.values(AZURE_ROLES).map(({ id }) => id);
const WRITERS: readonly string[] = [
  AZURE_ROLES.owner.id,
  AZURE_ROLES.userAccessAdministrator.id,
  AZURE_ROLES.accessControlAdministrator.id,
];

/**
 * May this object do it at the scope? By its own assignments and its groups', here or above; read at the moment of the call.
 * @param roleId of the assignment that is written or deleted, for the conditions of whoever may
 */
export function mayAt(tenant: TenantModel, objectId: string, action: AzureAction, scope: string, roleId = ''): boolean {
  const holders = new Set([objectId.toLowerCase(), ...tenant.directory.transitiveGroupIds(objectId)]);
  const isRead = action.endsWith('/read');
  const roles = isRead ? READERS : WRITERS;
  return tenant.azure
    .all()
    .filter((row) => holders.has(row.principalId) && roles.includes(row.roleId) && isAtOrAbove(row.scope, scope))
    .some((row) => isRead || lets(row.condition, action as BoundAction, roleId));
}

/** @throws {ArmRefusal} 403, or 404 for a place that is not there */
export function demand(call: ArmCall, action: AzureAction, scope: string, roleId?: string): void {
  const { name, objectId } = call.caller;
  if (!mayAt(call.tenant, objectId, action, scope, roleId))
    throw new ArmRefusal(
      403,
      'AuthorizationFailed',
      `The client '${name}' with object id '${objectId}' does not have authorization or an ABAC condition not fulfilled to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    );
  const group = new RegExp(`^${SUBSCRIPTION_SCOPE}/resourceGroups/([^/]+)`, 'i').exec(scope)?.[1];
  if (group !== undefined && !call.tenant.azure.resourceGroups.has(group.toLowerCase()))
    throw new ArmRefusal(404, 'ResourceGroupNotFound', `Resource group '${group}' could not be found.`);
}

/** The scopes over a scope, itself first: what hangs under `/`, the root management group and the one subscription. */
export function scopesUp(scope: string): readonly string[] {
  if (scope === '/') return ['/'];
  if (same(scope, ROOT_GROUP_SCOPE)) return [scope, '/'];
  const parts = scope.split('/').filter((part) => part !== '');
  const up: string[] = [];
  // Names go in pairs (subscriptions/{id}, resourceGroups/{name}), with `providers/{namespace}` between.
  for (let length = parts.length; length >= 2; length -= 2) up.push(`/${parts.slice(0, length).join('/')}`);
  return [...up, ROOT_GROUP_SCOPE, '/'];
}

export const isAtOrAbove = (upper: string, scope: string): boolean => scopesUp(scope).some((one) => same(one, upper));
export const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Which subscriptions the caller can see; the queries of Resource Graph go over those. */
export function visibleSubscriptions(tenant: TenantModel, objectId: string): readonly string[] {
  return mayAt(tenant, objectId, 'Microsoft.Authorization/roleAssignments/read', SUBSCRIPTION_SCOPE) ? [SUBSCRIPTION_SCOPE] : [];
}

const full = (scope: string, rest: string) => `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/${rest}`;

export function roleDefinitionIdAt(scope: string, roleId: string): string {
  const subscription = /^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? '';
  return `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${roleId}`;
}

export const assignmentIdAt = (row: AzureAssignment): string => full(row.scope, `roleAssignments/${row.name}`);
