import { z } from 'zod';
import type { AzureRole, Target } from '../access/core/target.ts';
import type { Log } from '../observe/log.ts';
import type { Names, PersonName, TargetName } from '../perimeter/approve/names.ts';
import type { GraphClient } from './graph-client.ts';
import { segment } from './odata.ts';

/** What a role of Azure is called, and what it lets its holder do. @throws what ARM answers */
export type AzureRoleName = (target: AzureRole) => Promise<{ readonly name: string; readonly description?: string }>;

const text = z.string().nullish();
const personSchema = z.object({ displayName: text, jobTitle: text, department: text });
const namedSchema = z.object({ displayName: text, description: text });

/**
 * Names as Microsoft Entra and Azure have them now. `User.Read.All`, `GroupMember.Read.All`, `RoleManagement.Read.Directory`; of administrative
 * units nothing is read, they stand there by their id.
 * @see https://learn.microsoft.com/graph/api/unifiedroledefinition-get
 */
export function createRequestNames(graph: Pick<GraphClient, 'get'>, azureRole: AzureRoleName, log: Log): Names {
  async function named<T>(what: string, look: () => Promise<T>): Promise<T | undefined> {
    try {
      return await look();
    } catch (error) {
      log.warn({ err: error, what }, 'a name could not be looked up');
      return undefined;
    }
  }

  async function targetNamed(target: Target): Promise<Pick<TargetName, 'name' | 'description'>> {
    if (target.kind === 'azureRole') return azureRole(target);
    const query = { $select: 'id,displayName,description' };
    const path =
      target.kind === 'group'
        ? `/groups/${segment(target.groupId)}`
        : `/roleManagement/directory/roleDefinitions/${segment(target.roleDefinitionId)}`;
    const permission = target.kind === 'group' ? 'GroupMember.Read.All' : 'RoleManagement.Read.Directory';
    const { displayName, description } = namedSchema.parse(await graph.get(path, { query, permission }));
    return { ...(displayName ? { name: displayName } : {}), ...(description ? { description } : {}) };
  }

  return {
    async person({ objectId }) {
      const found = await named('user', async (): Promise<PersonName> => {
        const query = { $select: 'id,displayName,jobTitle,department' };
        const user = personSchema.parse(await graph.get(`/users/${segment(objectId)}`, { query, permission: 'User.Read.All' }));
        return {
          ...(user.displayName ? { name: user.displayName } : {}),
          ...(user.jobTitle ? { jobTitle: user.jobTitle } : {}),
          ...(user.department ? { department: user.department } : {}),
        };
      });
      return found ?? {};
    },
    target: async (target) => ({ ...(await named(target.kind, () => targetNamed(target))), where: placeOf(target) }),
  };
}

function placeOf(target: Target): string {
  if (target.kind === 'group') return 'a group: whatever its members may do';
  if (target.kind === 'azureRole') return `Azure, from ${target.scope} down`;
  if (target.directoryScopeId === '/') return 'the whole tenant';
  return `in ${target.directoryScopeId} only`;
}
