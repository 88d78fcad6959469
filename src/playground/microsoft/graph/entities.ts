import { instantOf } from '../../../access/core/clock.ts';
import type { AuditEntry } from '../tenant/audit.ts';
import type { AppRegistration, Credential } from '../tenant/applications.ts';
import type { DirectoryGroup, DirectoryUser } from '../tenant/directory.ts';
import type { RoleDefinition } from '../tenant/role-definitions.ts';
import type { Entity } from './odata-query.ts';

/** Objects of the tenant as Graph writes them; every published property that the types of this folder name. */
export function userEntity(user: DirectoryUser): Entity {
  return {
    ...user,
    businessPhones: [],
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: null,
    deletedDateTime: null,
  };
}

export function groupEntity(group: DirectoryGroup): Entity {
  return {
    id: group.id,
    createdDateTime: group.createdDateTime,
    description: group.description,
    displayName: group.displayName,
    isAssignableToRole: group.isAssignableToRole,
    mailNickname: group.mailNickname,
    deletedDateTime: null,
    groupTypes: group.unified ? ['Unified'] : [],
    mail: group.unified ? `${group.mailNickname}@playground.example` : null,
    mailEnabled: group.unified,
    membershipRule: null,
    onPremisesSyncEnabled: null,
    securityEnabled: !group.unified,
    securityIdentifier: null,
    visibility: group.visibility,
  };
}

function passwordCredential(credential: Credential): Entity {
  return {
    customKeyIdentifier: null,
    displayName: credential.displayName,
    endDateTime: credential.endDateTime,
    hint: credential.hint,
    keyId: credential.keyId,
    secretText: null,
    startDateTime: credential.startDateTime,
  };
}

/** Without the key's bytes: Graph says those only when one object is asked for with `keyCredentials` selected. */
function keyCredential(credential: Credential): Entity {
  return {
    customKeyIdentifier: null,
    displayName: credential.displayName,
    endDateTime: credential.endDateTime,
    key: null,
    keyId: credential.keyId,
    startDateTime: credential.startDateTime,
    type: 'AsymmetricX509Cert',
    usage: 'Verify',
  };
}

function credentialLists(credentials: readonly Credential[]): Entity {
  return {
    passwordCredentials: credentials.filter(({ kind }) => kind === 'secret').map(passwordCredential),
    keyCredentials: credentials.filter(({ kind }) => kind === 'certificate').map(keyCredential),
  };
}

export function applicationEntity(app: AppRegistration): Entity {
  return {
    id: app.objectId,
    deletedDateTime: null,
    appId: app.appId,
    createdDateTime: app.createdDateTime,
    description: null,
    displayName: app.displayName,
    identifierUris: app.identifierUris,
    isDisabled: null,
    notes: null,
    publisherDomain: 'playground.example',
    signInAudience: 'AzureADMyOrg',
    tags: [],
    ...credentialLists(app.credentials),
  };
}

export function servicePrincipalEntity(app: AppRegistration, tenantId: string): Entity {
  return {
    id: app.servicePrincipalId,
    deletedDateTime: null,
    accountEnabled: app.accountEnabled,
    appDisplayName: app.displayName,
    appId: app.appId,
    appOwnerOrganizationId: app.objectId === undefined ? null : tenantId,
    displayName: app.displayName,
    notes: null,
    servicePrincipalNames: [app.appId, ...app.identifierUris],
    servicePrincipalType: app.servicePrincipalType,
    signInAudience: 'AzureADMyOrg',
    tags: [],
    ...credentialLists(app.servicePrincipalCredentials),
  };
}

export function roleDefinitionEntity(role: RoleDefinition): Entity {
  return {
    id: role.id,
    description: role.description,
    displayName: role.displayName,
    isBuiltIn: true,
    isEnabled: true,
    resourceScopes: ['/'],
    templateId: role.id,
    version: '1',
    rolePermissions: [],
  };
}

export const typed = (kind: 'user' | 'group' | 'servicePrincipal', entity: Entity): Entity => ({
  '@odata.type': `#microsoft.graph.${kind}`,
  ...entity,
});

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

/** The audit as Entra's own log tells it. */
export function auditEntity(entry: AuditEntry): Entity {
  const [category, activityDisplayName, operationType] = ACTIVITIES[entry.action];
  const byUser = entry.actor.kind === 'user';
  const azure = entry.action === 'azure.given' || entry.action === 'azure.taken';
  const target = entry.principalId ?? entry.objectId;
  return {
    id: `Directory_${entry.seq}`,
    category,
    correlationId: entry.scheduleRequestId ?? '00000000-0000-0000-0000-000000000000',
    result: 'success',
    resultReason: '',
    activityDisplayName,
    activityDateTime: instantOf(Date.parse(entry.domainAt)),
    loggedByService: azure ? 'Azure RBAC (Elevated Access)' : entry.via === 'pim' ? 'PIM' : 'Core Directory',
    operationType,
    initiatedBy: {
      user: byUser ? { id: entry.actor.objectId, displayName: entry.actor.name, userPrincipalName: null, ipAddress: null } : null,
      app: byUser
        ? null
        : {
            appId: null,
            displayName: entry.actor.name,
            servicePrincipalId: entry.actor.objectId || null,
            servicePrincipalName: null,
          },
    },
    targetResources:
      target === undefined
        ? []
        : [{ id: target, displayName: null, type: 'User', userPrincipalName: null, modifiedProperties: [] }],
    additionalDetails: [],
  };
}
