import { AzureCliCredential, ChainedTokenCredential, EnvironmentCredential, type TokenCredential } from '@azure/identity';
import { AppError } from '../access/core/app-error.ts';
import type { RegisteredRequest } from '../access/core/statement.ts';
import type { AzureRole } from '../access/core/target.ts';
import { armErrorOf } from '../azure/arm-error.ts';
import { type AzureOrder, azureNameOf, scopeIn } from '../azure/azure-target.ts';
import { createGraphClient, GRAPH_TIMEOUT_MS } from '../entra/graph-client.ts';
import { quoted } from '../entra/odata.ts';
import { addressesOf } from '../identity/cloud.ts';
import { createLog } from '../observe/log.ts';
import { type EvidenceFile, readEvidenceFile } from '../perimeter/evidence/evidence-file.ts';
import type { PerimeterConfig } from '../perimeter/perimeter-config.ts';

/**
 * What Microsoft holds about the access of a file, asked for as the verifier: by AZURE_CLIENT_ID and its companions, or by `az login`. The
 * file only says what to ask about. A person's token of az may read Azure, but not PIM in Graph (Azure/azure-cli#33778).
 * @throws {AppError} `identity.not-signed-in`, `directory.*`, `azure.*`
 */
export async function readTenantRecords(bytes: Uint8Array, { tenant }: PerimeterConfig): Promise<unknown> {
  const request = requestOf(bytes);
  if (request === null) return [];
  const { login, graph, arm } = addressesOf(tenant.cloud);
  const { tenantId } = tenant;
  const credential = new ChainedTokenCredential(
    // Instance discovery asks the public cloud whether an authority is genuine; one given by its address is unknown there.
    new EnvironmentCredential({ authorityHost: login, disableInstanceDiscovery: typeof tenant.cloud !== 'string' }),
    new AzureCliCredential({ tenantId }),
  );
  const { target, principal } = request;
  try {
    if (target.kind === 'azureRole') return await readAzure(new URL(arm).origin, credential, { ...request, target });
    const [path, permission, what] =
      target.kind === 'group'
        ? ([PIM_GROUP, 'PrivilegedAssignmentSchedule.Read.AzureADGroup', `groupId eq ${quoted(target.groupId)}`] as const)
        : ([
            PIM_ROLE,
            'RoleAssignmentSchedule.Read.Directory',
            `roleDefinitionId eq ${quoted(target.roleDefinitionId)}`,
          ] as const);
    const query = { $filter: `principalId eq ${quoted(principal.objectId)} and ${what}` };
    const client = createGraphClient({ graphUrl: graph, credential, log: createLog('perimeter', 'warn') });
    const found: unknown[] = [];
    for await (const record of client.list(path, { query, permission })) found.push(record);
    return found;
  } catch (error) {
    if (!(error instanceof AppError) || !error.code.startsWith('identity.')) throw error;
    throw new AppError('identity.not-signed-in', `nobody is signed in to ask tenant ${tenantId}`, {
      cause: error,
      hint: `Set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET of an application that may read, or run "az login --tenant ${tenantId}".`,
    });
  }
}

const PIM_ROLE = '/roleManagement/directory/roleAssignmentScheduleRequests';
const PIM_GROUP = '/identityGovernance/privilegedAccess/group/assignmentScheduleRequests';

/** A file that cannot be read is told by verifying it. */
function requestOf(bytes: Uint8Array): EvidenceFile['request'] {
  try {
    return readEvidenceFile(bytes).request;
  } catch {
    return null;
  }
}

/** By the names that follow from the request (azure-target.ts). A plain assignment is gone with its end, and with it its description. */
async function readAzure(
  origin: string,
  credential: TokenCredential,
  { requestId, principal, target }: RegisteredRequest & { readonly target: AzureRole },
): Promise<readonly unknown[]> {
  const order: AzureOrder = { grantId: requestId, principalId: principal.objectId, target, endsAt: '', justification: '' };
  const at = `${origin}/${scopeIn(order)}/providers/Microsoft.Authorization`;
  const pim = `${at}/roleAssignmentScheduleRequests/${azureNameOf('roleAssignmentScheduleRequest', order)}?api-version=2020-10-01`;
  const plain = `${at}/roleAssignments/${azureNameOf('roleAssignment', order)}?api-version=2022-04-01`;
  const found = await Promise.all([pim, plain].map((address) => getFromArm(address, `${origin}/.default`, credential)));
  return found.filter((record) => record !== undefined);
}

async function getFromArm(address: string, scope: string, credential: TokenCredential): Promise<unknown> {
  try {
    const token = await credential.getToken(scope);
    const response = await fetch(address, {
      headers: { authorization: `Bearer ${token?.token ?? ''}` },
      redirect: 'error',
      signal: AbortSignal.timeout(GRAPH_TIMEOUT_MS),
    });
    if (response.status === 404) return undefined;
    if (!response.ok) throw Object.assign(new Error('refused'), { statusCode: response.status, response });
    return await response.json();
  } catch (error) {
    throw armErrorOf(error, `GET ${new URL(address).pathname}`, 'the role Reader at this scope, for whoever verifies');
  }
}
