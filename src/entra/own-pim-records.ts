import { z } from 'zod';
import { isOurTicketSystem } from '../access/core/anchor-text.ts';
import { AppError } from '../access/core/app-error.ts';
import type { Target } from '../access/core/target.ts';
import type { OwnIdentity } from '../identity/own-identity.ts';
import type { OwnRecord, OwnRecords } from '../perimeter/ledger/own-records.ts';
import type { GraphClient } from './graph-client.ts';
import { quoted } from './odata.ts';
import {
  answerOf,
  groupInstanceSchema,
  groupRequestSchema,
  sameWord,
  scheduleInstanceSchema,
  scheduleRequestSchema,
} from './pim-schema.ts';

const ROLE_REQUESTS = '/roleManagement/directory/roleAssignmentScheduleRequests';
const ROLE_INSTANCES = '/roleManagement/directory/roleAssignmentScheduleInstances';
const ROLES_PERMISSION = 'RoleAssignmentSchedule.ReadWrite.Directory';
const GROUP = '/identityGovernance/privilegedAccess/group';
const GROUPS_PERMISSION = 'PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup';

const maker = z.object({ id: z.string().nullish() }).nullish();
const made = { createdBy: z.object({ user: maker, application: maker }).nullish() };
const roleRequestSchema = scheduleRequestSchema.extend(made);
const membershipRequestSchema = groupRequestSchema.extend(made);
type Request = Pick<
  z.infer<typeof roleRequestSchema>,
  'id' | 'action' | 'ticketInfo' | 'createdBy' | 'createdDateTime' | 'targetScheduleId'
>;

/** What is live, by the schedule that it comes from. */
type Live = ReadonlyMap<string, { readonly originId?: string | undefined; readonly endsAt?: string | undefined }>;

/**
 * What PIM says we gave: by the ticket with our name, and by who asked. Filters on either are not published, so all requests are read:
 * of roles in one list, of groups in one list each. Without a licence there are none.
 * @see https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignmentschedulerequests
 * @see https://learn.microsoft.com/graph/api/privilegedaccessgroup-list-assignmentschedulerequests
 */
export function createOwnPimRecords(
  graph: GraphClient,
  asked: { readonly roles: boolean; readonly groupIds: readonly string[] },
): OwnRecords {
  async function read(): Promise<readonly OwnRecord[]> {
    const own = await graph.whoWeAre();
    const lists = asked.roles ? [await roles(graph, own)] : [];
    for (const groupId of asked.groupIds) lists.push(await memberships(graph, own, groupId));
    return lists.flat();
  }
  return { named: () => read().catch(noneWithoutLicence), unnamed: () => Promise.resolve([]) };
}

async function roles(graph: GraphClient, own: OwnIdentity): Promise<readonly OwnRecord[]> {
  const call = { permission: ROLES_PERMISSION };
  const live = new Map<string, { originId: string; endsAt: string | undefined }>();
  for await (const item of graph.list(ROLE_INSTANCES, call)) {
    const one = answerOf(scheduleInstanceSchema, item, `GET ${ROLE_INSTANCES}`);
    live.set((one.roleAssignmentScheduleId ?? one.id).toLowerCase(), {
      originId: one.roleAssignmentOriginId ?? one.id,
      endsAt: one.endDateTime ?? undefined,
    });
  }
  const records: OwnRecord[] = [];
  for await (const item of graph.list(ROLE_REQUESTS, call)) {
    const { roleDefinitionId, principalId, directoryScopeId, ...request } = answerOf(
      roleRequestSchema,
      item,
      `GET ${ROLE_REQUESTS}`,
    );
    const target: Target = { kind: 'directoryRole', roleDefinitionId, directoryScopeId: directoryScopeId ?? '/' };
    records.push(...recordOf(request, own, live, { principalId, target }));
  }
  return records;
}

async function memberships(graph: GraphClient, own: OwnIdentity, groupId: string): Promise<readonly OwnRecord[]> {
  const call = { query: { $filter: `groupId eq ${quoted(groupId)}` }, permission: GROUPS_PERMISSION };
  const live = new Map<string, { originId: string; endsAt: string | undefined }>();
  for await (const item of graph.list(`${GROUP}/assignmentScheduleInstances`, call)) {
    const one = answerOf(groupInstanceSchema, item, `GET ${GROUP}/assignmentScheduleInstances`);
    const scheduleId = one.assignmentScheduleId ?? one.id;
    live.set(scheduleId.toLowerCase(), { originId: one.principalId.toLowerCase(), endsAt: one.endDateTime ?? undefined });
  }
  const records: OwnRecord[] = [];
  for await (const item of graph.list(`${GROUP}/assignmentScheduleRequests`, call)) {
    const { principalId, ...request } = answerOf(membershipRequestSchema, item, `GET ${GROUP}/assignmentScheduleRequests`);
    records.push(...recordOf(request, own, live, { principalId, target: { kind: 'group', groupId: request.groupId } }));
  }
  return records;
}

function recordOf(
  { id, action, ticketInfo, createdBy, createdDateTime, targetScheduleId }: Request,
  own: OwnIdentity,
  live: Live,
  about: Pick<OwnRecord, 'principalId' | 'target'>,
): readonly OwnRecord[] {
  const requestId = ticketInfo?.ticketNumber ?? '';
  if (requestId === '' || !isOurTicketSystem(ticketInfo?.ticketSystem)) return [];
  if (!sameWord(action, 'adminAssign') || isOthers(createdBy, own)) return [];
  const found = live.get((targetScheduleId ?? id).toLowerCase());
  return [
    {
      ...about,
      requestId,
      assignment: { kind: 'pim', id, ...(found?.originId === undefined ? {} : { roleAssignmentId: found.originId }) },
      createdAt: createdDateTime ?? '',
      ...(found?.endsAt === undefined ? {} : { endsAt: found.endsAt }),
      isLive: found !== undefined,
    },
  ];
}

/** PIM names whoever asked as a user, also where it was an application. Where it names nobody, the ticket alone has to say it. */
function isOthers(createdBy: Request['createdBy'], own: OwnIdentity): boolean {
  const named = [createdBy?.user?.id, createdBy?.application?.id].filter((id) => typeof id === 'string' && id !== '');
  return !named.every((id) => sameWord(id, own.servicePrincipalId) || sameWord(id, own.appId));
}

export function noneWithoutLicence(error: unknown): readonly never[] {
  if (error instanceof AppError && error.code === 'directory.not-licensed') return [];
  throw error;
}
