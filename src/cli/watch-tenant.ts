import type { Clock } from '../access/core/clock.ts';
import { createRootAssignmentsReader } from '../azure/root-assignments-reader.ts';
import type { HallpassConfig } from '../config/hallpass-config.ts';
import type { Runtime } from '../durable/port.ts';
import { createCredentialsReader } from '../entra/credentials-reader.ts';
import { createPrincipalNames } from '../entra/principal-names.ts';
import { addressesOf } from '../identity/cloud.ts';
import type { Log } from '../observe/log.ts';
import { createCredentialsWatch } from '../posture/collectors/credentials.ts';
import { createRootAccessWatch } from '../posture/collectors/root-access.ts';
import { startScan, type Scan } from '../posture/scan.ts';
import type { OpenTenant } from './open-tenants.ts';

/** Starts looking at one tenant: root access, and secrets that end soon. */
export function watchTenant(parts: {
  readonly open: Pick<OpenTenant, 'tenant' | 'graph' | 'credential'>;
  /** What was found before there could be several tenants is of this one. */
  readonly isFirst: boolean;
  readonly security: HallpassConfig['security'];
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly log: Log;
}): Scan {
  const { open, isFirst, security, runtime, clock, log } = parts;
  const { tenant, graph, credential } = open;
  const rootAssignments = createRootAssignmentsReader({ armUrl: addressesOf(tenant.cloud).arm, credential });
  return startScan({
    tenant: { tenantId: tenant.tenantId.toLowerCase(), isFirst },
    runtime,
    collectors: [
      createRootAccessWatch(rootAssignments, createPrincipalNames(graph, log)),
      createCredentialsWatch({
        reader: createCredentialsReader({ graph }),
        clock,
        ladderDays: security.expiryLadderDays,
        log,
      }),
    ],
    clock,
    log,
    everyMinutes: security.scanEveryMinutes,
  });
}
