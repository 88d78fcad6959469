import type { TokenCredential } from '@azure/identity';
import type { Clock } from '../access/core/clock.ts';
import { createRootAssignmentsReader } from '../azure/root-assignments-reader.ts';
import type { HallpassConfig } from '../config/hallpass-config.ts';
import type { Runtime } from '../durable/port.ts';
import { createCredentialsReader } from '../entra/credentials-reader.ts';
import type { GraphClient } from '../entra/graph-client.ts';
import { createPrincipalNames } from '../entra/principal-names.ts';
import { addressesOf } from '../identity/cloud.ts';
import type { Log } from '../observe/log.ts';
import { createCredentialsWatch } from '../posture/collectors/credentials.ts';
import { createRootAccessWatch } from '../posture/collectors/root-access.ts';
import { startScan, type Scan } from '../posture/scan.ts';

/** Starts looking at the tenant: root access, and secrets that end soon. */
export function watchTenant(parts: {
  readonly config: Pick<HallpassConfig, 'tenant' | 'security'>;
  readonly runtime: Runtime;
  readonly graph: GraphClient;
  readonly credential: TokenCredential;
  readonly clock: Clock;
  readonly log: Log;
}): Scan {
  const { config, runtime, graph, credential, clock, log } = parts;
  const rootAssignments = createRootAssignmentsReader({ armUrl: addressesOf(config.tenant.cloud).arm, credential });
  return startScan({
    runtime,
    collectors: [
      createRootAccessWatch(rootAssignments, createPrincipalNames(graph, log)),
      createCredentialsWatch({
        reader: createCredentialsReader({ graph }),
        clock,
        ladderDays: config.security.expiryLadderDays,
        log,
      }),
    ],
    clock,
    log,
    everyMinutes: config.security.scanEveryMinutes,
  });
}
