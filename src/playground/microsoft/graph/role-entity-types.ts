import type { EntityType } from './odata-query.ts';

/** Role management is not a directory object collection: filters need no header there. */
const ROLES = { directoryObject: false, maxTop: 999 } as const;

export const ROLE_DEFINITION: EntityType = {
  name: 'unifiedRoleDefinition',
  properties: [
    'id',
    'description',
    'displayName',
    'isBuiltIn',
    'isEnabled',
    'resourceScopes',
    'templateId',
    'version',
    'rolePermissions',
  ],
  filterable: ['id', 'displayName', 'isBuiltIn', 'templateId'],
  navigations: ['inheritsPermissionsFrom'],
  ...ROLES,
};

const TRIPLE = ['principalId', 'roleDefinitionId', 'directoryScopeId'];
export const ROLE_ASSIGNMENT: EntityType = {
  name: 'unifiedRoleAssignment',
  properties: ['id', ...TRIPLE, 'appScopeId', 'condition', 'principalOrganizationId'],
  byDefault: ['id', ...TRIPLE],
  filterable: ['id', ...TRIPLE],
  navigations: ['principal', 'roleDefinition', 'directoryScope'],
  ...ROLES,
};

export const SCHEDULE_INSTANCE: EntityType = {
  name: 'unifiedRoleAssignmentScheduleInstance',
  properties: [
    'id',
    ...TRIPLE,
    'appScopeId',
    'startDateTime',
    'endDateTime',
    'assignmentType',
    'memberType',
    'roleAssignmentOriginId',
    'roleAssignmentScheduleId',
  ],
  filterable: [
    'id',
    ...TRIPLE,
    'appScopeId',
    'startDateTime',
    'endDateTime',
    'assignmentType',
    'memberType',
    'roleAssignmentScheduleId',
  ],
  navigations: ['principal', 'roleDefinition', 'directoryScope', 'activatedUsing'],
  ...ROLES,
};

export const SCHEDULE: EntityType = {
  name: 'unifiedRoleAssignmentSchedule',
  properties: [
    'id',
    ...TRIPLE,
    'appScopeId',
    'createdUsing',
    'createdDateTime',
    'modifiedDateTime',
    'status',
    'assignmentType',
    'memberType',
    'scheduleInfo',
  ],
  filterable: ['id', ...TRIPLE, 'status', 'assignmentType', 'memberType', 'createdUsing'],
  navigations: ['principal', 'roleDefinition', 'directoryScope', 'activatedUsing'],
  ...ROLES,
};

export const SCHEDULE_REQUEST: EntityType = {
  name: 'unifiedRoleAssignmentScheduleRequest',
  properties: [
    'id',
    'status',
    'createdDateTime',
    'completedDateTime',
    'approvalId',
    'customData',
    'action',
    ...TRIPLE,
    'appScopeId',
    'isValidationOnly',
    'targetScheduleId',
    'justification',
    'createdBy',
    'scheduleInfo',
    'ticketInfo',
  ],
  filterable: ['id', ...TRIPLE, 'status', 'action', 'createdDateTime', 'completedDateTime', 'targetScheduleId', 'appScopeId'],
  navigations: ['principal', 'roleDefinition', 'directoryScope', 'targetSchedule', 'activatedUsing'],
  ...ROLES,
};

const MEMBERSHIP = ['accessId', 'groupId', 'principalId'];
export const GROUP_SCHEDULE_REQUEST: EntityType = {
  name: 'privilegedAccessGroupAssignmentScheduleRequest',
  properties: [
    'id',
    'status',
    'createdDateTime',
    'completedDateTime',
    'approvalId',
    'customData',
    'action',
    ...MEMBERSHIP,
    'isValidationOnly',
    'targetScheduleId',
    'justification',
    'createdBy',
    'scheduleInfo',
    'ticketInfo',
  ],
  filterable: ['id', 'groupId', 'principalId', 'status', 'targetScheduleId'],
  navigations: ['principal', 'group', 'targetSchedule', 'activatedUsing'],
  ...ROLES,
};

export const GROUP_SCHEDULE_INSTANCE: EntityType = {
  name: 'privilegedAccessGroupAssignmentScheduleInstance',
  properties: ['id', ...MEMBERSHIP, 'startDateTime', 'endDateTime', 'assignmentType', 'memberType', 'assignmentScheduleId'],
  filterable: ['id', ...MEMBERSHIP, 'assignmentType', 'memberType', 'assignmentScheduleId'],
  navigations: ['principal', 'group', 'activatedUsing'],
  ...ROLES,
};

export const POLICY_ASSIGNMENT: EntityType = {
  name: 'unifiedRoleManagementPolicyAssignment',
  properties: ['id', 'policyId', 'roleDefinitionId', 'scopeId', 'scopeType'],
  filterable: ['roleDefinitionId', 'scopeId', 'scopeType'],
  navigations: ['policy'],
  ...ROLES,
};

export const SKU: EntityType = {
  name: 'subscribedSku',
  properties: [
    'id',
    'accountId',
    'accountName',
    'appliesTo',
    'capabilityStatus',
    'consumedUnits',
    'prepaidUnits',
    'servicePlans',
    'skuId',
    'skuPartNumber',
    'subscriptionIds',
  ],
  filterable: [],
  navigations: [],
  ...ROLES,
};

export const ORGANIZATION: EntityType = {
  name: 'organization',
  properties: ['id', 'displayName', 'assignedPlans', 'countryLetterCode', 'createdDateTime', 'tenantType', 'verifiedDomains'],
  filterable: [],
  navigations: [],
  ...ROLES,
};

export const DIRECTORY_AUDIT: EntityType = {
  name: 'directoryAudit',
  properties: [
    'id',
    'category',
    'correlationId',
    'result',
    'resultReason',
    'activityDisplayName',
    'activityDateTime',
    'loggedByService',
    'operationType',
    'initiatedBy',
    'targetResources',
    'additionalDetails',
  ],
  filterable: [
    'id',
    'activityDateTime',
    'category',
    'loggedByService',
    'activityDisplayName',
    'correlationId',
    'initiatedBy',
    'targetResources',
  ],
  navigations: [],
  directoryObject: false,
  maxTop: 999,
};
