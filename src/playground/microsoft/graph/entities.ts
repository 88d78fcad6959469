import type { AppRegistration, Credential } from '../tenant/applications.ts';
import type { DirectoryGroup, DirectoryUser } from '../tenant/directory.ts';
import type { RoleDefinition } from '../tenant/role-definitions.ts';
import type { Entity } from './odata-query.ts';

/** Objects of the tenant as Graph writes them; every published property that the types of this folder name. */
export function userEntity(user: DirectoryUser): Entity {
  const { managerId: _, ...shown } = user;
  return {
    ...shown,
    onPremisesDistinguishedName: null,
    onPremisesDomainName: null,
    onPremisesLastSyncDateTime: null,
    onPremisesSamAccountName: null,
    onPremisesSecurityIdentifier: null,
    onPremisesUserPrincipalName: null,
    businessPhones: [],
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: null,
    deletedDateTime: null,
  };
}

export function groupEntity(group: DirectoryGroup): Entity {
  const isDynamic = group.membershipRule !== null;
  return {
    id: group.id,
    createdDateTime: group.createdDateTime,
    description: group.description,
    displayName: group.displayName,
    isAssignableToRole: group.isAssignableToRole,
    mailNickname: group.mailNickname,
    deletedDateTime: null,
    groupTypes: [...(group.unified ? ['Unified'] : []), ...(isDynamic ? ['DynamicMembership'] : [])],
    mail: group.unified ? `${group.mailNickname}@playground.example` : null,
    mailEnabled: group.unified,
    membershipRule: group.membershipRule,
    membershipRuleProcessingState: isDynamic ? 'On' : null,
    onPremisesSyncEnabled: group.onPremisesSyncEnabled,
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
