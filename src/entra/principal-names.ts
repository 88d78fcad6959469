import { z } from 'zod';
import type { Log } from '../observe/log.ts';
import type { GraphClient } from './graph-client.ts';

export interface PrincipalNames {
  /** A principal's name for people, undefined when there is none to be had. Never throws: nothing is decided by a name. */
  nameOf(principalId: string, principalType: string): Promise<string | undefined>;
}

/** Where each kind of principal is found, and what reading it needs. */
const PLACES: Readonly<Record<string, { readonly path: string; readonly permission: string }>> = {
  User: { path: '/users', permission: 'User.Read.All' },
  Group: { path: '/groups', permission: 'GroupMember.Read.All' },
  ServicePrincipal: { path: '/servicePrincipals', permission: 'Application.Read.All' },
};
const namedSchema = z.looseObject({ displayName: z.string().min(1) });

/** @see https://learn.microsoft.com/graph/api/user-get */
export function createPrincipalNames(graph: Pick<GraphClient, 'get'>, log: Log): PrincipalNames {
  return {
    async nameOf(principalId, principalType) {
      const place = PLACES[principalType];
      if (place === undefined || !z.guid().safeParse(principalId).success) return undefined;
      try {
        const { path, permission } = place;
        return namedSchema.parse(await graph.get(`${path}/${principalId}`, { query: { $select: 'id,displayName' }, permission }))
          .displayName;
      } catch (error) {
        log.debug({ err: error, principalId }, 'the name of a principal could not be read');
        return undefined;
      }
    },
  };
}
