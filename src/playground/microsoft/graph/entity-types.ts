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
/** `accountEnabled`, `department` and `userType` come only when they are selected. */
export const USER: EntityType = {
  name: 'user',
  properties: [...USER_DEFAULT, 'accountEnabled', 'createdDateTime', 'deletedDateTime', 'department', 'userType'],
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
  properties: ['id', ...USER.properties.slice(1), ...GROUP.properties.slice(1)],
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
