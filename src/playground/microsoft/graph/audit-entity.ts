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
  'azure.given': ['AzureRBACRoleManagementElevateAccess', ELEVATED, 'Assign'],
  'azure.taken': ['AzureRBACRoleManagementElevateAccess', UNELEVATED, 'Unassign'],
  'secret.added': ['ApplicationManagement', 'Update application – Certificates and secrets management', 'Update'],
  'secret.changed': ['ApplicationManagement', 'Update application – Certificates and secrets management', 'Update'],
  'secret.removed': ['ApplicationManagement', 'Update application – Certificates and secrets management', 'Update'],
  'user.changed': ['UserManagement', 'Update user', 'Update'],
  'group.changed': ['GroupManagement', 'Update group', 'Update'],
  'licence.changed': ['DirectoryManagement', 'Update company information', 'Update'],
};
/** What is given at one administrative unit, or one object, is an activity of its own. */
const SCOPED: Readonly<Record<string, string>> = {
  'role.given': 'Add scoped member to role',
  'role.taken': 'Remove scoped member from role',
};

/** The audit as Entra's own log tells it. */
export function auditEntity(entry: AuditEntry): Entity {
  const [category, activity, operationType] = ACTIVITIES[entry.action];
  const azure = entry.action === 'azure.given' || entry.action === 'azure.taken';
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
  if (entry.action !== 'role.given' && entry.action !== 'role.taken') return [target('User', id)];
  const { roleDefinitionId: roleId = '', scope = '/' } = entry;
  const changed = [
    ['Role.ObjectID', roleId],
    ['Role.DisplayName', roleDefinition(roleId)?.displayName ?? ''],
    ['Role.TemplateId', roleId],
  ].map(([name, value]) => modified(entry.action, name ?? '', `"${value ?? ''}"`));
  const unit = isScoped(entry) ? [target('AdministrativeUnit', scope.slice(scope.lastIndexOf('/') + 1))] : [];
  return [target('User', id, changed), target('Role', roleId), ...unit];
}

const modified = (action: AuditEntry['action'], displayName: string, value: string): Entity =>
  action === 'role.given' ? { displayName, oldValue: null, newValue: value } : { displayName, oldValue: value, newValue: null };
