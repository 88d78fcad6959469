import { AppError } from '../../access/core/app-error.ts';
import { type ArmMade, createArmClient } from '../../azure/arm-client.ts';
import { USER_ACCESS_ADMINISTRATOR_ID } from '../../azure/azure-roles.ts';
import { listableScope } from '../../azure/own-azure-records.ts';
import { addressesOf } from '../../identity/cloud.ts';
import { createCredential } from '../../identity/credential.ts';
import { ownIdentityOf } from '../../identity/own-identity.ts';
import { createLog } from '../../observe/log.ts';
import type { PerimeterConfig } from '../../perimeter/perimeter-config.ts';
import { assignAzureRoles } from '../perimeter-setup-azure.ts';
import type { Check, Seen } from './check.ts';
import type { PerimeterParts } from './perimeter-groups.ts';

/** Roles that can give Azure roles. @see https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const GIVES: readonly string[] = [
  'f58310d9-a9f6-439a-9e8d-f62e7b41a168', // Role Based Access Control Administrator
  USER_ACCESS_ADMINISTRATOR_ID,
  '8e3af657-a8ff-443c-a75c-2fe8c4bcb635', // Owner
];

/** Whether the perimeter may give Azure roles where the file says so, and no other roles there. */
export const azureRole: Check<PerimeterParts> = {
  id: 'azure-role',
  title: 'Right to give Azure roles',
  concerns: ({ config }) => givesAzureRoles(config),
  async look({ config, graph, token }): Promise<Seen> {
    const { arm: armUrl } = addressesOf(config.tenant.cloud);
    const arm = createArmClient({ armUrl, credential: createCredential(config.tenant), log: createLog('perimeter', 'silent') });
    const ours = ownIdentityOf(await token(`${graph.origin}/.default`)).servicePrincipalId.toLowerCase();
    const problems: string[] = [];
    const warnings: string[] = [];
    for (const scope of scopesOf(config)) {
      const { assignments } = await arm.everything(scope).catch(noneIfForbidden);
      const own = assignments.filter((row) => row.principalId.toLowerCase() === ours && holds(row, scope));
      if (own.length === 0) problems.push(`it may not give Azure roles at ${scope}`);
      else if (own.every(({ condition }) => !condition))
        warnings.push(`at ${scope} it may give every role, Owner too: its own has no condition`);
    }
    return { problems, warnings, fine: 'it may give roles at each scope of the file, bound by a condition' };
  },
  mend: ({ config, tenant }) => assignAzureRoles(config, `$(az ad sp show --id ${tenant.clientId} --query id -o tsv)`).join('; '),
  show: ({ tenant }) => `az role assignment list --all --assignee ${tenant.clientId}`,
};

export const givesAzureRoles = ({ entitlements }: PerimeterConfig): boolean =>
  entitlements.some((entitlement) => entitlement.azureRole !== undefined);

function scopesOf({ entitlements }: PerimeterConfig): readonly string[] {
  const scopes = entitlements.flatMap((entitlement) => {
    const { scope, scopePattern = '' } = entitlement.azureRole ?? {};
    return scope ?? listableScope(scopePattern) ?? [];
  });
  return [...new Set(scopes)];
}

/** An assignment holds at its scope and below. */
function holds({ roleDefinitionId, scope: at }: ArmMade, scope: string): boolean {
  const [above, here] = [at.toLowerCase().replace(/\/$/, ''), scope.toLowerCase()];
  const role = (roleDefinitionId.split('/').at(-1) ?? '').toLowerCase();
  return GIVES.includes(role) && (here === above || here.startsWith(`${above}/`));
}

/** Who has no role there at all is refused. */
function noneIfForbidden(error: unknown): { readonly assignments: readonly ArmMade[] } {
  if (error instanceof AppError && error.code === 'directory.forbidden') return { assignments: [] };
  throw error;
}
