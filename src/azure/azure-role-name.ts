import { AuthorizationManagementClient } from '@azure/arm-authorization';
import type { TokenCredential } from '@azure/identity';
import { z } from 'zod';
import type { AzureRoleName } from '../entra/request-names.ts';
import { armErrorOf } from './arm-error.ts';

const NEEDS = 'to read the role definitions where it gives Azure roles';
const TIMEOUT_MS = 5_000;
const NO_SUBSCRIPTION = '00000000-0000-0000-0000-000000000000';
const roleSchema = z.object({ roleName: z.string().min(1), description: z.string().nullish() });

/** @throws {AppError} `directory.*` @see https://learn.microsoft.com/rest/api/authorization/role-definitions/get */
export function createAzureRoleName(armUrl: string, credential: TokenCredential): AzureRoleName {
  const endpoint = new URL(armUrl).origin;
  const arm = new AuthorizationManagementClient(credential, NO_SUBSCRIPTION, {
    endpoint,
    credentialScopes: `${endpoint}/.default`,
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
  });
  return async ({ scope, roleDefinitionId }) => {
    const id = roleDefinitionId.split('/').at(-1) ?? '';
    const options = { abortSignal: AbortSignal.timeout(TIMEOUT_MS) };
    const role = await arm.roleDefinitions.get(scope.slice(1), id, options).catch((error: unknown) => {
      throw armErrorOf(error, `GET roleDefinitions/${id} at ${scope}`, NEEDS, 'directory');
    });
    const { roleName, description } = roleSchema.parse(role);
    return { name: roleName, ...(description ? { description } : {}) };
  };
}
