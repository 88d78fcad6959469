import { createArmClient } from '../azure/arm-client.ts';
import { type DomainClock, openDomainClock } from '../config/domain-clock.ts';
import { createGraphClient } from '../entra/graph-client.ts';
import { addressesOf } from '../identity/cloud.ts';
import { createCredential } from '../identity/credential.ts';
import { tenantBound } from '../identity/tenant-bound.ts';
import { auxiliaryCredentials } from './auxiliary-credentials.ts';
import type { Log } from '../observe/log.ts';
import type { OwnRecords } from '../perimeter/ledger/own-records.ts';
import type { PerimeterConfig } from '../perimeter/perimeter-config.ts';
import { createOwnRecords } from './own-records.ts';

/** Microsoft's records and the domain clock of perimeter.yaml, without its store. @throws {AppError} `secret.*` */
export function openMicrosoft(
  config: PerimeterConfig,
  log: Log,
): { readonly records: OwnRecords; readonly clock: DomainClock; close(): void } {
  const credential = tenantBound(createCredential(config.tenant), config.tenant.tenantId);
  const { login, graph: graphUrl, arm } = addressesOf(config.tenant.cloud);
  const clock = openDomainClock(config.domainClock, [login, graphUrl, arm, config.alarm.url]);
  const graph = createGraphClient({ graphUrl, credential, log });
  const records = createOwnRecords(
    config,
    graph,
    createArmClient({ armUrl: arm, credential, auxiliary: auxiliaryCredentials(config.tenant), log }),
    clock,
  );
  return { records, clock, close: () => clock.close() };
}
