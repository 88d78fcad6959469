import { openCases, tenantOf } from '../chat/access-case.ts';
import type { Runtime } from '../durable/port.ts';
import type { Operators } from './operators.ts';
import type { Tenants } from './tenants.ts';

/** A tenant that was taken out of the file while something of it was open: nothing of it can be ended any more from here. */
export function sayLeftBehind(runtime: Runtime, { all }: Tenants, operators: Operators): void {
  const known = new Set(all.map(({ tenant }) => tenant.tenantId.toLowerCase()));
  for (const tenantId of new Set([...openCases(runtime)].map(tenantOf)))
    if (!known.has(tenantId))
      operators.alert(
        `tenant:${tenantId}`,
        `Requests of tenant ${tenantId} are open, and it is not in hallpass.yaml any more. Put it back until they are over.`,
      );
}
