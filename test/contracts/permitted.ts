import { ClientSecretCredential } from '@azure/identity';
import { createGraphClient, type GraphClient } from '../../src/entra/graph-client.ts';
import { createLog } from '../../src/observe/log.ts';
import { BOT_APP, PERIMETER_APP, TENANT_ID } from '../../src/playground/cast.ts';
import type { MicrosoftFarEnd } from '../../src/playground/microsoft/start.ts';
import { codeFrom, type Deed } from './deed.ts';
import { graphPermissions } from './operations-in-use.ts';

const GRAPH_RESOURCE = 'https://graph.microsoft.com';
const CLIENTS: Readonly<Record<string, string>> = {
  bot: BOT_APP.clientId,
  perimeter: PERIMETER_APP.clientId,
  // It looks as the perimeter.
  doctor: PERIMETER_APP.clientId,
};

export const quiet = createLog('bot', 'silent');

/** A sign-in of its own, so that the token carries the permissions of this moment. */
export function credentialOf({ tenant, loginUrl }: MicrosoftFarEnd, clientId: string): ClientSecretCredential {
  return new ClientSecretCredential(TENANT_ID, clientId, tenant.clientSecretOf(clientId), {
    authorityHost: loginUrl,
    disableInstanceDiscovery: true,
  });
}

/** This work by an identity with the permissions that the list names for the operation, or without them. */
export async function graphAs<T>(
  far: MicrosoftFarEnd,
  identity: string,
  operation: string,
  how: 'with' | 'without',
  work: (graph: GraphClient) => Promise<T>,
): Promise<T> {
  const clientId = CLIENTS[identity] ?? '';
  far.tenant.permissions.set(clientId, GRAPH_RESOURCE, graphPermissions(identity, operation, how));
  try {
    return await work(createGraphClient({ graphUrl: far.graphUrl, credential: credentialOf(far, clientId), log: quiet }));
  } finally {
    far.tenant.permissions.reset();
  }
}

/** The same work with the permission that the list names for it, and without. */
export function permitted(
  far: MicrosoftFarEnd,
  identity: string,
  operation: string,
  work: (graph: GraphClient) => Promise<unknown>,
): Readonly<Record<string, Deed>> {
  return {
    [`${identity}: ${operation}`]: {
      works: () => graphAs(far, identity, operation, 'with', work),
      refused: () => codeFrom(graphAs(far, identity, operation, 'without', work)),
      says: 'directory.forbidden',
    },
  };
}

/** While this path answers 503. */
export async function failing(far: MicrosoftFarEnd, path: RegExp, work: () => Promise<unknown>): Promise<string> {
  const stop = far.faults.add({ farEnds: ['graph'], method: 'POST', path, rate: 1, kinds: ['unavailable'] });
  try {
    return await codeFrom(work());
  } finally {
    stop();
  }
}

/** Microsoft lets any of many permissions read memberships, whatever else was taken away: so it is refused in another way. */
export function memberships(far: MicrosoftFarEnd, identity: string, work: (graph: GraphClient) => Promise<unknown>) {
  const operation = 'graph POST /users/{user-id}/checkMemberGroups';
  const asked = () => graphAs(far, identity, operation, 'with', work);
  const deed: Deed = {
    works: asked,
    refused: () => failing(far, /\/checkMemberGroups$/, asked),
    says: 'directory.unavailable',
  };
  return { [`${identity}: ${operation}`]: deed };
}
