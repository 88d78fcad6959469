import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';
import type { Directory } from '../access/directory.ts';
import type { GraphClient } from './graph-client.ts';
import { segment } from './odata.ts';

/** How long a click waits for Entra. Slack and Teams want an answer within three seconds. */
export const DIRECTORY_PATIENCE_MS = 2_000;
/** @see https://learn.microsoft.com/graph/api/directoryobject-checkmembergroups */
const GROUPS_A_CALL = 20;
const PAGE_SIZE = '999';
/** An approver group larger than this is no list of approvers. */
const MOST_MEMBERS = 2_000;

const userSchema = z.object({
  id: z.guid(),
  displayName: z.string().nullish(),
  jobTitle: z.string().nullish(),
  department: z.string().nullish(),
  /** Null or absent is not "enabled": an answer that leaves it out is not believed. */
  accountEnabled: z.boolean(),
  userType: z.string().nullish(),
});
const groupIdsSchema = z.object({ value: z.array(z.guid()) });
const memberSchema = z.object({ '@odata.type': z.string().optional(), id: z.guid() });

/**
 * The directory over Microsoft Graph, read only: `User.Read.All` and `GroupMember.Read.All`. Each call gives up after
 * `DIRECTORY_PATIENCE_MS`; a call that fails or takes too long throws and is never "none". Nothing is remembered here.
 * @see https://learn.microsoft.com/graph/api/user-get
 * @see https://learn.microsoft.com/graph/api/group-list-transitivemembers
 */
export function createDirectoryReader(graph: GraphClient, patienceMs: number = DIRECTORY_PATIENCE_MS): Directory {
  return {
    person: (objectId) =>
      withPatience(patienceMs, 'person', async (signal) => {
        const answer = await graph
          .get(`/users/${guid(objectId)}`, {
            query: { $select: 'id,displayName,jobTitle,department,accountEnabled,userType' },
            permission: 'User.Read.All',
            signal,
          })
          .catch((error: unknown) => {
            throw error instanceof AppError && error.code === 'directory.not-found' ? noSuchPerson(objectId, error) : error;
          });
        const user = parsed(userSchema, answer, 'user');
        return {
          objectId: user.id.toLowerCase(),
          displayName: user.displayName ?? 'Account without a name',
          ...(user.jobTitle ? { jobTitle: user.jobTitle } : {}),
          ...(user.department ? { department: user.department } : {}),
          enabled: user.accountEnabled,
          guest: user.userType?.toLowerCase() === 'guest',
        };
      }),

    memberships: (objectId, groupIds) =>
      withPatience(patienceMs, 'memberships', async (signal) => {
        const asked = [...new Set(groupIds.map(guid))];
        const batches = Array.from({ length: Math.ceil(asked.length / GROUPS_A_CALL) }, (_, index) =>
          asked.slice(index * GROUPS_A_CALL, (index + 1) * GROUPS_A_CALL),
        );
        const answers = await Promise.all(
          batches.map((batch) =>
            graph.post(
              `/users/${guid(objectId)}/checkMemberGroups`,
              { groupIds: batch },
              { permission: 'User.Read.All and GroupMember.Read.All', signal },
            ),
          ),
        );
        return new Set(
          answers.flatMap((answer) => parsed(groupIdsSchema, answer, 'memberships').value.map((id) => id.toLowerCase())),
        );
      }),

    members: (groupId) =>
      withPatience(patienceMs, 'members', async (signal) => {
        const people: string[] = [];
        const pages = graph.list(`/groups/${guid(groupId)}/transitiveMembers`, {
          query: { $select: 'id', $top: PAGE_SIZE },
          permission: 'GroupMember.Read.All',
          signal,
        });
        for await (const item of pages) {
          const member = parsed(memberSchema, item, 'member');
          if (member['@odata.type'] === '#microsoft.graph.user') people.push(member.id.toLowerCase());
          if (people.length > MOST_MEMBERS)
            throw new AppError('directory.rejected', `group ${groupId} has more than ${MOST_MEMBERS} members`);
        }
        return people;
      }),
  };
}

/** Getting a token counts too, and cannot be aborted: the wait ends, whatever is still under way. */
async function withPatience<T>(patienceMs: number, what: string, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new AppError('directory.unavailable', `${what}: no answer from Graph within ${patienceMs} ms`, {
          hint: 'Microsoft Entra is not answering well right now. Try again in a minute.',
          retryable: true,
        }),
      );
      controller.abort();
    }, patienceMs);
  });
  try {
    return await Promise.race([ask(controller.signal), tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

function guid(id: string): string {
  if (z.guid().safeParse(id).success) return segment(id.toLowerCase());
  throw new AppError('directory.rejected', 'an id that is no GUID was to be looked up');
}

function noSuchPerson(objectId: string, cause: unknown): AppError {
  return new AppError('directory.person-unknown', `no user ${objectId} in the tenant`, { cause });
}

function parsed<S extends z.ZodType>(schema: S, answer: unknown, what: string): z.infer<S> {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw new AppError('directory.unavailable', `Graph's answer is no ${what}: ${result.error.issues[0]?.path.join('.') ?? ''}`, {
    retryable: true,
  });
}
