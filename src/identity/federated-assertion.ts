import { ManagedIdentityCredential } from '@azure/identity';
import { AppError } from '../access/core/app-error.ts';
import type { CloudSetting } from '../config/parts.ts';

/** A client assertion (RFC 7523), fresh enough to be sent now. It is a credential: never logged, never stored. */
export type ClientAssertion = () => Promise<string>;

/** @see https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity */
const AUDIENCES: Readonly<Record<string, string>> = {
  AzureUSGovernment: 'api://AzureADTokenExchangeUSGov',
  AzureChina: 'api://AzureADTokenExchangeChina',
};

/** What a managed identity's token is asked for, to stand in place of an application's secret; a federated credential names the same. */
export const exchangeAudience = (cloud: CloudSetting): string =>
  (typeof cloud === 'string' ? AUDIENCES[cloud] : undefined) ?? 'api://AzureADTokenExchange';

/**
 * The token of a user-assigned managed identity as assertion of an app registration that trusts it by a federated credential; both belong to
 * one tenant.
 * @throws {AppError} retryable `identity.unavailable`
 */
export function managedIdentityAssertion(clientId: string, cloud: CloudSetting): ClientAssertion {
  // Somebody waits before a page: one more try, and they are told.
  const credential = new ManagedIdentityCredential({ clientId, retryOptions: { maxRetries: 1 } });
  const audience = exchangeAudience(cloud);
  return async () => {
    try {
      return (await credential.getToken(`${audience}/.default`)).token;
    } catch (error) {
      // Only the name: what @azure/identity throws may quote the answer.
      throw new AppError(
        'identity.unavailable',
        `no token of the managed identity: ${error instanceof Error ? error.name : ''}`,
        {
          retryable: true,
          hint: 'The managed identity of the approval page gave no token right now. Try again in a minute.',
        },
      );
    }
  };
}
