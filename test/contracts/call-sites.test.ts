import { describe, expect, it } from '@jest/globals';
import {
  armCalls,
  type CallSite,
  clientsBuilt,
  connectorOperations,
  graphCalls,
  plainRequests,
  slackMethods,
} from './call-sites.ts';
import { operationsInUse } from './operations-in-use.ts';

const REQUESTS = 'graph {} /roleManagement/directory/roleAssignmentScheduleRequests';
const REQUEST = `${REQUESTS}/{unifiedRoleAssignmentScheduleRequest-id}`;
const ASSIGNMENTS = 'graph {} /roleManagement/directory/roleAssignments';
const GROUP_REQUESTS = 'graph {} /identityGovernance/privilegedAccess/group/assignmentScheduleRequests';
const MEMBERS = '/groups/{group-id}/members';
const AZURE = '/{scope}/providers/Microsoft.Authorization';
const AZURE_ASSIGNMENT = `arm {} ${AZURE}/roleAssignments/{roleAssignmentName}`;
const AZURE_REQUEST = `arm {} ${AZURE}/roleAssignmentScheduleRequests/{roleAssignmentScheduleRequestName}`;
const CHECK = 'graph POST /users/{user-id}/checkMemberGroups';
const USER = 'graph GET /users/{user-id}';
const by = (method: string, path: string) => path.replace('{}', method);

/** Each call of Graph and ARM in the code, and what it is called in manifest/permissions.json. A new call is added to both. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  'src/cli/probe/of-perimeter.ts graph.post(`${membersPath(testGroupId)}/$ref`': [`graph POST ${MEMBERS}/$ref`],
  'src/cli/probe/of-perimeter.ts graph.delete(memberRefPath(': [`graph DELETE ${MEMBERS}/{directoryObject-id}/$ref`],
  'src/cli/probe/of-perimeter.ts graph.list(membersPath(groupId)': [`graph GET ${MEMBERS}`],
  'src/cli/probe/of-perimeter.ts graph.list(`/groups/${segment(groupId)}/transitiveMembers`': [
    'graph GET /groups/{group-id}/transitiveMembers',
  ],
  'src/entra/credentials-reader.ts graph.get(path': [
    'graph GET /applications',
    'graph GET /applications/{application-id}/owners',
    'graph GET /servicePrincipals',
    'graph GET /servicePrincipals/{servicePrincipal-id}/owners',
  ],
  'src/entra/directory-reader.ts graph.get(`/users/${guid(objectId)}`': [USER],
  'src/entra/directory-reader.ts graph.list(`/groups/${guid(groupId)}/transitiveMembers`': [
    'graph GET /groups/{group-id}/transitiveMembers',
  ],
  'src/entra/directory-reader.ts graph.post(`/users/${guid(objectId)}/checkMemberGroups`': [CHECK],
  'src/entra/group-reader.ts graph.get(`/groups/${segment(groupId.toLowerCase())}`': ['graph GET /groups/{group-id}'],
  'src/entra/membership-reader.ts graph.get(`/users/${segment(objectId)}`': [USER],
  'src/entra/membership-reader.ts graph.get(`/users/${segment(objectId)}/manager`': ['graph GET /users/{user-id}/manager'],
  'src/entra/membership-reader.ts graph.get(`/groups/${segment(groupId)}`': ['graph GET /groups/{group-id}'],
  'src/entra/membership-reader.ts graph.post(path': [CHECK, 'graph POST /groups/{group-id}/checkMemberGroups'],
  'src/entra/group-members.ts graph.list(path': [`graph GET ${MEMBERS}`],
  'src/entra/own-pim-records.ts graph.list(ROLE_INSTANCES': [
    'graph GET /roleManagement/directory/roleAssignmentScheduleInstances',
  ],
  'src/entra/own-pim-records.ts graph.list(ROLE_REQUESTS': [by('GET', REQUESTS)],
  'src/entra/own-pim-records.ts graph.list(`${GROUP}/assignmentScheduleInstances`': [
    'graph GET /identityGovernance/privilegedAccess/group/assignmentScheduleInstances',
  ],
  'src/entra/own-pim-records.ts graph.list(`${GROUP}/assignmentScheduleRequests`': [by('GET', GROUP_REQUESTS)],
  'src/entra/pim-group-writer.ts graph.list(INSTANCES': [
    'graph GET /identityGovernance/privilegedAccess/group/assignmentScheduleInstances',
  ],
  'src/entra/pim-group-writer.ts graph.list(REQUESTS': [by('GET', GROUP_REQUESTS)],
  'src/entra/pim-group-writer.ts graph.post(REQUESTS': [by('POST', GROUP_REQUESTS)],
  'src/entra/pim-group-writer.ts graph.post(`${REQUESTS}/${segment(id)}/cancel`': [
    by('POST', `${GROUP_REQUESTS}/{privilegedAccessGroupAssignmentScheduleRequest-id}/cancel`),
  ],
  'src/entra/plain-group-writer.ts graph.delete(memberRefPath(order)': [`graph DELETE ${MEMBERS}/{directoryObject-id}/$ref`],
  'src/entra/plain-group-writer.ts graph.post(`${membersPath(order.target.groupId)}/$ref`': [`graph POST ${MEMBERS}/$ref`],
  'src/entra/pim-role-writer.ts graph.get(path': [by('GET', REQUEST)],
  'src/entra/pim-role-writer.ts graph.list(INSTANCES': ['graph GET /roleManagement/directory/roleAssignmentScheduleInstances'],
  'src/entra/pim-role-writer.ts graph.list(REQUESTS': [by('GET', REQUESTS)],
  'src/entra/pim-role-writer.ts graph.post(REQUESTS': [by('POST', REQUESTS)],
  'src/entra/pim-role-writer.ts graph.post(`${REQUESTS}/${segment(id)}/cancel`': [by('POST', `${REQUEST}/cancel`)],
  'src/entra/plain-role-writer.ts graph.delete(`${ASSIGNMENTS}/${segment(id)}`': [
    by('DELETE', `${ASSIGNMENTS}/{unifiedRoleAssignment-id}`),
  ],
  'src/entra/plain-role-writer.ts graph.list(ASSIGNMENTS': [by('GET', ASSIGNMENTS)],
  'src/entra/plain-role-writer.ts graph.post(ASSIGNMENTS': [by('POST', ASSIGNMENTS)],
  "src/entra/registration-reader.ts graph.list('/applications'": ['graph GET /applications'],
  "src/entra/registration-reader.ts graph.list('/servicePrincipals'": ['graph GET /servicePrincipals'],
  'src/entra/registration-reader.ts graph.list(path': [
    'graph GET /applications/{application-id}/federatedIdentityCredentials',
    'graph GET /servicePrincipals/{servicePrincipal-id}/appRoleAssignedTo',
  ],
  'src/entra/request-names.ts graph.get(`/users/${segment(objectId)}`': [USER],
  'src/entra/request-names.ts graph.get(path': [
    'graph GET /groups/{group-id}',
    'graph GET /roleManagement/directory/roleDefinitions/{unifiedRoleDefinition-id}',
  ],
  "src/entra/tenant-facts-reader.ts graph.list('/subscribedSkus'": ['graph GET /subscribedSkus'],
  "src/entra/tenant-facts-reader.ts graph.list('/identity/conditionalAccess/policies'": [
    'graph GET /identity/conditionalAccess/policies',
  ],
  'src/entra/role-audit-reader.ts graph.list(AUDITS': ['graph GET /auditLogs/directoryAudits'],
  'src/entra/principal-names.ts graph.get(`${path}/${principalId}`': [
    USER,
    'graph GET /groups/{group-id}',
    'graph GET /servicePrincipals/{servicePrincipal-id}',
  ],
  'src/azure/arm-client.ts arm.roleAssignments.listForScope(path': [`arm GET ${AZURE}/roleAssignments`],
  'src/azure/arm-client.ts arm.roleAssignmentScheduleRequests.listForScope(path': [
    `arm GET ${AZURE}/roleAssignmentScheduleRequests`,
  ],
  'src/azure/arm-client.ts arm.roleAssignmentScheduleInstances.listForScope(path': [
    `arm GET ${AZURE}/roleAssignmentScheduleInstances`,
  ],
  'src/azure/arm-client.ts arm.roleAssignments.listForScope(scope': [`arm GET ${AZURE}/roleAssignments`],
  'src/azure/arm-client.ts arm.roleAssignments.create(scope': [by('PUT', AZURE_ASSIGNMENT)],
  'src/azure/arm-client.ts arm.roleAssignments.delete(scope': [by('DELETE', AZURE_ASSIGNMENT)],
  'src/azure/arm-client.ts arm.roleAssignmentScheduleInstances.listForScope(scope': [
    `arm GET ${AZURE}/roleAssignmentScheduleInstances`,
  ],
  'src/azure/arm-client.ts arm.roleAssignmentScheduleRequests.get(scope': [by('GET', AZURE_REQUEST)],
  'src/azure/arm-client.ts arm.roleAssignmentScheduleRequests.create(scope': [by('PUT', AZURE_REQUEST)],
  'src/azure/arm-client.ts arm.roleAssignmentScheduleRequests.cancel(scope': [by('POST', `${AZURE_REQUEST}/cancel`)],
  'src/azure/azure-role-name.ts arm.roleDefinitions.get(': [`arm GET ${AZURE}/roleDefinitions/{roleDefinitionId}`],
  "src/azure/root-assignments-reader.ts list.roleAssignments.listForScope(''": [
    'arm GET /{scope}/providers/Microsoft.Authorization/roleAssignments',
  ],
  'src/azure/root-assignments-reader.ts resourceGraph.resources({query:QUERY,options': [
    'arm POST /providers/Microsoft.ResourceGraph/resources',
  ],
};

const textOf = ({ file, call }: CallSite) => `${file} ${call}`;
const named = (contract: string) =>
  operationsInUse()
    .filter((operation) => operation.contract === contract)
    .map(({ name }) => name)
    .toSorted();

describe('the list of permissions names every call that the code makes, and no other', () => {
  it('to Slack', () => {
    expect(slackMethods().map((method) => `slack POST ${method}`)).toEqual(named('slack'));
  });

  it('to the Bot Connector', () => {
    expect(connectorOperations()).toEqual(named('bot'));
  });

  it('to Graph and Azure Resource Manager', () => {
    const known = Object.keys(CALLS);
    const found = new Set([...graphCalls(), ...armCalls()].map(textOf));
    expect([...found].filter((site) => !known.some((key) => site.startsWith(key)))).toEqual([]);
    expect(known.filter((key) => ![...found].some((site) => site.startsWith(key)))).toEqual([]);
    expect([...new Set(Object.values(CALLS).flat())].toSorted()).toEqual([...named('arm'), ...named('graph')]);
  });

  it('and nobody speaks to a far end around its client', () => {
    expect(clientsBuilt()).toEqual([
      'src/azure/arm-client.ts newAuthorizationManagementClient',
      'src/azure/azure-role-name.ts newAuthorizationManagementClient',
      'src/azure/root-assignments-reader.ts newResourceGraphClient',
      'src/azure/root-assignments-reader.ts newAuthorizationManagementClient',
      'src/entra/graph-client.ts Client.initWithMiddleware',
      'src/slack/slack-client.ts newwebApi.WebClient',
      'src/teams/connector.ts newTeamsConnectorClient',
    ]);
    expect(plainRequests()).toEqual([
      'src/bot/perimeter-client.ts',
      // By whoever verifies, as themselves.
      'src/cli/evidence-tenant.ts',
      // The sign-in’s own description of a domain, which anybody may read.
      'src/cli/tenant/prove-tenant.ts',
      'src/entra/graph-client.ts',
      // Slack’s sign-in.
      'src/identity/slack-discovery.ts',
      'src/identity/slack-sign-in.ts',
      'src/perimeter/commands/sound-alarm.ts',
      'src/slack/counter.ts',
      'src/teams/watch-keys.ts',
    ]);
  });
});

describe('a path of the list', () => {
  it.each([
    ['graph GET /users/{user-id}', '/v1.0/users/0b7e', true],
    ['graph GET /users/{user-id}', '/v1.0/users/0b7e/owners', false],
    ['graph GET /users/{user-id}', '/beta/users/0b7e', false],
    [
      'arm GET /{scope}/providers/Microsoft.Authorization/roleAssignments',
      '/providers/Microsoft.Authorization/roleAssignments',
      true,
    ],
    [
      'arm GET /{scope}/providers/Microsoft.Authorization/roleAssignments',
      '/subscriptions/1/providers/Microsoft.Authorization/roleAssignments',
      true,
    ],
    [
      'arm GET /{scope}/providers/Microsoft.Authorization/roleAssignments',
      '/providers/Microsoft.Authorization/roleAssignments/1',
      false,
    ],
    ['slack POST chat.update', '/api/chat.update', true],
    ['slack POST chat.update', '/api/chatXupdate', false],
    ['bot POST /v3/conversations', '/teams/v3/conversations', true],
    ['bot POST /v3/conversations', '/teams/v3/conversations/19:x/activities', false],
    ['bot GET /v3/teams/{teamId}', '/teams/v3/teams/19:x', true],
    ['bot GET /v3/teams/{teamId}', '/teams/v3/teams/19:x/conversations', false],
    ['bot PUT /v3/conversations/{conversationId}/activities/{activityId}', '/v3/conversations/19:x/activities/1', true],
  ])('%s is met at %s: %s', (name, path, met) => {
    expect(
      operationsInUse()
        .find((operation) => operation.name === name)
        ?.path.test(path),
    ).toBe(met);
  });
});
