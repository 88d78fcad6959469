import { transportClock } from '../access/core/clock.ts';
import { openDomainClock } from '../config/domain-clock.ts';
import { openRuntime } from '../durable/runtime.ts';
import { createGraphClient } from '../entra/graph-client.ts';
import { createMembershipReader } from '../entra/membership-reader.ts';
import { createPimRoleWriter } from '../entra/pim-role-writer.ts';
import { createPlainRoleWriter } from '../entra/plain-role-writer.ts';
import { addressesOf } from '../identity/cloud.ts';
import { createCredential } from '../identity/credential.ts';
import type { Log } from '../observe/log.ts';
import { onlyFor } from '../perimeter/access-writer.ts';
import { callerSettingsOf, createCallerVerifier, tenantKeys } from '../perimeter/caller-token.ts';
import { grantFlow } from '../perimeter/grant-flow.ts';
import type { PerimeterParts } from '../perimeter/assemble.ts';
import type { PerimeterConfig } from '../perimeter/perimeter-config.ts';

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
  const graph = createGraphClient({ graphUrl, credential, log });
  const runtime = await openRuntime({ flows: [grantFlow], store: config.store, clock, log }).catch((error: unknown) => {
    clock.close();
    throw error;
  });
  const parts: PerimeterParts = {
    config,
    runtime,
    clock,
    transportClock,
    log,
    writers: {
      directoryRole: {
        pim: onlyFor('directoryRole', createPimRoleWriter(graph, clock)),
        plain: onlyFor('directoryRole', createPlainRoleWriter(graph)),
      },
    },
    people: createMembershipReader(graph),
    verifyCaller: createCallerVerifier(callerSettingsOf(config), tenantKeys(config), transportClock),
  };
  return { parts, closeClock: () => clock.close() };
}
