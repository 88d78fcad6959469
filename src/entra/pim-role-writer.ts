import { AppError } from '../access/core/app-error.ts';
import { type Clock, instantOf } from '../access/core/clock.ts';
import { point } from '../access/core/point.ts';
import type { Assignment } from '../../flows/grant.ts';
import type { DirectoryRole } from '../access/core/target.ts';
import type { AccessWriter, Order, Taken } from '../perimeter/access-writer.ts';
import type { GraphClient } from './graph-client.ts';
import { graphCodeOf } from './graph-error.ts';
import { quoted, segment } from './odata.ts';
import { createLapsedPim } from './pim-lapsed.ts';
import {
  answerOf,
  sameWord,
  scheduleInstanceSchema,
  type ScheduleInstance,
  type ScheduleRequest,
  scheduleRequestSchema,
} from './pim-schema.ts';

const REQUESTS = '/roleManagement/directory/roleAssignmentScheduleRequests';
const INSTANCES = '/roleManagement/directory/roleAssignmentScheduleInstances';
/** Least privileged application permission that may give, read and take a PIM assignment. */
const PERMISSION = 'RoleAssignmentSchedule.ReadWrite.Directory';
export const TICKET_SYSTEM = 'hallpass';
/** Entra refuses to end an active assignment before (ActiveDurationTooShort). */
const MINIMUM_ACTIVE_MS = 5 * 60_000;
/** PIM works after its answer; its own example takes two seconds. */
const LOOK_AGAIN_AFTER_MS = 1_000;
/** How long an instance that is not listed yet is waited for. */
const LISTED_WITHIN_MS = 15_000;

const DONE = ['provisioned'];
const UNDER_WAY = ['granted', 'pendingschedulecreation', 'pendingprovisioning', 'schedulecreated'];
const AWAITS_SOMEBODY = ['pendingapproval', 'pendingadmindecision'];

type RoleOrder = Order<DirectoryRole>;

/**
 * Directory roles by PIM: an active assignment that Entra itself ends. Its `ticketInfo` carries the grant's id, which is how ours is known.
 * @see https://learn.microsoft.com/graph/api/rbacapplication-post-roleassignmentschedulerequests
 */
export function createPimRoleWriter(graph: GraphClient, clock: Clock): AccessWriter<DirectoryRole> {
  const lapsed = createLapsedPim(graph, clock);
  /** As the newest taking found it. */
  let isLicensed = true;

  async function instancesOf({ principalId, target: role }: RoleOrder): Promise<readonly ScheduleInstance[]> {
    const found: ScheduleInstance[] = [];
    const query = { $filter: `principalId eq ${quoted(principalId)} and roleDefinitionId eq ${quoted(role.roleDefinitionId)}` };
    for await (const item of graph.list(INSTANCES, { query, permission: PERMISSION })) {
      const instance = answerOf(scheduleInstanceSchema, item, `GET ${INSTANCES}`);
      if (isAbout(instance, principalId, role)) found.push(instance);
    }
    return found;
  }

  async function ownRequest(order: RoleOrder): Promise<ScheduleRequest | undefined> {
    if (order.assignment !== undefined) return requestById(order.assignment.id);
    const { principalId, target: role, grantId } = order;
    const query = { $filter: `principalId eq ${quoted(principalId)} and roleDefinitionId eq ${quoted(role.roleDefinitionId)}` };
    let newest: ScheduleRequest | undefined;
    for await (const item of graph.list(REQUESTS, { query, permission: PERMISSION })) {
      const request = answerOf(scheduleRequestSchema, item, `GET ${REQUESTS}`);
      if (!isAbout(request, principalId, role) || !sameWord(request.action, 'adminAssign')) continue;
      if (request.ticketInfo?.ticketSystem !== TICKET_SYSTEM || request.ticketInfo.ticketNumber !== grantId) continue;
      if (newest === undefined || (request.createdDateTime ?? '') > (newest.createdDateTime ?? '')) newest = request;
    }
    return newest;
  }

  async function requestById(id: string): Promise<ScheduleRequest> {
    const path = `${REQUESTS}/${segment(id)}`;
    return answerOf(scheduleRequestSchema, await graph.get(path, { permission: PERMISSION }), `GET ${REQUESTS}/{id}`);
  }

  async function post(action: 'adminAssign' | 'adminRemove', order: RoleOrder, rest: Readonly<Record<string, unknown>> = {}) {
    const { roleDefinitionId, directoryScopeId } = order.target;
    const ticketInfo = { ticketNumber: order.grantId, ticketSystem: TICKET_SYSTEM };
    const body = { action, principalId: order.principalId, roleDefinitionId, directoryScopeId, ticketInfo, ...rest };
    return answerOf(scheduleRequestSchema, await graph.post(REQUESTS, body, { permission: PERMISSION }), `POST ${REQUESTS}`);
  }

  async function give(order: RoleOrder): Promise<Assignment> {
    const request = await post('adminAssign', order, {
      // Most roles demand one.
      justification: order.justification === '' ? `Hallpass: ${order.grantId}` : order.justification,
      scheduleInfo: {
        startDateTime: instantOf(clock.now()),
        expiration: { type: 'afterDateTime', endDateTime: order.endsAt },
      },
    });
    return active(request, order);
  }

  /** Entra's own id of the assignment is remembered as long as PIM tells it: without a licence it will not (pim-lapsed.ts). */
  async function active(request: ScheduleRequest, order: RoleOrder): Promise<Assignment> {
    const assignment = assignmentOf(request);
    // Whatever goes wrong with this reading says nothing of the write before it, and must not be taken for its answer.
    const live = await instancesOf(order).catch(() => []);
    const ours = live.find(isOf(request));
    if (ours !== undefined) return { ...assignment, roleAssignmentId: ours.roleAssignmentOriginId ?? ours.id };
    // Either way: a clock of ours that is behind Microsoft's must not keep what is given waiting for as long as it is behind.
    if (Math.abs(clock.now() - Date.parse(request.createdDateTime ?? '')) < LISTED_WITHIN_MS)
      throw settling('active, but not listed yet');
    return assignment;
  }

  /** False when PIM says that there is nothing to remove. */
  async function remove(order: RoleOrder, startedAt: string | null | undefined): Promise<boolean> {
    point('take.before-write');
    try {
      await post('adminRemove', order, { justification: `Hallpass: end of ${order.grantId}` });
      return true;
    } catch (error) {
      // Removed a moment ago, or given a moment ago and not known everywhere: the reading that follows decides, and time.
      if (graphCodeOf(error) === 'RoleAssignmentDoesNotExist') return false;
      if (graphCodeOf(error) === 'ActiveDurationTooShort') throw tooEarly(error, startedAt);
      throw error;
    } finally {
      point('take.after-write');
    }
  }

  function tooEarly(cause: unknown, startedAt: string | null | undefined): AppError {
    const sinceStart = clock.now() - Date.parse(startedAt ?? '');
    const wait = Number.isFinite(sinceStart) ? MINIMUM_ACTIVE_MS - sinceStart : MINIMUM_ACTIVE_MS;
    return new AppError('directory.too-early', 'Entra keeps an active assignment for at least five minutes', {
      cause,
      retryable: true,
      retryAfterMs: Math.max(LOOK_AGAIN_AFTER_MS, wait),
      hint: 'It is taken away right after.',
    });
  }

  async function take(order: RoleOrder): Promise<Taken> {
    try {
      const taken = await takeByPim(order);
      isLicensed = true;
      return taken;
    } catch (error) {
      isLicensed = !(error instanceof AppError) || error.code !== 'directory.not-licensed';
      if (isLicensed || !(error instanceof AppError)) throw error;
      return lapsed.take(order, error);
    }
  }

  async function takeByPim(order: RoleOrder): Promise<Taken> {
    const { assignment } = order;
    const request =
      assignment === undefined ? await ownRequest(order) : ((await requestById(assignment.id).catch(forgotten)) ?? assignment);
    if (request === undefined) return { found: false };
    const isOurs = isOf(request);
    if ('status' in request && AWAITS_SOMEBODY.includes(request.status.toLowerCase())) {
      await graph.post(`${REQUESTS}/${segment(request.id)}/cancel`, undefined, { permission: PERMISSION });
      return { found: true };
    }
    const before = await instancesOf(order);
    const ours = before.find(isOurs);
    // adminRemove names no assignment but only who, what and where: with somebody else's in that place, it would take theirs.
    if (ours === undefined && before.some(isDirect)) return { found: true };
    if (ours === undefined && clock.now() >= Date.parse(order.endsAt)) return { found: true };
    const removed = await remove(order, ours?.startDateTime);
    if ((await instancesOf(order)).some(isOurs)) throw settling('still listed after its removal');
    // What PIM has forgotten is not under way: it was active when it was remembered, or it would not be known by its id.
    const { status } = (await requestById(request.id).catch(forgotten)) ?? { status: '', ...request };
    if (UNDER_WAY.includes(status.toLowerCase())) throw settling(`still ${status}`);
    const isUnseen = ours === undefined && !removed && ['', ...DONE].includes(status.toLowerCase());
    return { found: !isUnseen };
  }

  return {
    kind: 'pim',
    held: async (order) => (await instancesOf(order)).map((instance) => instance.roleAssignmentScheduleId ?? instance.id),
    find: async (order) => {
      const request = await ownRequest(order);
      return request === undefined ? undefined : active(request, order);
    },
    give,
    take,
    look: async (order) => {
      const id = order.assignment?.id;
      const request = id === undefined ? undefined : ((await requestById(id).catch(forgotten)) ?? { id });
      const ours = request === undefined ? undefined : (await instancesOf(order)).find(isOf(request));
      const endsAt = Date.parse(ours?.endDateTime ?? '');
      return { isThere: ours !== undefined, ...(Number.isNaN(endsAt) ? {} : { endsAt: instantOf(endsAt) }) };
    },
    byHand: (order) => (isLicensed ? byHand(order) : lapsed.byHand(order)),
  };
}

function byHand({ principalId, target: role }: RoleOrder): string {
  const { roleDefinitionId, directoryScopeId } = role;
  const body = { action: 'adminRemove', principalId, roleDefinitionId, directoryScopeId };
  return `az rest --method POST --url https://graph.microsoft.com/v1.0${REQUESTS} --body '${JSON.stringify(body)}'`;
}

/** A request that is history may be found no more; what is live is told by the instances. Whatever else went wrong, did. */
function forgotten(error: unknown): undefined {
  if (!(error instanceof AppError) || error.code !== 'directory.not-found') throw error;
}

/** Is an instance what this request asked for? PIM names the schedule after its request. */
function isOf({
  targetScheduleId,
  id,
}: {
  readonly id: string;
  readonly targetScheduleId?: string | null | undefined;
}): (instance: ScheduleInstance) => boolean {
  return (instance) => sameWord(instance.roleAssignmentScheduleId, targetScheduleId ?? id);
}

/** HTTP 201 says that PIM took the request; only `status` says what became of it. */
function assignmentOf(request: ScheduleRequest): Assignment {
  const status = request.status.toLowerCase();
  if (DONE.includes(status)) return { kind: 'pim', id: request.id };
  if (UNDER_WAY.includes(status)) throw settling(`not active yet, ${request.status}`);
  const awaits = AWAITS_SOMEBODY.includes(status);
  throw new AppError(awaits ? 'directory.awaits-approval' : 'directory.rejected', `PIM answered 201, then ${request.status}`, {
    hint: awaits
      ? 'The role settings in Privileged Identity Management ask for an approval there. An administrator can exempt assignments by Hallpass.'
      : 'Privileged Identity Management did not carry out the assignment. An administrator finds it under this request id.',
  });
}

function settling(detail: string): AppError {
  return new AppError('directory.settling', `PIM: ${detail}`, { retryable: true, retryAfterMs: LOOK_AGAIN_AFTER_MS });
}

function isAbout(item: ScheduleRequest | ScheduleInstance, principalId: string, role: RoleOrder['target']): boolean {
  return (
    sameWord(item.principalId, principalId) &&
    sameWord(item.roleDefinitionId, role.roleDefinitionId) &&
    sameWord(item.directoryScopeId, role.directoryScopeId)
  );
}

/** Not by a group, and not the person's own activation of an eligibility. */
function isDirect(instance: ScheduleInstance): boolean {
  return sameWord(instance.memberType, 'Direct') && sameWord(instance.assignmentType, 'Assigned');
}
