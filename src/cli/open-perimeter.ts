import { createArmClient } from '../azure/arm-client.ts';
import { transportClock } from '../access/core/clock.ts';
import { openDomainClock } from '../config/domain-clock.ts';
import { openRuntime } from '../durable/runtime.ts';
import { createGraphClient } from '../entra/graph-client.ts';
import { createMembershipReader } from '../entra/membership-reader.ts';
import { createOwnPimRecords } from '../entra/own-pim-records.ts';
import { addressesOf } from '../identity/cloud.ts';
import { createCredential } from '../identity/credential.ts';
import type { Log } from '../observe/log.ts';
import { callerSettingsOf, createCallerVerifier, tenantKeys } from '../perimeter/caller-token.ts';
import { createClockWatch } from '../perimeter/ledger/clock-watch.ts';
import { allRecords } from '../perimeter/ledger/own-records.ts';
import { perimeterFlows } from '../perimeter/perimeter-flows.ts';
import type { PerimeterParts } from '../perimeter/assemble.ts';
import type { PerimeterConfig } from '../perimeter/perimeter-config.ts';
import { createAccessWriters } from './access-writers.ts';

/**
 * Everything that perimeter.yaml names, opened: the store, our identity, the directory. Whatever hosts the perimeter assembles it from these
 * and closes it; the clock is closed by `closeClock`, after that.
 * @throws {AppError} `secret.*`, `store.*`
 */
export async function openPerimeterParts(
  config: PerimeterConfig,
  log: Log,
): Promise<{ readonly parts: PerimeterParts; readonly closeClock: () => void }> {
  const credential = createCredential(config.tenant);
  const { login, graph: graphUrl, arm } = addressesOf(config.tenant.cloud);
  const clock = openDomainClock(config.domainClock, [login, graphUrl, arm, config.alarm.url]);
  const clockWatch = createClockWatch();
  const graph = createGraphClient({ graphUrl, credential, log, onDate: clockWatch.note });
  const runtime = await openRuntime({ flows: perimeterFlows, store: config.store, clock, log }).catch((error: unknown) => {
    clock.close();
    throw error;
  });
  const parts: PerimeterParts = {
    config,
    runtime,
    clock,
    transportClock,
    log,
    writers: createAccessWriters(graph, createArmClient({ armUrl: arm, credential, log }), clock),
    people: createMembershipReader(graph),
    records: allRecords([createOwnPimRecords(graph)]),
    clockWatch,
    verifyCaller: createCallerVerifier(callerSettingsOf(config), tenantKeys(config), transportClock),
  };
  return { parts, closeClock: () => clock.close() };
}
