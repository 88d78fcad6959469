import { ClientSecretCredential, ManagedIdentityCredential, type TokenCredential } from '@azure/identity';
import type { TenantSetting } from '../config/parts.ts';
import { addressesOf } from './cloud.ts';
import { readSecret } from './secret-source.ts';

/** Entra's own retries on a token are few: our commands have a backoff of their own, and must see the failure. */
const TOKEN_RETRIES = 2;

/**
 * The Entra identity that a process works as. Tokens are fetched, cached and renewed by @azure/identity.
 * @throws {AppError} `secret.*`
 */
export function createCredential(setting: TenantSetting): TokenCredential {
  const options = { authorityHost: addressesOf(setting.cloud).login, retryOptions: { maxRetries: TOKEN_RETRIES } };
  if ('managedIdentity' in setting.credential) {
    const { clientId } = setting.credential.managedIdentity;
    return clientId === undefined
      ? new ManagedIdentityCredential(options)
      : new ManagedIdentityCredential({ clientId, ...options });
  }
  return new ClientSecretCredential(setting.tenantId, setting.clientId, readSecret(setting.credential.clientSecret).reveal(), {
    ...options,
    // Instance discovery asks the public cloud whether an authority is genuine; one given by its address is unknown there.
    disableInstanceDiscovery: typeof setting.cloud !== 'string',
  });
}
