import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';
import type { GroupMembership } from '../access/core/target.ts';
import type { Order } from '../perimeter/access-writer.ts';
import type { GraphClient } from './graph-client.ts';
import { answerOf, sameWord } from './pim-schema.ts';

const READ = 'GroupMember.Read.All';
const guid = z.guid();
const memberSchema = z.object({ id: z.string() });

/** `/groups/{id}/members`. @throws {AppError} `directory.rejected` for what is no GUID */
export function membersPath(groupId: string): string {
  return `/groups/${idIn(groupId)}/members`;
}

/**
 * The one place that says what is deleted of a group: the reference to a member. **Without `/$ref` the member itself is deleted.**
 * @throws {AppError} `directory.rejected` for what is no GUID
 * @see https://learn.microsoft.com/graph/api/group-delete-members
 */
export function memberRefPath({ target, principalId }: Pick<Order<GroupMembership>, 'target' | 'principalId'>): string {
  return `${membersPath(target.groupId)}/${idIn(principalId)}/$ref`;
}

/**
 * Is the principal a member by itself? Through another group is not ours to give or take. Read without an index: those lag behind writes.
 * @throws {AppError} `directory.*`
 */
export async function isDirectMember(graph: GraphClient, { target, principalId }: Order<GroupMembership>): Promise<boolean> {
  const path = membersPath(target.groupId);
  for await (const item of graph.list(path, { query: { $select: 'id', $top: '999' }, permission: READ }))
    if (sameWord(answerOf(memberSchema, item, `GET ${path}`).id, principalId)) return true;
  return false;
}

/** An id is put into a path only when it can mean nothing else. */
function idIn(id: string): string {
  if (guid.safeParse(id).success) return id.toLowerCase();
  throw new AppError('directory.rejected', 'an id that is no GUID was to be put into the address of a group or member');
}
