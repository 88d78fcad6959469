import { instantOf } from '../../../access/core/clock.ts';
import type { AuditEntry } from '../tenant/audit.ts';
import { roleDefinition } from '../tenant/role-definitions.ts';
import type { Entity } from './odata-query.ts';

const ELEVATED = 'User has elevated their access to User Access Administrator for their Azure Resources';
const UNELEVATED = 'The role assignment of User Access Administrator has been removed from the user';
const ACTIVITIES: Readonly<Record<AuditEntry['action'], readonly [category: string, activity: string, operation: string]>> = {
  'role.asked': ['RoleManagement', 'Add member to role requested (PIM activation)', 'CreateRequest'],
  'role.given': ['RoleManagement', 'Add member to role', 'Assign'],
  'role.taken': ['RoleManagement', 'Remove member from role', 'Unassign'],
  'role.ended': ['RoleManagement', 'Remove member from role (PIM activation expired)', 'Unassign'],
  'azure.asked': ['AzureRBACRoleManagementElevateAccess', '', ''],
  'azure.given': ['AzureRBACRoleManagementElevateAccess', ELEVATED, 'Assign'],
  'azure.taken': ['AzureRBACRoleManagementElevateAccess', UNELEVATED, 'Unassign'],
  'secret.added': ['ApplicationManagement', 'Update application – Certificates and secrets management', 'Update'],
  'secret.changed': ['ApplicationManagement', 'Update application – Certificates and secrets management', 'Update'],
  'secret.removed': ['ApplicationManagement', 'Update application – Certificates and secrets management', 'Update'],
  'user.changed': ['UserManagement', 'Update user', 'Update'],
  'group.changed': ['GroupManagement', 'Update group', 'Update'],
  'group.asked': ['GroupManagement', 'Add member to group requested (PIM activation)', 'CreateRequest'],
  'group.joined': ['GroupManagement', 'Add member to group', 'Assign'],
  'group.left': ['GroupManagement', 'Remove member from group', 'Unassign'],
  'licence.changed': ['DirectoryManagement', 'Update company information', 'Update'],
};
/** What is given at one administrative unit, or one object, is an activity of its own. */
const SCOPED: Readonly<Record<string, string>> = {
  'role.given': 'Add scoped member to role',
  'role.taken': 'Remove scoped member from role',
};

/** Azure keeps a log of its own; Entra's knows of access at the root only. */
export function isInDirectoryAudit({ action, scope }: AuditEntry): boolean {
  return !action.startsWith('azure.') || scope === '/';
}

/** The audit as Entra's own log tells it. */
export function auditEntity(entry: AuditEntry): Entity {
  const [category, activity, operationType] = ACTIVITIES[entry.action];
  const azure = entry.action.startsWith('azure.');
  return {
    id: `Directory_${entry.seq}`,
    category,
    correlationId: entry.scheduleRequestId ?? '00000000-0000-0000-0000-000000000000',
    result: 'success',
    resultReason: '',
    activityDisplayName: isScoped(entry) ? (SCOPED[entry.action] ?? activity) : activity,
    activityDateTime: instantOf(Date.parse(entry.domainAt)),
    loggedByService: azure ? 'Azure RBAC (Elevated Access)' : entry.via === 'pim' ? 'PIM' : 'Core Directory',
    operationType,
    initiatedBy: initiatedBy(entry),
    targetResources: targetsOf(entry),
    additionalDetails: [],
  };
}

const isScoped = ({ scope = '/' }: AuditEntry) => scope !== '/';

/** Of applications the log keeps the service principal, and leaves the client id empty. */
function initiatedBy({ actor }: AuditEntry): Entity {
  if (actor.kind === 'user')
    return { user: { id: actor.objectId, displayName: actor.name, userPrincipalName: null, ipAddress: null }, app: null };
  const app = {
    appId: null,
    displayName: actor.name,
    servicePrincipalId: actor.objectId || null,
    servicePrincipalName: null,
  };
  return { user: null, app };
}

function targetsOf(entry: AuditEntry): readonly Entity[] {
  const id = entry.principalId ?? entry.objectId;
  if (id === undefined) return [];
  const target = (type: string, targetId: string, modifiedProperties: readonly Entity[] = []): Entity => ({
    id: targetId,
    displayName: null,
    type,
    userPrincipalName: null,
    groupType: null,
    modifiedProperties,
  });
  const { action, roleDefinitionId: roleId = '', scope = '/' } = entry;
  if (action === 'group.joined' || action === 'group.left') {
    const groupId = entry.objectId ?? '';
    return [target('User', id, changed(action, [['Group.ObjectID', groupId]])), target('Group', groupId)];
  }
  if (action !== 'role.given' && action !== 'role.taken') return [target('User', id)];
  const properties = changed(action, [
    ['Role.ObjectID', roleId],
    ['Role.DisplayName', roleDefinition(roleId)?.displayName ?? ''],
    ['Role.TemplateId', roleId],
  ]);
  const unit = isScoped(entry) ? [target('AdministrativeUnit', scope.slice(scope.lastIndexOf('/') + 1))] : [];
  return [target('User', id, properties), target('Role', roleId), ...unit];
}

const GIVES: readonly AuditEntry['action'][] = ['role.given', 'group.joined'];
const changed = (action: AuditEntry['action'], named: readonly (readonly [name: string, value: string])[]): readonly Entity[] =>
  named.map(([displayName, value]) =>
    GIVES.includes(action)
      ? { displayName, oldValue: null, newValue: `"${value}"` }
      : { displayName, oldValue: `"${value}"`, newValue: null },
  );
