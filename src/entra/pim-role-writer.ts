import type { Clock } from '../access/core/clock.ts';
import type { DirectoryRole } from '../access/core/target.ts';
import type { AccessWriter, Order } from '../perimeter/access-writer.ts';
import type { GraphClient } from './graph-client.ts';
import { quoted, segment } from './odata.ts';
import {
  answerOf,
  sameWord,
  type ScheduleInstance,
  type ScheduleRequest,
  scheduleInstanceSchema,
  scheduleRequestSchema,
} from './pim-schema.ts';
import { createPimWriter, isTicketOf, type PimInstance, type PimRequest, type PimService } from './pim-writer.ts';
import { createPlainRoleWriter } from './plain-role-writer.ts';

const REQUESTS = '/roleManagement/directory/roleAssignmentScheduleRequests';
const INSTANCES = '/roleManagement/directory/roleAssignmentScheduleInstances';
const ASSIGNMENTS = 'https://graph.microsoft.com/v1.0/roleManagement/directory/roleAssignments';
/** Least privileged application permission that may give, read and take a PIM assignment. */
const PERMISSION = 'RoleAssignmentSchedule.ReadWrite.Directory';

type RoleOrder = Order<DirectoryRole>;

/**
 * Directory roles by PIM: an active assignment that Entra itself ends.
 * @see https://learn.microsoft.com/graph/api/rbacapplication-post-roleassignmentschedulerequests
 */
export function createPimRoleWriter(graph: GraphClient, clock: Clock): AccessWriter<DirectoryRole> {
  return createPimWriter(pimForRoles(graph), createPlainRoleWriter(graph), clock);
}

function pimForRoles(graph: GraphClient): PimService<DirectoryRole> {
  async function instances(order: RoleOrder): Promise<readonly PimInstance[]> {
    const found: PimInstance[] = [];
    for await (const item of graph.list(INSTANCES, { query: ofPrincipalAndRole(order), permission: PERMISSION })) {
      const instance = answerOf(scheduleInstanceSchema, item, `GET ${INSTANCES}`);
      if (isAbout(instance, order)) found.push(instanceOf(instance));
    }
    return found;
  }

  async function post(action: 'adminAssign' | 'adminRemove', order: RoleOrder, rest: object): Promise<PimRequest> {
    const { roleDefinitionId, directoryScopeId } = order.target;
    const body = { action, principalId: order.principalId, roleDefinitionId, directoryScopeId, ...rest };
    return requestOf(
      answerOf(scheduleRequestSchema, await graph.post(REQUESTS, body, { permission: PERMISSION }), `POST ${REQUESTS}`),
    );
  }

  return {
    // Made of role, principal and scope.
    hasUniqueOrigins: false,
    instances,
    held: async (order) => (await instances(order)).map(({ scheduleId }) => scheduleId),
    async findRequest(order) {
      let newest: ScheduleRequest | undefined;
      for await (const item of graph.list(REQUESTS, { query: ofPrincipalAndRole(order), permission: PERMISSION })) {
        const request = answerOf(scheduleRequestSchema, item, `GET ${REQUESTS}`);
        const isOurs =
          isAbout(request, order) && sameWord(request.action, 'adminAssign') && isTicketOf(order.grantId, request.ticketInfo);
        if (isOurs && (newest?.createdDateTime ?? '') <= (request.createdDateTime ?? '')) newest = request;
      }
      return newest && requestOf(newest);
    },
    async request(_order, id) {
      const path = `${REQUESTS}/${segment(id)}`;
      return requestOf(
        answerOf(scheduleRequestSchema, await graph.get(path, { permission: PERMISSION }), `GET ${REQUESTS}/{id}`),
      );
    },
    assign: (order, words, startDateTime) =>
      post('adminAssign', order, {
        ...words,
        scheduleInfo: { startDateTime, expiration: { type: 'afterDateTime', endDateTime: order.endsAt } },
      }),
    remove: (order, words) => post('adminRemove', order, words),
    cancel: (_order, id) => graph.post(`${REQUESTS}/${segment(id)}/cancel`, undefined, { permission: PERMISSION }),
    byHand,
    byHandWithoutPim,
  };
}

function ofPrincipalAndRole({ principalId, target }: RoleOrder): Readonly<Record<string, string>> {
  return { $filter: `principalId eq ${quoted(principalId)} and roleDefinitionId eq ${quoted(target.roleDefinitionId)}` };
}

function isAbout(item: ScheduleRequest | ScheduleInstance, { principalId, target }: RoleOrder): boolean {
  return (
    sameWord(item.principalId, principalId) &&
    sameWord(item.roleDefinitionId, target.roleDefinitionId) &&
    sameWord(item.directoryScopeId, target.directoryScopeId)
  );
}

function requestOf({ id, status, targetScheduleId, createdDateTime }: ScheduleRequest): PimRequest {
  return { id, status, scheduleId: targetScheduleId ?? id, createdAt: createdDateTime ?? undefined };
}

function instanceOf(instance: ScheduleInstance): PimInstance {
  return {
    scheduleId: instance.roleAssignmentScheduleId ?? instance.id,
    originId: instance.roleAssignmentOriginId ?? instance.id,
    isDirect: sameWord(instance.memberType, 'Direct') && sameWord(instance.assignmentType, 'Assigned'),
    startedAt: instance.startDateTime ?? undefined,
    endsAt: instance.endDateTime ?? undefined,
  };
}

function byHand({ principalId, target }: RoleOrder): string {
  const { roleDefinitionId, directoryScopeId } = target;
  const body = { action: 'adminRemove', principalId, roleDefinitionId, directoryScopeId };
  return `az rest --method POST --url https://graph.microsoft.com/v1.0${REQUESTS} --body '${JSON.stringify(body)}'`;
}

function byHandWithoutPim({ assignment, principalId, target: role }: RoleOrder): string {
  const id = assignment?.roleAssignmentId;
  if (id !== undefined) return `az rest --method DELETE --url '${ASSIGNMENTS}/${segment(id)}'`;
  const which = segment(`principalId eq '${principalId}' and roleDefinitionId eq '${role.roleDefinitionId}'`).replaceAll(
    "'",
    '%27',
  );
  // %24 and %27: no shell of any kind finds something of its own in it.
  return [
    `az rest --method GET --url '${ASSIGNMENTS}?%24filter=${which}'`,
    `and, if nobody else gave the one at the scope ${role.directoryScopeId}:`,
    `az rest --method DELETE --url '${ASSIGNMENTS}/<its id>'`,
  ].join(' ');
}
