import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';
import type { GraphClient } from './graph-client.ts';
import { segment } from './odata.ts';

/** Who may join a group, and see what is in it. */
export type GroupVisibility = 'Public' | 'Private' | 'HiddenMembership';

export interface GroupReader {
  /** Undefined when Entra does not say, or says what is not known here. @throws {AppError} `directory.*` of graph-error.ts */
  visibilityOf(groupId: string): Promise<GroupVisibility | undefined>;
}

const groupSchema = z.object({
  id: z.guid(),
  visibility: z.enum(['Public', 'Private', 'HiddenMembership']).optional().catch(undefined),
});

/**
 * Groups over Microsoft Graph, read only: `GroupMember.Read.All`, the least permission that Microsoft names for reading a group.
 * Nothing is remembered here.
 * @see https://learn.microsoft.com/graph/api/group-get
 */
export function createGroupReader(graph: Pick<GraphClient, 'get'>): GroupReader {
  return {
    async visibilityOf(groupId) {
      if (!z.guid().safeParse(groupId).success)
        throw new AppError('directory.rejected', 'an id that is no GUID was to be looked up');
      const query = { $select: 'id,visibility' };
      const answer = await graph.get(`/groups/${segment(groupId.toLowerCase())}`, { query, permission: 'GroupMember.Read.All' });
      const group = groupSchema.safeParse(answer);
      if (group.success && group.data.id.toLowerCase() === groupId.toLowerCase()) return group.data.visibility;
      throw new AppError('directory.unavailable', `Graph's answer is not the group ${groupId}`, { retryable: true });
    },
  };
}
