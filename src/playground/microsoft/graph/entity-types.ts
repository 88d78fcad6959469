import type { EntityType } from './odata-query.ts';

const DIRECTORY = { directoryObject: true, maxTop: 999 } as const;

const USER_DEFAULT = [
  'id',
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
];
/** These come only when they are selected. */
const USER_ON_REQUEST = [
  'accountEnabled',
  'createdDateTime',
  'deletedDateTime',
  'department',
  'employeeId',
  'onPremisesDistinguishedName',
  'onPremisesDomainName',
  'onPremisesImmutableId',
  'onPremisesLastSyncDateTime',
  'onPremisesSamAccountName',
  'onPremisesSecurityIdentifier',
  'onPremisesSyncEnabled',
  'onPremisesUserPrincipalName',
  'userType',
];
export const USER: EntityType = {
  name: 'user',
  properties: [...USER_DEFAULT, ...USER_ON_REQUEST],
  byDefault: USER_DEFAULT,
  filterable: [
    'id',
    'displayName',
    'givenName',
    'surname',
    'userPrincipalName',
    'mail',
    'accountEnabled',
    'userType',
    'department',
    'employeeId',
    'jobTitle',
  ],
  navigations: ['manager', 'memberOf'],
  ...DIRECTORY,
};

export const GROUP: EntityType = {
  name: 'group',
  properties: [
    'id',
    'deletedDateTime',
    'createdDateTime',
    'description',
    'displayName',
    'groupTypes',
    'isAssignableToRole',
    'mail',
    'mailEnabled',
    'mailNickname',
    'membershipRule',
    'membershipRuleProcessingState',
    'onPremisesSyncEnabled',
    'securityEnabled',
    'securityIdentifier',
    'visibility',
  ],
  filterable: ['id', 'displayName', 'mailNickname', 'securityEnabled', 'mailEnabled', 'isAssignableToRole', 'groupTypes'],
  navigations: ['members', 'owners'],
  ...DIRECTORY,
};

export const DIRECTORY_OBJECT: EntityType = {
  name: 'directoryObject',
  properties: [...new Set([...USER.properties, ...GROUP.properties])],
  byDefault: ['id', ...USER_DEFAULT.slice(1), 'description', 'isAssignableToRole'],
  filterable: ['id', 'displayName'],
  navigations: [],
  ...DIRECTORY,
};

const CREDENTIALS = ['passwordCredentials', 'keyCredentials'];
export const APPLICATION: EntityType = {
  name: 'application',
  properties: [
    'id',
    'deletedDateTime',
    'appId',
    'createdDateTime',
    'description',
    'displayName',
    'identifierUris',
    'isDisabled',
    'notes',
    'publisherDomain',
    'signInAudience',
    'tags',
    'api',
    'appRoles',
    'groupMembershipClaims',
    'isFallbackPublicClient',
    'optionalClaims',
    'publicClient',
    'spa',
    'web',
    ...CREDENTIALS,
  ],
  filterable: ['id', 'appId', 'displayName', 'createdDateTime', 'identifierUris', 'publisherDomain', 'signInAudience'],
  navigations: ['owners'],
  ...DIRECTORY,
};

export const SERVICE_PRINCIPAL: EntityType = {
  name: 'servicePrincipal',
  properties: [
    'id',
    'deletedDateTime',
    'accountEnabled',
    'appDisplayName',
    'appId',
    'appOwnerOrganizationId',
    'appRoleAssignmentRequired',
    'appRoles',
    'displayName',
    'notes',
    'servicePrincipalNames',
    'servicePrincipalType',
    'signInAudience',
    'tags',
    ...CREDENTIALS,
  ],
  filterable: [
    'id',
    'appId',
    'displayName',
    'accountEnabled',
    'servicePrincipalType',
    'servicePrincipalNames',
    'appOwnerOrganizationId',
  ],
  navigations: ['owners'],
  ...DIRECTORY,
};

const plainType = (name: string, properties: readonly string[], filterable: readonly string[]): EntityType => ({
  name,
  properties,
  filterable,
  navigations: [],
  directoryObject: false,
  maxTop: 999,
});
export const FEDERATED_CREDENTIAL = plainType(
  'federatedIdentityCredential',
  ['id', 'name', 'issuer', 'subject', 'description', 'audiences'],
  ['id', 'name', 'issuer', 'subject'],
);
export const APP_ROLE_ASSIGNMENT = plainType(
  'appRoleAssignment',
  [
    'id',
    'deletedDateTime',
    'appRoleId',
    'createdDateTime',
    'principalDisplayName',
    'principalId',
    'principalType',
    'resourceDisplayName',
    'resourceId',
  ],
  ['principalDisplayName', 'resourceId', 'principalId'],
);
export const PERMISSION_GRANT = plainType(
  'oAuth2PermissionGrant',
  ['id', 'clientId', 'consentType', 'principalId', 'resourceId', 'scope'],
  ['clientId', 'consentType', 'principalId', 'resourceId', 'scope'],
);
