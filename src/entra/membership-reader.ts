import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';
import type { GraphClient } from './graph-client.ts';
import { segment } from './odata.ts';
import { answerOf } from './pim-schema.ts';

/** What the directory says of a person now. `unknown`: the question was refused for good, which is never "no". */
export type PersonFacts =
  | { readonly status: 'known'; readonly enabled: boolean; readonly userType: string; readonly memberOf: ReadonlySet<string> }
  | { readonly status: 'absent' }
  | { readonly status: 'unknown'; readonly code: string; readonly hint: string };

export interface MembershipReader {
  /**
   * Enabled, kind of account, and which of `groupIds` the person is in, transitively. Group ids compare in lower case.
   * @throws {AppError} retryable ones of graph-error.ts
   */
  factsOf(objectId: string, groupIds: readonly string[]): Promise<PersonFacts>;
}

/** @see https://learn.microsoft.com/graph/api/directoryobject-checkmembergroups */
const GROUPS_PER_CALL = 20;

const userSchema = z.object({ id: z.string(), accountEnabled: z.boolean().nullish(), userType: z.string().nullish() });
const groupsSchema = z.object({ value: z.array(z.string()) });

export function createMembershipReader(graph: GraphClient): MembershipReader {
  async function memberOf(objectId: string, groupIds: readonly string[]): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (let start = 0; start < groupIds.length; start += GROUPS_PER_CALL) {
      const path = `/users/${segment(objectId)}/checkMemberGroups`;
      const body = { groupIds: groupIds.slice(start, start + GROUPS_PER_CALL) };
      const answer = await graph.post(path, body, { permission: 'GroupMember.Read.All' });
      for (const id of answerOf(groupsSchema, answer, 'POST checkMemberGroups').value) found.add(id.toLowerCase());
    }
    return found;
  }

  return {
    async factsOf(objectId, groupIds) {
      try {
        const query = { $select: 'id,accountEnabled,userType' };
        const answer = await graph.get(`/users/${segment(objectId)}`, { query, permission: 'User.Read.All' });
        const user = answerOf(userSchema, answer, 'GET /users/{id}');
        return {
          status: 'known',
          enabled: user.accountEnabled === true,
          userType: user.userType ?? '',
          memberOf: await memberOf(objectId, groupIds),
        };
      } catch (error) {
        if (!(error instanceof AppError) || error.retryable) throw error;
        if (error.code === 'directory.not-found') return { status: 'absent' };
        return { status: 'unknown', code: error.code, hint: error.hint ?? '' };
      }
    },
  };
}
