import { transportClock } from '../access/core/clock.ts';
import { openDomainClock } from '../config/domain-clock.ts';
import { openRuntime } from '../durable/runtime.ts';
import { createGraphClient } from '../entra/graph-client.ts';
import { createMembershipReader } from '../entra/membership-reader.ts';
import { createPimRoleWriter } from '../entra/pim-role-writer.ts';
import { createPlainRoleWriter } from '../entra/plain-role-writer.ts';
import { addressesOf } from '../identity/cloud.ts';
import { createCredential } from '../identity/credential.ts';
import { createLog, type Log } from '../observe/log.ts';
import { onlyFor } from '../perimeter/access-writer.ts';
import { callerSettingsOf, createCallerVerifier, tenantKeys } from '../perimeter/caller-token.ts';
import { grantFlow } from '../perimeter/grant-flow.ts';
import { loadPerimeterConfig } from '../perimeter/load-perimeter-config.ts';
import { type Perimeter, startPerimeter } from '../perimeter/perimeter.ts';

/**
 * Runs until SIGTERM or SIGINT, then stops in order. Logs `perimeter ready` with its address once it listens.
 * @throws {AppError} `config.*`, `secret.*`, `store.*`, `listen.failed`
 */
export async function runPerimeter(file: string): Promise<void> {
  const config = loadPerimeterConfig(file);
  const log = createLog('perimeter');
  const credential = createCredential(config.tenant);
  const { login, graph: graphUrl, arm } = addressesOf(config.tenant.cloud);
  const clock = openDomainClock(config.domainClock, [login, graphUrl, arm, config.alarm.url]);
  const graph = createGraphClient({ graphUrl, credential, log });
  const { folder, checkpointEveryLines } = config.store;
  const runtime = await openRuntime({ flows: [grantFlow], folder, clock, log, limits: { checkpointEveryLines } });
  const perimeter = await startPerimeter({
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
  });
  log.info({ url: perimeter.url, opsUrl: perimeter.opsUrl, entitlements: config.entitlements.length }, 'perimeter ready');
  await stopped(perimeter, log);
  clock.close();
}

async function stopped(perimeter: Perimeter, log: Log): Promise<void> {
  const signal = await new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name));
  });
  log.info({ signal }, 'perimeter stopping');
  await perimeter.close();
  log.info('perimeter stopped');
}
