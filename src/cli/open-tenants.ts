import type { TokenCredential } from '@azure/identity';
import { createPerimeterClient } from '../bot/perimeter-client.ts';
import type { TenantParts } from '../bot/tenants.ts';
import type { HallpassConfig } from '../config/hallpass-config.ts';
import { createDirectoryReader } from '../entra/directory-reader.ts';
import { createGraphClient, type GraphClient } from '../entra/graph-client.ts';
import { addressesOf } from '../identity/cloud.ts';
import { credentialNotes } from '../identity/credential-notes.ts';
import { createCredential } from '../identity/credential.ts';
import { tenantBound } from '../identity/tenant-bound.ts';
import type { Log } from '../observe/log.ts';
import { openWatches } from './open-watch.ts';

/** With what only the watch over the tenant needs. */
export interface OpenTenant extends TenantParts {
  readonly graph: GraphClient;
  readonly credential: TokenCredential;
}

/**
 * One set of everything for each tenant of the file: credential, Graph, perimeter, and what the store keeps of them. No two share any of it.
 * @throws {AppError} `secret.*`, `certificate.*`, `config.first-tenant`, `store.*`
 */
export async function openTenants(
  { tenants, store }: Pick<HallpassConfig, 'tenants' | 'store'>,
  log: Log,
): Promise<{ readonly tenants: readonly OpenTenant[]; readonly close: () => Promise<void> }> {
  for (const { name, credential } of tenants)
    for (const note of credentialNotes(credential, Date.now())) log.warn({ tenant: name }, note);
  const credentials = tenants.map((tenant) => tenantBound(createCredential(tenant), tenant.tenantId));
  const { watches, close } = await openWatches(
    store,
    tenants.map(({ tenantId }) => tenantId),
    log,
  );
  const opened = tenants.flatMap((tenant, index): readonly OpenTenant[] => {
    const [credential, kept] = [credentials[index], watches[index]];
    if (credential === undefined || kept === undefined) return [];
    const { watch, cursor } = kept;
    const { tenantId, cloud, perimeter } = tenant;
    const graph = createGraphClient({ graphUrl: addressesOf(cloud).graph, credential, log });
    return [
      {
        tenant,
        credential,
        graph,
        watch,
        cursor,
        directory: createDirectoryReader(graph),
        perimeter: createPerimeterClient({ ...perimeter, tenantId, credential, watch }),
      },
    ];
  });
  return { tenants: opened, close };
}
