import type { AppRegistration, AppRole, Credential } from '../tenant/applications.ts';
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

const appRoleEntity = (role: AppRole): Entity => ({ ...role, origin: 'Application' });

/** Null where none was ever asked for. */
function optionalClaims({ optionalClaims: { idToken, accessToken } }: AppRegistration): Entity | null {
  const claim = (name: string) => ({ name, source: null, essential: false, additionalProperties: [] });
  if (idToken.length + accessToken.length === 0) return null;
  return { idToken: idToken.map(claim), accessToken: accessToken.map(claim), saml2Token: [] };
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
    signInAudience: app.signInAudience,
    tags: [],
    api: {
      acceptMappedClaims: null,
      knownClientApplications: [],
      oauth2PermissionScopes: [],
      preAuthorizedApplications: [],
      requestedAccessTokenVersion: app.accessTokenVersion === 2 ? 2 : null,
    },
    appRoles: app.appRoles.map(appRoleEntity),
    groupMembershipClaims: app.groupMembershipClaims,
    isFallbackPublicClient: false,
    optionalClaims: optionalClaims(app),
    publicClient: { redirectUris: app.publicRedirectUris },
    spa: { redirectUris: app.spaRedirectUris },
    web: {
      homePageUrl: null,
      implicitGrantSettings: {
        enableAccessTokenIssuance: app.implicitGrant.accessTokens,
        enableIdTokenIssuance: app.implicitGrant.idTokens,
      },
      logoutUrl: null,
      redirectUris: app.redirectUris,
    },
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
    appRoleAssignmentRequired: app.appRoleAssignmentRequired,
    appRoles: app.appRoles.map(appRoleEntity),
    displayName: app.displayName,
    notes: null,
    servicePrincipalNames: [app.appId, ...app.identifierUris],
    servicePrincipalType: app.servicePrincipalType,
    signInAudience: app.signInAudience,
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
