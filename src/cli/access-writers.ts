import type { ArmClient } from '../azure/arm-client.ts';
import { createPimAzureRoleWriter } from '../azure/pim-azure-role-writer.ts';
import { createPlainAzureRoleWriter } from '../azure/plain-azure-role-writer.ts';
import type { Clock } from '../access/core/clock.ts';
import type { GraphClient } from '../entra/graph-client.ts';
import { createPimGroupWriter } from '../entra/pim-group-writer.ts';
import { createPimRoleWriter } from '../entra/pim-role-writer.ts';
import { createPlainGroupWriter } from '../entra/plain-group-writer.ts';
import { createPlainRoleWriter } from '../entra/plain-role-writer.ts';
import { type AccessWriters, onlyFor } from '../perimeter/access-writer.ts';

/** Every way to write that Hallpass has. @param clock domain clock: starts and ends */
export function createAccessWriters(graph: GraphClient, arm: ArmClient, clock: Clock): AccessWriters {
  return {
    directoryRole: {
      pim: onlyFor('directoryRole', createPimRoleWriter(graph, clock)),
      plain: onlyFor('directoryRole', createPlainRoleWriter(graph)),
    },
    group: {
      pim: onlyFor('group', createPimGroupWriter(graph, clock)),
      plain: onlyFor('group', createPlainGroupWriter(graph)),
    },
    azureRole: {
      pim: onlyFor('azureRole', createPimAzureRoleWriter(arm, clock)),
      plain: onlyFor('azureRole', createPlainAzureRoleWriter(arm)),
    },
  };
}
