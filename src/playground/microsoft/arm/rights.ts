import { AZURE_ROLES, type AzureAssignment, ROOT_GROUP_SCOPE, SUBSCRIPTION_SCOPE } from '../tenant/azure-assignments.ts';
import type { TenantModel } from '../tenant/tenant-model.ts';

export type AzureAction =
  | 'Microsoft.Authorization/roleAssignments/read'
  | 'Microsoft.Authorization/roleAssignments/write'
  | 'Microsoft.Authorization/roleAssignments/delete'
  | 'Microsoft.Authorization/roleDefinitions/read';

/** Of the built-in roles: `*\/read` or `*` for reading, Microsoft.Authorization/* for writing. */
const READERS: readonly string[] = Object.values(AZURE_ROLES).map(({ id }) => id);
const WRITERS: readonly string[] = [
  AZURE_ROLES.owner.id,
  AZURE_ROLES.userAccessAdministrator.id,
  AZURE_ROLES.accessControlAdministrator.id,
];

/** May this object do it at the scope? By its own assignments and its groups', here or above; read at the moment of the call. */
export function mayAt(tenant: TenantModel, objectId: string, action: AzureAction, scope: string): boolean {
  const holders = new Set([objectId.toLowerCase(), ...tenant.directory.transitiveGroupIds(objectId)]);
  const roles = action.endsWith('/read') ? READERS : WRITERS;
  return tenant.azure
    .all()
    .some((row) => holders.has(row.principalId) && roles.includes(row.roleId) && isAtOrAbove(row.scope, scope));
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
