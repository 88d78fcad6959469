import { createAzureRoleName } from '../../src/azure/azure-role-name.ts';
import type { GraphClient } from '../../src/entra/graph-client.ts';
import { createRequestNames } from '../../src/entra/request-names.ts';
import { PERIMETER_APP, ROLES } from '../../src/playground/cast.ts';
import type { MicrosoftFarEnd } from '../../src/playground/microsoft/start.ts';
import { AZURE_ROLES, SHOP_SCOPE } from '../../src/playground/microsoft/tenant/azure-assignments.ts';
import { codeFrom, type Deed } from './deed.ts';
import { credentialOf, graphAs, quiet } from './permitted.ts';

/** What the page on which people sign looks up besides people: what things are called. */
export function pageDeeds(far: MicrosoftFarEnd): Readonly<Record<string, Deed>> {
  const azure = () => createAzureRoleName(far.armUrl, credentialOf(far, PERIMETER_APP.clientId));
  const role = 'graph GET /roleManagement/directory/roleDefinitions/{unifiedRoleDefinition-id}';
  const reader = { kind: 'directoryRole', roleDefinitionId: ROLES.globalReader, directoryScopeId: '/' } as const;
  /** A name that cannot be read is no error: nothing is decided by it. */
  const nameBy = async (graph: GraphClient) => (await createRequestNames(graph, azure(), quiet).target(reader)).name;
  const azureName = () => azure()({ kind: 'azureRole', scope: SHOP_SCOPE, roleDefinitionId: AZURE_ROLES.reader.id });
  return {
    [`perimeter: ${role}`]: {
      works: () => graphAs(far, 'perimeter', role, 'with', nameBy),
      refused: async () => (await graphAs(far, 'perimeter', role, 'without', nameBy)) ?? 'no name',
      says: 'no name',
    },
    'perimeter: arm GET /{scope}/providers/Microsoft.Authorization/roleDefinitions/{roleDefinitionId}': {
      works: azureName,
      refused() {
        far.faults.add({ farEnds: ['arm'], rate: 1, kinds: ['throttled'], times: 1 });
        return codeFrom(azureName());
      },
      says: 'directory.unavailable',
    },
  };
}
