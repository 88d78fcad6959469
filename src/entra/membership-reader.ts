import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';
import type { GraphClient } from './graph-client.ts';
import { segment } from './odata.ts';
import { answerOf } from './pim-schema.ts';

/** The question was refused for good, or the answer contradicts itself: which is never "no". */
export interface NotKnown {
  readonly status: 'unknown';
  readonly code: string;
  readonly hint: string;
}

/** What the directory says of a person now. Service principals and groups are `absent`: they are no users. */
export type PersonFacts =
  | {
      readonly status: 'known';
      readonly enabled: boolean;
      readonly userType: string;
      /** As the directory has it; empty where it has none. */
      readonly employeeId: string;
      /** Ids in lower case, as are all sets here. */
      readonly memberOf: ReadonlySet<string>;
    }
  | { readonly status: 'absent' }
  | NotKnown;

export type FoundPeople = { readonly status: 'known'; readonly ids: ReadonlySet<string> } | NotKnown;
export type FoundGroups = FoundPeople;

/** What decides how well a group is guarded. */
export type GroupFacts =
  | { readonly status: 'known'; readonly roleAssignable: boolean; readonly dynamic: boolean; readonly synced: boolean }
  | { readonly status: 'absent' }
  | NotKnown;

/** Asks afresh each time; nothing is remembered. Every method throws only what may mend itself: the retryable errors of graph-error.ts. */
export interface MembershipReader {
  /** Enabled, kind of account, and which of `groupIds` the person is in, transitively. */
  factsOf(objectId: string, groupIds: readonly string[]): Promise<PersonFacts>;
  /** The one manager, or nobody. */
  managerOf(objectId: string): Promise<FoundPeople>;
  /** Of a group that exists: one that does not is `unknown`. Service principals among them. */
  ownersOf(groupId: string): Promise<FoundPeople>;
  groupOf(groupId: string): Promise<GroupFacts>;
  /** Which of `groupIds` the group is in, transitively. Of a group that exists: one that does not is `unknown`. */
  groupsAround(groupId: string, groupIds: readonly string[]): Promise<FoundGroups>;
}

/** @see https://learn.microsoft.com/graph/api/directoryobject-checkmembergroups */
const GROUPS_PER_CALL = 20;
/** Graph expands no more, and says nothing of the rest. @see https://learn.microsoft.com/graph/query-parameters#expand */
const MOST_EXPANDED = 20;

const userSchema = z.object({
  id: z.string(),
  accountEnabled: z.boolean().nullish(),
  userType: z.string().nullish(),
  employeeId: z.string().nullish(),
});
const groupsSchema = z.object({ value: z.array(z.string()) });
const objectSchema = z.object({ id: z.guid() });
const ownedSchema = z.object({ id: z.guid(), owners: z.array(objectSchema) });
/** Null and absent are Graph's words for "not so": https://learn.microsoft.com/graph/api/resources/group */
const groupSchema = z.object({
  id: z.guid(),
  isAssignableToRole: z.boolean().nullish(),
  groupTypes: z.array(z.string()),
  membershipRule: z.string().nullish(),
  onPremisesSyncEnabled: z.boolean().nullish(),
});

/**
 * People over Microsoft Graph, read only: `User.Read.All` and `GroupMember.Read.All`.
 * @see https://learn.microsoft.com/graph/api/user-get
 * @see https://learn.microsoft.com/graph/api/user-list-manager
 * @see https://learn.microsoft.com/graph/api/group-get
 */
export function createMembershipReader(graph: Pick<GraphClient, 'get' | 'post'>): MembershipReader {
  async function memberOf(object: string, groupIds: readonly string[]): Promise<ReadonlySet<string>> {
    const asked = [...new Set(groupIds.map((id) => id.toLowerCase()))];
    const found = new Set<string>();
    for (let start = 0; start < asked.length; start += GROUPS_PER_CALL) {
      const path = `${object}/checkMemberGroups`;
      const body = { groupIds: asked.slice(start, start + GROUPS_PER_CALL) };
      const answer = await graph.post(path, body, { permission: 'GroupMember.Read.All' });
      for (const id of answerOf(groupsSchema, answer, 'POST checkMemberGroups').value) found.add(id.toLowerCase());
    }
    if ([...found].some((id) => !asked.includes(id))) throw contradiction('a group that was not asked about');
    return found;
  }

  return {
    async factsOf(objectId, groupIds) {
      try {
        const query = { $select: 'id,accountEnabled,userType,employeeId' };
        const answer = await graph.get(`/users/${segment(objectId)}`, { query, permission: 'User.Read.All' });
        const user = answerOf(userSchema, answer, 'GET /users/{id}');
        if (user.id.toLowerCase() !== objectId.toLowerCase()) throw contradiction('another person than was asked for');
        return {
          status: 'known',
          enabled: user.accountEnabled === true,
          userType: user.userType ?? '',
          employeeId: user.employeeId ?? '',
          memberOf: await memberOf(`/users/${segment(objectId)}`, groupIds),
        };
      } catch (error) {
        return isNotFound(error) ? { status: 'absent' } : notKnown(error);
      }
    },

    async managerOf(objectId) {
      try {
        const query = { $select: 'id' };
        const answer = await graph.get(`/users/${segment(objectId)}/manager`, { query, permission: 'User.Read.All' });
        return known([answerOf(objectSchema, answer, 'GET /users/{id}/manager').id]);
      } catch (error) {
        // Nobody is named as manager.
        return isNotFound(error) ? known([]) : notKnown(error);
      }
    },

    async ownersOf(groupId) {
      try {
        // Expanded: the list of owners leaves applications out, and says nothing of it.
        const query = { $select: 'id', $expand: 'owners($select=id)' };
        const answer = await graph.get(`/groups/${segment(groupId)}`, { query, permission: 'GroupMember.Read.All' });
        const { id, owners } = answerOf(ownedSchema, answer, 'GET /groups/{id}?$expand=owners');
        if (id.toLowerCase() !== groupId.toLowerCase()) throw contradiction('another group than was asked for');
        if (owners.length >= MOST_EXPANDED) throw contradiction('as many owners as Graph names at most: there may be more');
        return known(owners.map((owner) => owner.id));
      } catch (error) {
        return notKnown(error);
      }
    },

    async groupOf(groupId) {
      try {
        const query = { $select: 'id,isAssignableToRole,groupTypes,membershipRule,onPremisesSyncEnabled' };
        const answer = await graph.get(`/groups/${segment(groupId)}`, { query, permission: 'GroupMember.Read.All' });
        const group = answerOf(groupSchema, answer, 'GET /groups/{id}');
        if (group.id.toLowerCase() !== groupId.toLowerCase()) throw contradiction('another group than was asked for');
        return {
          status: 'known',
          roleAssignable: group.isAssignableToRole === true,
          dynamic: group.groupTypes.includes('DynamicMembership') || (group.membershipRule ?? '') !== '',
          synced: group.onPremisesSyncEnabled === true,
        };
      } catch (error) {
        return isNotFound(error) ? { status: 'absent' } : notKnown(error);
      }
    },

    async groupsAround(groupId, groupIds) {
      try {
        return { status: 'known', ids: await memberOf(`/groups/${segment(groupId)}`, groupIds) };
      } catch (error) {
        return notKnown(error);
      }
    },
  };
}

function known(ids: readonly string[]): FoundPeople {
  return { status: 'known', ids: new Set(ids.map((id) => id.toLowerCase())) };
}

function isNotFound(error: unknown): boolean {
  return error instanceof AppError && error.code === 'directory.not-found';
}

function notKnown(error: unknown): NotKnown {
  if (!(error instanceof AppError) || error.retryable) throw error;
  return { status: 'unknown', code: error.code, hint: error.hint ?? '' };
}

function contradiction(what: string): AppError {
  return new AppError('directory.contradictory', `Graph answered with ${what}`, {
    hint: 'Microsoft Entra contradicts itself here. Nothing was changed; an administrator can look into the log.',
  });
}
