import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
  type TokenCredential,
  WorkloadIdentityCredential,
} from '@azure/identity';
import type { TenantSetting } from '../config/parts.ts';
import { readCertificate } from './certificate.ts';
import { managedIdentityAssertion, tokenFileOf } from './client-assertion.ts';
import { addressesOf } from './cloud.ts';
import { identityErrorOf } from './identity-error.ts';
import { readSecret } from './secret-source.ts';

/** Entra's own retries on a token are few: our commands have a backoff of their own, and must see the failure. */
const TOKEN_RETRIES = 2;

/**
 * The Entra identity that a process works as in one tenant. Tokens are fetched, cached and renewed by @azure/identity, and kept nowhere else.
 * `getToken` throws {AppError} `identity.*` (identity-error.ts): one sentence, the next step, Entra's number and correlation id.
 * @throws {AppError} `secret.*`, `certificate.*`
 */
export function createCredential(setting: TenantSetting): TokenCredential {
  const credential = credentialOf(setting);
  const giver = 'managedIdentity' in setting.credential ? 'host' : 'Entra';
  return {
    async getToken(scopes, options) {
      try {
        return await credential.getToken(scopes, options);
      } catch (error) {
        throw identityErrorOf(error, `client ${setting.clientId} in tenant ${setting.tenantId}`, giver);
      }
    },
  };
}

function credentialOf({ tenantId, clientId, cloud, credential }: TenantSetting): TokenCredential {
  const retryOptions = { maxRetries: TOKEN_RETRIES };
  if ('managedIdentity' in credential) {
    const { clientId: identity } = credential.managedIdentity;
    return new ManagedIdentityCredential(identity === undefined ? { retryOptions } : { clientId: identity, retryOptions });
  }
  const options = {
    authorityHost: addressesOf(cloud).login,
    retryOptions,
    // Instance discovery asks the public cloud whether an authority is genuine; one given by its address is unknown there.
    disableInstanceDiscovery: typeof cloud !== 'string',
  };
  if ('federated' in credential) {
    const assertion = managedIdentityAssertion(credential.federated.managedIdentity.clientId, cloud);
    return new ClientAssertionCredential(tenantId, clientId, assertion, options);
  }
  if ('workloadIdentity' in credential) {
    const tokenFilePath = tokenFileOf(credential.workloadIdentity.tokenFile);
    return new WorkloadIdentityCredential({ tenantId, clientId, tokenFilePath, ...options });
  }
  if ('certificate' in credential)
    return new ClientCertificateCredential(
      tenantId,
      clientId,
      { certificate: readCertificate(credential.certificate.file).pem },
      options,
    );
  return new ClientSecretCredential(tenantId, clientId, readSecret(credential.clientSecret).reveal(), options);
}
