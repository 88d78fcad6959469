import { z } from 'zod';
import { instantOf } from '../../../access/core/clock.ts';
import type { Answer } from '../far-end-server.ts';
import { AZURE_ROLES, type AzureAssignment, azureRoleOf } from '../tenant/azure-assignments.ts';
import type { AzurePimRequest } from '../tenant/azure-pim.ts';
import type { Expiration } from '../tenant/expiration.ts';
import { nameOf } from '../tenant/tenant-model.ts';
import { actorOf, armBody } from './arm-body.ts';
import { ArmRefusal } from './arm-error.ts';
import type { ArmCall } from './arm-server.ts';
import { assignmentIdAt, demand, isAtOrAbove, roleDefinitionIdAt, same } from './rights.ts';
import { onlyParameters, rowsAround } from './role-assignment-routes.ts';
import { refuseCondition, roleIn } from './role-assignment-writes.ts';
import { scheduleRequestSchema, wordsIn } from './read-schedule-body.ts';

const READ = 'Microsoft.Authorization/roleAssignments/read';
const FILTERS = ['atScope()', 'principalId eq {value}', 'assignedTo({value})', 'asTarget()'];
const at = (scope: string, kind: string, name: string) =>
  `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/${kind}/${name}`;

/** Who and what, once more in names. */
function expanded({ tenant }: ArmCall, scope: string, roleId: string, principalId: string) {
  const role = azureRoleOf(roleId);
  const principal = nameOf(principalId, tenant.directory, tenant.applications);
  return {
    scope: { id: scope, displayName: scope.slice(scope.lastIndexOf('/') + 1), type: 'subscription' },
    roleDefinition: {
      id: roleDefinitionIdAt(scope, roleId),
      displayName: role === undefined ? roleId : AZURE_ROLES[role].name,
      type: 'BuiltInRole',
    },
    principal: { id: principalId, displayName: principal, type: 'User' },
  };
}

function instanceBody(call: ArmCall, row: AzureAssignment) {
  const { schedule, scope } = row;
  const name = schedule?.instanceId ?? row.name;
  return {
    properties: {
      roleAssignmentScheduleId: at(scope, 'RoleAssignmentSchedules', schedule?.scheduleId ?? row.name),
      originRoleAssignmentId: assignmentIdAt(row),
      status: 'Provisioned',
      startDateTime: schedule === undefined ? row.createdOn : instantOf(schedule.startAt),
      ...(schedule?.endAt === undefined ? {} : { endDateTime: instantOf(schedule.endAt) }),
      assignmentType: 'Assigned',
      memberType: 'Direct',
      scope,
      roleDefinitionId: roleDefinitionIdAt(scope, row.roleId),
      principalId: row.principalId,
      principalType: row.principalType,
      createdOn: row.createdOn,
      ...(row.condition === null ? {} : { condition: row.condition, conditionVersion: '2.0' }),
      expandedProperties: expanded(call, scope, row.roleId, row.principalId),
    },
    name,
    id: at(scope, 'RoleAssignmentScheduleInstances', name),
    type: 'Microsoft.Authorization/RoleAssignmentScheduleInstances',
  };
}

/** What is live: by PIM, and everything else too. Source: https://learn.microsoft.com/rest/api/authorization/role-assignment-schedule-instances */
export function listInstances(call: ArmCall, scope: string): Answer {
  demand(call, READ, scope);
  onlyParameters(call, ['api-version', '$filter']);
  const isLive = ({ schedule }: AzureAssignment) => (schedule?.startAt ?? 0) <= call.tenant.time();
  const rows = rowsAround(call, scope, FILTERS).filter(isLive);
  return { status: 200, body: { value: rows.map((row) => instanceBody(call, row)) } };
}

function requestBody(call: ArmCall, request: AzurePimRequest) {
  const { scope, roleId, principalId, id: name, scheduleInfo } = request;
  const row = call.tenant.azure.all().find(({ schedule }) => schedule?.requestId === name);
  return {
    properties: {
      targetRoleAssignmentScheduleId: row?.schedule?.scheduleId ?? null,
      targetRoleAssignmentScheduleInstanceId: null,
      scope,
      roleDefinitionId: roleDefinitionIdAt(scope, roleId),
      principalId,
      principalType: call.tenant.directory.group(principalId) === undefined ? 'User' : 'Group',
      requestType: request.action === 'adminAssign' ? 'AdminAssign' : 'AdminRemove',
      status: request.status,
      approvalId: null,
      ...(scheduleInfo === undefined ? {} : { scheduleInfo: scheduleBody(request.startAt, scheduleInfo.expiration) }),
      ticketInfo: request.ticketInfo,
      justification: request.justification,
      requestorId: request.createdBy.objectId,
      createdOn: instantOf(request.createdAt),
      condition: request.condition,
      conditionVersion: request.condition === null ? null : '2.0',
      expandedProperties: expanded(call, scope, roleId, principalId),
    },
    name,
    id: at(scope, 'RoleAssignmentScheduleRequests', name),
    type: 'Microsoft.Authorization/RoleAssignmentScheduleRequests',
  };
}

function scheduleBody(startAt: number, { type, endDateTime, duration }: Expiration) {
  const expiration = {
    type: `${type.charAt(0).toUpperCase()}${type.slice(1)}`,
    endDateTime: endDateTime ?? null,
    duration: duration ?? null,
  };
  return { startDateTime: instantOf(startAt), expiration };
}

/**
 * A name is taken once and for ever. Source: https://learn.microsoft.com/rest/api/authorization/role-assignment-schedule-requests/create, and
 * for the 409 what callers report (https://github.com/Azure/bicep/issues/12472)
 */
export function putRequest(call: ArmCall, scope: string, name: string): Answer {
  onlyParameters(call, ['api-version']);
  if (!z.guid().safeParse(name).success)
    throw new ArmRefusal(
      400,
      'InvalidRoleAssignmentScheduleRequestId',
      `The name '${name.slice(0, 60)}' is not valid. It must be a GUID.`,
    );
  const { properties } = armBody(call, scheduleRequestSchema);
  const roleId = AZURE_ROLES[roleIn(properties.roleDefinitionId, scope)].id;
  const { condition = null } = properties;
  // Whether a condition of ours binds PIM too is not published (docs/not-verified.md); the stricter way here.
  const action = properties.requestType === 'AdminRemove' ? 'delete' : 'write';
  demand(call, `Microsoft.Authorization/roleAssignments/${action}`, scope, roleId);
  refuseCondition(condition, properties.conditionVersion);
  if (call.tenant.azurePim.request(name) !== undefined)
    throw new ArmRefusal(409, 'RoleAssignmentRequestExists', `A role assignment request with Id: ${name} already exists.`);
  const ask = { principalId: properties.principalId, roleId, scope, condition, ...wordsIn(properties) };
  const result = call.tenant.azurePim.submit(ask, actorOf(call), name.toLowerCase());
  if ('code' in result) throw new ArmRefusal(400, result.code, result.message);
  return { status: 201, body: requestBody(call, result) };
}

export function getRequest(call: ArmCall, scope: string, name: string): Answer {
  demand(call, READ, scope);
  onlyParameters(call, ['api-version']);
  return { status: 200, body: requestBody(call, requestOf(call, scope, name)) };
}

export function listRequests(call: ArmCall, scope: string): Answer {
  demand(call, READ, scope);
  onlyParameters(call, ['api-version', '$filter']);
  const filter = call.url.searchParams.get('$filter');
  const principal = filter === null ? undefined : /^principalId\s+eq\s+'([0-9a-f-]{36})'$/i.exec(filter.trim())?.[1];
  if (filter !== null && principal === undefined && !/^atScope\(\)$/i.test(filter.trim()))
    throw new ArmRefusal(400, 'UnsupportedQuery', `The filter '${filter.slice(0, 120)}' is not supported.`);
  const requests = call.tenant.azurePim
    .requests(call.readAsOf)
    .filter((request) => isAtOrAbove(request.scope, scope) || isAtOrAbove(scope, request.scope))
    .filter((request) => principal === undefined || same(request.principalId, principal));
  return { status: 200, body: { value: requests.map((request) => requestBody(call, request)) } };
}

export function cancelRequest(call: ArmCall, scope: string, name: string): Answer {
  const { roleId } = requestOf(call, scope, name);
  demand(call, 'Microsoft.Authorization/roleAssignments/write', scope, roleId);
  onlyParameters(call, ['api-version']);
  if (call.tenant.azurePim.cancel(name) === 'canceled') return { status: 200 };
  throw new ArmRefusal(
    400,
    'RoleAssignmentRequestCannotBeCanceled',
    'The request can be canceled only while it is granted or pending.',
  );
}

function requestOf(call: ArmCall, scope: string, name: string): AzurePimRequest {
  const request = call.tenant.azurePim.request(name, call.readAsOf);
  if (request !== undefined && same(request.scope, scope)) return request;
  throw new ArmRefusal(404, 'RoleAssignmentScheduleRequestNotFound', `The request '${name.slice(0, 60)}' is not found.`);
}
