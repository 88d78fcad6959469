/**
 * Which application permissions open which call; any one of a row is enough. Taken from Microsoft's own table
 * (https://github.com/microsoftgraph/microsoft-graph-devx-content permissions/new/permissions.json, 2026-08-07), scheme
 * "Application", permissions outside this area (device management, agent identities) left out.
 */
const USERS = ['User.ReadBasic.All', 'User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'];
const GROUPS = [
  'Group.ReadBasic.All',
  'GroupMember.Read.All',
  'Group.Read.All',
  'Group.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];
const MEMBERS = [
  'GroupMember.ReadBasic.All',
  'GroupMember.Read.All',
  'GroupMember.ReadWrite.All',
  'Group.ReadBasic.All',
  'Group.Read.All',
  'Group.ReadWrite.All',
  'Directory.Read.All',
];
const MEMBER_OF = [
  'User.Read.All',
  'GroupMember.ReadBasic.All',
  'GroupMember.Read.All',
  'Group.ReadBasic.All',
  'Group.Read.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];
const CHECK_MEMBERS = [
  'Application.Read.All',
  'Application.ReadWrite.All',
  'Device.Read.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
  'Group.Read.All',
  'Group.ReadBasic.All',
  'Group.ReadWrite.All',
  'GroupMember.Read.All',
  'GroupMember.ReadBasic.All',
  'User.Read.All',
  'User.ReadWrite.All',
];
/** The row of groups: https://learn.microsoft.com/graph/api/directoryobject-checkmembergroups */
const CHECK_GROUP_MEMBERS = [
  'GroupMember.Read.All',
  'Group.Read.All',
  'Directory.Read.All',
  'Group.ReadWrite.All',
  'Directory.ReadWrite.All',
];
const MANAGER = ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'];
const OWNERS = [
  'GroupMember.Read.All',
  'GroupMember.ReadWrite.All',
  'Group.Read.All',
  'Group.ReadWrite.All',
  'Directory.Read.All',
];
const DIRECTORY_OBJECTS = ['Directory.Read.All'];
const AUTHENTICATION_CONTEXTS = [
  'AuthenticationContext.Read.All',
  'AuthenticationContext.ReadWrite.All',
  'Policy.Read.ConditionalAccess',
  'Policy.ReadWrite.ConditionalAccess',
];
/** https://learn.microsoft.com/graph/api/conditionalaccessroot-list-policies */
const CONDITIONAL_ACCESS = ['Policy.Read.All'];
const ROLE_READ = [
  'RoleManagement.Read.Directory',
  'RoleManagement.ReadWrite.Directory',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];
const ROLE_DEFINITIONS = [...ROLE_READ, 'RoleManagement.Read.All'];
const ROLE_WRITE = ['RoleManagement.ReadWrite.Directory'];
const SCHEDULE_READ = [
  'RoleAssignmentSchedule.Read.Directory',
  'RoleAssignmentSchedule.ReadWrite.Directory',
  'RoleManagement.Read.All',
  'RoleManagement.Read.Directory',
  'RoleManagement.ReadWrite.Directory',
];
/** Reading requests needs a permission to write: Microsoft offers no lesser one. */
const REQUESTS = ['RoleAssignmentSchedule.ReadWrite.Directory', 'RoleManagement.ReadWrite.Directory'];
const REQUESTS_POST = [...REQUESTS, 'RoleAssignmentSchedule.Remove.Directory'];
const GROUP_PIM_READ = ['PrivilegedAssignmentSchedule.Read.AzureADGroup', 'PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup'];
const GROUP_PIM_CANCEL = ['PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup'];
const GROUP_PIM_POST = [...GROUP_PIM_CANCEL, 'PrivilegedAssignmentSchedule.Remove.AzureADGroup'];
/** For role-assignable groups RoleManagement.ReadWrite.Directory besides: https://learn.microsoft.com/graph/api/group-post-members */
const MEMBERS_WRITE = ['GroupMember.ReadWrite.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All'];
const USERS_DELETE = ['User.DeleteRestore.All', 'User.ReadWrite.All'];
const POLICIES = ['RoleManagement.Read.All', 'RoleManagement.Read.Directory', 'RoleManagement.ReadWrite.Directory'];
const APPLICATIONS = ['Application.Read.All', 'Application.ReadWrite.All', 'Application.ReadWrite.OwnedBy', 'Directory.Read.All'];
const APPLICATIONS_WRITE = ['Application.ReadWrite.All', 'Application.ReadWrite.OwnedBy'];
const ROLE_GRANTS = ['AppRoleAssignment.ReadWrite.All'];
const CONSENTS = ['DelegatedPermissionGrant.ReadWrite.All'];
const SKUS = [
  'LicenseAssignment.Read.All',
  'Organization.Read.All',
  'Organization.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];
const ORGANIZATION = [
  'Organization.Read.All',
  'Organization.ReadWrite.All',
  'User.Read.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];
/** The table names Directory.Read.All too; the service refuses it: https://github.com/microsoftgraph/microsoft-graph-docs/issues/13632 */
const AUDITS = ['AuditLog.Read.All'];

export const GRAPH_PERMISSIONS = {
  users: USERS,
  groups: GROUPS,
  members: MEMBERS,
  memberOf: MEMBER_OF,
  manager: MANAGER,
  owners: OWNERS,
  directoryObjects: DIRECTORY_OBJECTS,
  authenticationContexts: AUTHENTICATION_CONTEXTS,
  conditionalAccess: CONDITIONAL_ACCESS,
  checkMembers: CHECK_MEMBERS,
  checkGroupMembers: CHECK_GROUP_MEMBERS,
  roleDefinitions: ROLE_DEFINITIONS,
  roleRead: ROLE_READ,
  roleWrite: ROLE_WRITE,
  scheduleRead: SCHEDULE_READ,
  requests: REQUESTS,
  requestsPost: REQUESTS_POST,
  groupPimRead: GROUP_PIM_READ,
  groupPimCancel: GROUP_PIM_CANCEL,
  groupPimPost: GROUP_PIM_POST,
  membersWrite: MEMBERS_WRITE,
  usersDelete: USERS_DELETE,
  policies: POLICIES,
  applications: APPLICATIONS,
  applicationsWrite: APPLICATIONS_WRITE,
  roleGrants: ROLE_GRANTS,
  consents: CONSENTS,
  skus: SKUS,
  organization: ORGANIZATION,
  audits: AUDITS,
} as const satisfies Record<string, readonly string[]>;

export type GraphPermission = keyof typeof GRAPH_PERMISSIONS;
