import { z } from 'zod';
import type { OwnIdentity } from '../identity/own-identity.ts';
import { isOurSystem, type OwnRecord, type OwnRecords } from '../perimeter/ledger/own-records.ts';
import { AppError } from '../access/core/app-error.ts';
import type { GraphClient } from './graph-client.ts';
import { answerOf, sameWord, type ScheduleInstance, scheduleInstanceSchema, scheduleRequestSchema } from './pim-schema.ts';

const REQUESTS = '/roleManagement/directory/roleAssignmentScheduleRequests';
const INSTANCES = '/roleManagement/directory/roleAssignmentScheduleInstances';
const PERMISSION = 'RoleAssignmentSchedule.ReadWrite.Directory';

const maker = z.object({ id: z.string().nullish() }).nullish();
const madeBySchema = z.object({ createdBy: z.object({ user: maker, application: maker }).nullish() });
const madeRequestSchema = scheduleRequestSchema.extend(madeBySchema.shape);

/**
 * Directory roles that PIM says we gave: by the ticket with our name, and by who asked. Filters on either are not published, so the requests
 * are read as they are.
 * @see https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignmentschedulerequests
 */
export function createOwnPimRecords(graph: GraphClient): OwnRecords {
  return {
    named: () => read(graph).catch(emptyWithoutLicence),
    unnamed: () => Promise.resolve([]),
  };
}

async function read(graph: GraphClient): Promise<readonly OwnRecord[]> {
  const own = await graph.whoWeAre();
  const records: OwnRecord[] = [];
  const live = new Map<string, ScheduleInstance>();
  for await (const item of graph.list(INSTANCES, { permission: PERMISSION })) {
    const instance = answerOf(scheduleInstanceSchema, item, `GET ${INSTANCES}`);
    live.set(instance.roleAssignmentScheduleId?.toLowerCase() ?? '', instance);
  }
  for await (const item of graph.list(REQUESTS, { permission: PERMISSION })) {
    const request = answerOf(madeRequestSchema, item, `GET ${REQUESTS}`);
    const requestId = request.ticketInfo?.ticketNumber ?? undefined;
    if (requestId === undefined || !isOurSystem(request.ticketInfo?.ticketSystem)) continue;
    if (!sameWord(request.action, 'adminAssign') || isOthers(request.createdBy, own)) continue;
    const instance = live.get((request.targetScheduleId ?? request.id).toLowerCase());
    const originId = instance?.roleAssignmentOriginId ?? undefined;
    records.push({
      requestId,
      principalId: request.principalId,
      target: {
        kind: 'directoryRole',
        roleDefinitionId: request.roleDefinitionId,
        directoryScopeId: request.directoryScopeId ?? '/',
      },
      assignment: { kind: 'pim', id: request.id, ...(originId === undefined ? {} : { roleAssignmentId: originId }) },
      createdAt: request.createdDateTime ?? '',
      ...(typeof instance?.endDateTime === 'string' ? { endsAt: instance.endDateTime } : {}),
      isLive: instance !== undefined,
    });
  }
  return records;
}

/** PIM names whoever asked as a user, also where it was an application. Named nobody, the ticket alone has to say it. */
export function isOthers(createdBy: z.infer<typeof madeBySchema>['createdBy'], own: OwnIdentity): boolean {
  const named = [createdBy?.user?.id, createdBy?.application?.id].filter((id) => typeof id === 'string' && id !== '');
  return !named.every((id) => sameWord(id, own.servicePrincipalId) || sameWord(id, own.appId));
}

export function emptyWithoutLicence(error: unknown): readonly OwnRecord[] {
  if (error instanceof AppError && error.code === 'directory.not-licensed') return [];
  throw error;
}
