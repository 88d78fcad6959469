import { instantOf } from '../../../access/core/clock.ts';
import type { Expiration } from '../tenant/expiration.ts';
import type { PimRequest } from '../tenant/pim.ts';
import type { PimEngine, PimRequestFor, PimWords } from '../tenant/pim-engine.ts';
import { ROLE_DEFINITIONS } from '../tenant/role-definitions.ts';
import type { RoleSchedule } from '../tenant/role-store.ts';
import { collectionBody, entityBody, type Expander } from './collection.ts';
import { POLICY_ASSIGNMENT, SCHEDULE, SCHEDULE_INSTANCE, SCHEDULE_REQUEST } from './role-entity-types.ts';
import { badRequest, directoryBadRequest, GraphRefusal } from './graph-error.ts';
import type { GraphCall, GraphRoute } from './graph-server.ts';
import type { Entity, EntityType } from './odata-query.ts';
import { policyEntity, policyRules } from './policy-rules.ts';
import { readPimAsk } from './read-role-body.ts';
import { expandRole } from './role-routes.ts';

const REQUESTS = 'roleManagement/directory/roleAssignmentScheduleRequests';
const INSTANCES = 'roleManagement/directory/roleAssignmentScheduleInstances';
const SCHEDULES = 'roleManagement/directory/roleAssignmentSchedules';

function requestEntity(request: PimRequest): Entity {
  const removal = request.action === 'adminRemove';
  return {
    ...requestWords(request),
    principalId: request.principalId,
    roleDefinitionId: request.roleDefinitionId,
    directoryScopeId: request.directoryScopeId,
    appScopeId: null,
    targetScheduleId: removal ? null : request.id,
  };
}

/** What every request of PIM's says in Graph, whatever it is about. */
export function requestWords(request: PimRequestFor<object>): Entity {
  const removal = request.action === 'adminRemove';
  return {
    id: request.id,
    status: request.status,
    createdDateTime: instantOf(request.createdAt),
    completedDateTime: request.completedAt === undefined ? null : instantOf(request.completedAt),
    approvalId: null,
    customData: request.customData,
    action: request.action,
    isValidationOnly: request.isValidationOnly,
    justification: request.justification,
    createdBy: { application: null, device: null, user: { displayName: null, id: request.createdBy.objectId } },
    scheduleInfo: removal ? null : scheduleInfo(request.startAt, request.scheduleInfo?.expiration ?? { type: 'noExpiration' }),
    ticketInfo: { ticketNumber: request.ticketInfo.ticketNumber, ticketSystem: request.ticketInfo.ticketSystem },
  };
}

function scheduleInfo(startAt: number | undefined, expiration: Expiration): Entity {
  return {
    startDateTime: startAt === undefined ? null : instantOf(startAt),
    recurrence: null,
    expiration: {
      type: expiration.type,
      endDateTime: expiration.endDateTime === undefined ? null : instantOf(Date.parse(expiration.endDateTime)),
      duration: expiration.duration ?? null,
    },
  };
}

const ids = (schedule: RoleSchedule) => ({
  principalId: schedule.principalId,
  roleDefinitionId: schedule.roleDefinitionId,
  directoryScopeId: schedule.directoryScopeId,
  appScopeId: null,
});

function instanceEntity(schedule: RoleSchedule): Entity {
  return {
    id: schedule.assignmentId,
    ...ids(schedule),
    startDateTime: schedule.startAt === undefined ? null : instantOf(schedule.startAt),
    endDateTime: schedule.endAt === undefined ? null : instantOf(schedule.endAt),
    assignmentType: 'Assigned',
    memberType: 'Direct',
    roleAssignmentOriginId: schedule.assignmentId,
    roleAssignmentScheduleId: schedule.id,
  };
}

function scheduleEntity(schedule: RoleSchedule): Entity {
  const end = schedule.endAt === undefined ? {} : { endDateTime: instantOf(schedule.endAt) };
  return {
    id: schedule.id,
    ...ids(schedule),
    createdUsing: schedule.madeBy === 'pim' ? schedule.id : null,
    createdDateTime: instantOf(schedule.createdAt),
    modifiedDateTime: null,
    status: 'Provisioned',
    assignmentType: 'Assigned',
    memberType: 'Direct',
    scheduleInfo: scheduleInfo(schedule.startAt, { ...schedule.expiration, ...end }),
  };
}

/** Objects of a collection, as the caller sees them now (or as stale as reads are). */
interface Source {
  readonly path: string;
  readonly context: string;
  readonly type: EntityType;
  readonly permission: GraphRoute['permission'];
  readonly list: (call: GraphCall) => readonly Entity[];
}

const SOURCES: readonly Source[] = [
  {
    path: `/${REQUESTS}`,
    context: REQUESTS,
    type: SCHEDULE_REQUEST,
    permission: 'requests',
    list: ({ tenant, readAsOf }) => tenant.pim.requests(readAsOf).map(requestEntity),
  },
  {
    path: `/${INSTANCES}`,
    context: INSTANCES,
    type: SCHEDULE_INSTANCE,
    permission: 'scheduleRead',
    list: ({ tenant, readAsOf }) => tenant.roles.asOf(readAsOf).filter(tenant.roles.isLive).map(instanceEntity),
  },
  {
    path: `/${SCHEDULES}`,
    context: SCHEDULES,
    type: SCHEDULE,
    permission: 'scheduleRead',
    list: ({ tenant, readAsOf }) => tenant.roles.asOf(readAsOf).map(scheduleEntity),
  },
];

const expandPim =
  (call: GraphCall): Expander =>
  (object, name) => {
    if (name !== 'targetSchedule') return expandRole(call)(object, name);
    const schedule = call.tenant.roles.asOf(call.readAsOf).find(({ id }) => id === object['targetScheduleId']);
    return schedule === undefined ? null : scheduleEntity(schedule);
  };

const listRoute = ({ path, context, type, permission, list }: Source): GraphRoute => ({
  method: 'GET',
  path,
  permission,
  pim: true,
  cost: 1,
  type,
  handle: (call) => ({ status: 200, body: collectionBody(list(call), { ...call, context, type, expand: expandPim(call) }) }),
});

const oneRoute = ({ path, context, type, permission, list }: Source): GraphRoute => ({
  method: 'GET',
  path: `${path}/{}`,
  permission,
  pim: true,
  cost: 1,
  type,
  handle(call) {
    const found = list(call).find((entity) => entity['id'] === call.ids[0]);
    if (found === undefined) throw new GraphRefusal(404, 'ResourceNotFound', 'The resource is not found.');
    return { status: 200, body: entityBody(found, { ...call, context, type, expand: expandPim(call) }) };
  },
});

export const PIM_ROUTES: readonly GraphRoute[] = [
  ...SOURCES.map(listRoute),
  ...SOURCES.map(oneRoute),
  {
    method: 'POST',
    path: `/${REQUESTS}`,
    permission: 'requestsPost',
    pim: true,
    cost: 1,
    type: SCHEDULE_REQUEST,
    handle: create,
  },
  {
    method: 'POST',
    path: `/${REQUESTS}/{}/cancel`,
    permission: 'requests',
    pim: true,
    cost: 1,
    type: SCHEDULE_REQUEST,
    handle: cancel,
  },
  {
    method: 'GET',
    path: '/policies/roleManagementPolicyAssignments',
    permission: 'policies',
    pim: true,
    cost: 1,
    type: POLICY_ASSIGNMENT,
    handle: policies,
  },
];

/** 201 says that the request was taken in, nothing more: its `status` says how it went. */
function create(call: GraphCall) {
  const ask = readPimAsk(call.body);
  demandToAssign(call, ask, ['RoleAssignmentSchedule.ReadWrite.Directory', 'RoleManagement.ReadWrite.Directory']);
  const result = call.tenant.pim.submit(ask, call.actor);
  if ('code' in result) throw new GraphRefusal(400, result.code, result.message);
  return { status: 201, body: { '@odata.context': `${call.base}/v1.0/$metadata#${REQUESTS}/$entity`, ...requestEntity(result) } };
}

/** There are permissions for taking away alone. */
export function demandToAssign(call: GraphCall, ask: Pick<PimWords, 'action'>, enough: readonly string[]): void {
  if (ask.action === 'adminRemove' || call.roles.some((role) => enough.includes(role))) return;
  const inner = {
    errorCode: 'PermissionScopeNotGranted',
    message: `Authorization failed due to missing permission scope ${enough.join(',')}.`,
    instanceAnnotations: [],
  };
  throw new GraphRefusal(403, 'UnknownError', JSON.stringify(inner));
}

function cancel(call: GraphCall) {
  return canceled(call.tenant.pim.cancel(call.ids[0] ?? ''));
}

export function canceled(outcome: ReturnType<PimEngine<object>['cancel']>) {
  if (outcome === 'not found') throw new GraphRefusal(404, 'ResourceNotFound', 'The resource is not found.');
  if (outcome === 'not cancelable') throw directoryBadRequest('The request can be canceled only while it is granted or pending.');
  return { status: 204 };
}

function policies(call: GraphCall) {
  // Without both, the service does not know whose policies are meant.
  const named = call.query.filter?.properties ?? new Set<string>();
  if (!named.has('scopeId') || !named.has('scopeType')) throw badRequest('The $filter must name scopeId and scopeType.');
  const all = ROLE_DEFINITIONS.map((role) => {
    const policyId = `DirectoryRole_${call.tenant.tenantId}_${role.id}`;
    return { id: `${policyId}_${role.id}`, policyId, roleDefinitionId: role.id, scopeId: '/', scopeType: 'DirectoryRole' };
  });
  const expand: Expander = (object, name) => {
    if (name === 'policy') return policyEntity(String(object['policyId']));
    const policy = call.tenant.pim.policy(String(object['id']).slice(-36));
    if (name === 'rules' || name === 'effectiveRules') return policyRules(policy);
    throw badRequest(`The playground does not expand '${name}' here.`);
  };
  const context = 'policies/roleManagementPolicyAssignments';
  return { status: 200, body: collectionBody(all, { ...call, context, type: POLICY_ASSIGNMENT, expand }) };
}
