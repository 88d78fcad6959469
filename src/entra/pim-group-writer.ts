import type { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';
import type { Clock } from '../access/core/clock.ts';
import type { GroupMembership } from '../access/core/target.ts';
import type { AccessWriter, Order } from '../perimeter/access-writer.ts';
import type { GraphClient } from './graph-client.ts';
import { isDirectMember } from './group-members.ts';
import { quoted, segment } from './odata.ts';
import { answerOf, groupInstanceSchema, groupRequestSchema, sameWord } from './pim-schema.ts';
import { createPimWriter, isTicketOf, type PimInstance, type PimRequest, type PimService } from './pim-writer.ts';
import { byHand as byHandWithoutPim, createPlainGroupWriter } from './plain-group-writer.ts';

const GROUP = '/identityGovernance/privilegedAccess/group';
const REQUESTS = `${GROUP}/assignmentScheduleRequests`;
const INSTANCES = `${GROUP}/assignmentScheduleInstances`;
/** The only application permission that may give a PIM membership; it reads, too. */
const PERMISSION = 'PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup';

type GroupOrder = Order<GroupMembership>;
type GroupRequest = z.infer<typeof groupRequestSchema>;
type GroupInstance = z.infer<typeof groupInstanceSchema>;

/**
 * Group membership by PIM for groups: an active assignment that Entra itself ends. **The first request brings a group under PIM, silently and
 * for good.** Groups with a rule, and those synchronised from on-premises, it refuses.
 * @see https://learn.microsoft.com/graph/api/privilegedaccessgroup-post-assignmentschedulerequests
 */
export function createPimGroupWriter(graph: GraphClient, clock: Clock): AccessWriter<GroupMembership> {
  return createPimWriter(pimForGroups(graph), createPlainGroupWriter(graph), clock);
}

function pimForGroups(graph: GraphClient): PimService<GroupMembership> {
  async function instances(order: GroupOrder): Promise<readonly PimInstance[]> {
    const found: PimInstance[] = [];
    for await (const item of graph.list(INSTANCES, { query: ofGroupAndPrincipal(order), permission: PERMISSION })) {
      const instance = answerOf(groupInstanceSchema, item, `GET ${INSTANCES}`);
      // Through another group is another membership: neither given nor taken here.
      if (isAbout(instance, order) && !sameWord(instance.memberType, 'group')) found.push(instanceOf(instance));
    }
    return found;
  }

  /** Newest first. One by its id is looked up in the list as well: it is short, and one address less. */
  async function givings(order: GroupOrder): Promise<readonly GroupRequest[]> {
    const found: GroupRequest[] = [];
    for await (const item of graph.list(REQUESTS, { query: ofGroupAndPrincipal(order), permission: PERMISSION })) {
      const request = answerOf(groupRequestSchema, item, `GET ${REQUESTS}`);
      if (isAbout(request, order) && sameWord(request.action, 'adminAssign')) found.push(request);
    }
    return found.toSorted((a, b) => (b.createdDateTime ?? '').localeCompare(a.createdDateTime ?? ''));
  }

  async function post(action: 'adminAssign' | 'adminRemove', order: GroupOrder, rest: object): Promise<PimRequest> {
    const body = { accessId: 'member', groupId: order.target.groupId, principalId: order.principalId, action, ...rest };
    return requestOf(
      answerOf(groupRequestSchema, await graph.post(REQUESTS, body, { permission: PERMISSION }), `POST ${REQUESTS}`),
    );
  }

  return {
    // The member itself.
    hasUniqueOrigins: false,
    instances,
    /** Of a group that is not under PIM yet, PIM knows nobody: whoever is in it is in it all the same. */
    async held(order) {
      const live = await instances(order);
      if (live.length > 0) return live.map(({ scheduleId }) => scheduleId);
      return (await isDirectMember(graph, order)) ? [order.principalId.toLowerCase()] : [];
    },
    async findRequest(order) {
      const ours = (await givings(order)).find(({ ticketInfo }) => isTicketOf(order.grantId, ticketInfo));
      return ours && requestOf(ours);
    },
    async request(order, id) {
      const known = (await givings(order)).find((request) => sameWord(request.id, id));
      if (known === undefined) throw new AppError('directory.not-found', `PIM lists no request ${id} for this group and member`);
      return requestOf(known);
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

/** The service refuses to list without one of the two. */
function ofGroupAndPrincipal({ principalId, target }: GroupOrder): Readonly<Record<string, string>> {
  return { $filter: `groupId eq ${quoted(target.groupId)} and principalId eq ${quoted(principalId)}` };
}

function isAbout(item: GroupRequest | GroupInstance, { principalId, target }: GroupOrder): boolean {
  return sameWord(item.principalId, principalId) && sameWord(item.groupId, target.groupId) && sameWord(item.accessId, 'member');
}

/** PIM names the schedule `{group}_member_{request}`; a removal's is none. */
function lastPart(scheduleId: string): string {
  return scheduleId.slice(scheduleId.lastIndexOf('_') + 1);
}

function requestOf({ id, status, targetScheduleId, createdDateTime }: GroupRequest): PimRequest {
  return { id, status, scheduleId: lastPart(targetScheduleId ?? id), createdAt: createdDateTime ?? undefined };
}

function instanceOf(instance: GroupInstance): PimInstance {
  return {
    scheduleId: lastPart(instance.assignmentScheduleId ?? instance.id),
    originId: instance.principalId.toLowerCase(),
    isDirect: sameWord(instance.memberType, 'direct') && sameWord(instance.assignmentType, 'assigned'),
    startedAt: instance.startDateTime ?? undefined,
    endsAt: instance.endDateTime ?? undefined,
  };
}

function byHand({ principalId, target }: GroupOrder): string {
  const body = { action: 'adminRemove', accessId: 'member', groupId: target.groupId, principalId };
  return `az rest --method POST --url https://graph.microsoft.com/v1.0${REQUESTS} --body '${JSON.stringify(body)}'`;
}
