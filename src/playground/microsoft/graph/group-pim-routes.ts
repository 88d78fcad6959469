import { instantOf } from '../../../access/core/clock.ts';
import type { GroupPimRequest, GroupSchedule } from '../tenant/group-schedules.ts';
import { collectionBody, type Expander } from './collection.ts';
import { directoryObject } from './directory-objects.ts';
import { badRequest, GraphRefusal } from './graph-error.ts';
import type { GraphCall, GraphRoute } from './graph-server.ts';
import type { Entity, EntityType } from './odata-query.ts';
import { canceled, demandToAssign, requestWords } from './pim-routes.ts';
import { readGroupPimAsk } from './read-role-body.ts';
import { GROUP_SCHEDULE_INSTANCE, GROUP_SCHEDULE_REQUEST } from './role-entity-types.ts';

const GROUP = 'identityGovernance/privilegedAccess/group';
const REQUESTS = `${GROUP}/assignmentScheduleRequests`;
const INSTANCES = `${GROUP}/assignmentScheduleInstances`;

const scheduleId = (groupId: string, last: string) => `${groupId}_member_${last}`;

function requestEntity(request: GroupPimRequest): Entity {
  const { groupId, principalId, action, id } = request;
  const targetScheduleId = action === 'adminRemove' ? null : scheduleId(groupId, id);
  return { ...requestWords(request), accessId: 'member', groupId, principalId, targetScheduleId };
}

function instanceEntity({ groupId, principalId, ...schedule }: GroupSchedule): Entity {
  return {
    id: scheduleId(groupId, schedule.instanceId),
    accessId: 'member',
    groupId,
    principalId,
    startDateTime: instantOf(schedule.startAt),
    endDateTime: schedule.endAt === undefined ? null : instantOf(schedule.endAt),
    assignmentType: 'assigned',
    memberType: 'direct',
    assignmentScheduleId: scheduleId(groupId, schedule.requestId),
  };
}

/** What PIM's own requests made, and whoever else is in a group that is under PIM: it shows them as assigned without an end. */
function instances({ tenant, readAsOf }: GraphCall): readonly Entity[] {
  const schedules = tenant.groupSchedules.asOf(readAsOf).filter(({ startAt }) => startAt <= tenant.time());
  const isScheduled = (groupId: string, principalId: string) =>
    schedules.some((schedule) => schedule.groupId === groupId && schedule.principalId === principalId);
  const byHand = tenant.directory
    .groups()
    .filter(({ id }) => tenant.groupSchedules.isOnboarded(id))
    .flatMap(({ id: groupId }) =>
      tenant.directory
        .memberIdsAsOf(groupId, readAsOf)
        .filter((principalId) => !isScheduled(groupId, principalId))
        .map((principalId) => memberEntity(groupId, principalId)),
    );
  return [...schedules.map(instanceEntity), ...byHand];
}

function memberEntity(groupId: string, principalId: string): Entity {
  return {
    id: scheduleId(groupId, principalId),
    accessId: 'member',
    groupId,
    principalId,
    startDateTime: null,
    endDateTime: null,
    assignmentType: 'assigned',
    memberType: 'direct',
    assignmentScheduleId: scheduleId(groupId, principalId),
  };
}

const expand =
  ({ tenant }: GraphCall): Expander =>
  (object, name) => {
    if (name === 'principal') return directoryObject(tenant, String(object['principalId']));
    if (name === 'group') return directoryObject(tenant, String(object['groupId']));
    throw badRequest(`The playground does not expand '${name}' here.`);
  };

function list(call: GraphCall, objects: readonly Entity[], context: string, type: EntityType) {
  const named = call.query.filter?.properties ?? new Set<string>();
  // Source: https://learn.microsoft.com/graph/api/privilegedaccessgroup-list-assignmentschedulerequests
  if (!named.has('groupId') && !named.has('principalId')) throw badRequest('The $filter must name groupId or principalId.');
  return { status: 200, body: collectionBody(objects, { ...call, context, type, expand: expand(call) }) };
}

/** PIM for groups, members only. */
export const GROUP_PIM_ROUTES: readonly GraphRoute[] = [
  {
    method: 'GET',
    path: `/${REQUESTS}`,
    permission: 'groupPimRead',
    pim: true,
    cost: 1,
    type: GROUP_SCHEDULE_REQUEST,
    handle: (call) => {
      const requests = call.tenant.groupSchedules.pim.requests(call.readAsOf);
      return list(call, requests.map(requestEntity), REQUESTS, GROUP_SCHEDULE_REQUEST);
    },
  },
  {
    method: 'GET',
    path: `/${INSTANCES}`,
    permission: 'groupPimRead',
    pim: true,
    cost: 1,
    type: GROUP_SCHEDULE_INSTANCE,
    handle: (call) => list(call, instances(call), INSTANCES, GROUP_SCHEDULE_INSTANCE),
  },
  {
    method: 'POST',
    path: `/${REQUESTS}`,
    permission: 'groupPimPost',
    pim: true,
    cost: 1,
    type: GROUP_SCHEDULE_REQUEST,
    handle: create,
  },
  {
    method: 'POST',
    path: `/${REQUESTS}/{}/cancel`,
    permission: 'groupPimCancel',
    pim: true,
    cost: 1,
    type: GROUP_SCHEDULE_REQUEST,
    handle: (call) => canceled(call.tenant.groupSchedules.pim.cancel(call.ids[0] ?? '')),
  },
];

function create(call: GraphCall) {
  const ask = readGroupPimAsk(call.body);
  demandToAssign(call, ask, ['PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup']);
  const result = call.tenant.groupSchedules.pim.submit(ask, call.actor);
  if ('code' in result) throw new GraphRefusal(result.code === 'ResourceNotFound' ? 404 : 400, result.code, result.message);
  return { status: 201, body: { '@odata.context': `${call.base}/v1.0/$metadata#${REQUESTS}/$entity`, ...requestEntity(result) } };
}
