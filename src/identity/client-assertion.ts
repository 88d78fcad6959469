import { readFile } from 'node:fs/promises';
import { ManagedIdentityCredential } from '@azure/identity';
import { AppError } from '../access/core/app-error.ts';
import type { ClientCredentialSetting, CloudSetting, PublishedCloud } from '../config/parts.ts';
import { readCertificate } from './certificate.ts';
import { addressesOf, formOf } from './cloud.ts';
import { identityErrorOf } from './identity-error.ts';

/** A client assertion (RFC 7523), fresh enough to be sent now. It is a credential: never logged, never stored. */
export type ClientAssertion = () => Promise<string>;

/** An app registration, and how it shows that it is the one. */
export interface ClientSetting {
  readonly tenantId: string;
  readonly cloud: CloudSetting;
  readonly clientId: string;
  readonly credential: ClientCredentialSetting;
}

/** @see https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity */
const AUDIENCES: Readonly<Record<PublishedCloud, string>> = {
  AzureCloud: 'api://AzureADTokenExchange',
  AzureUSGovernment: 'api://AzureADTokenExchangeUSGov',
  AzureChina: 'api://AzureADTokenExchangeChina',
};

/** What a managed identity's token is asked for, to stand in place of an application's secret; a federated credential names the same. */
export const exchangeAudience = (cloud: CloudSetting): string => AUDIENCES[formOf(cloud)];

/**
 * What the registration sends in place of a secret; undefined where it has one.
 * @throws {AppError} `secret.*`, `certificate.*` at once; from the assertion `identity.*`, `secret.missing`
 */
export function createClientAssertion(setting: ClientSetting): ClientAssertion | undefined {
  const { credential, cloud, clientId, tenantId } = setting;
  if ('federated' in credential) return managedIdentityAssertion(credential.federated.managedIdentity.clientId, cloud);
  if ('workloadIdentity' in credential) return fileAssertion(tokenFileOf(credential.workloadIdentity.tokenFile));
  if ('certificate' in credential)
    return readCertificate(credential.certificate.file).assertionFor({
      clientId,
      audience: `${addressesOf(cloud).login}/${tenantId}/oauth2/v2.0/token`,
    });
  return undefined;
}

/**
 * The token of a user-assigned managed identity as assertion of an app registration that trusts it by a federated credential. Both belong to
 * one tenant; the token that the registration gets for it may be of another, where the registration is consented to.
 * @throws {AppError} `identity.*`
 */
export function managedIdentityAssertion(clientId: string, cloud: CloudSetting): ClientAssertion {
  // Somebody waits before a page: one more try, and they are told.
  const credential = new ManagedIdentityCredential({ clientId, retryOptions: { maxRetries: 1 } });
  const scope = `${exchangeAudience(cloud)}/.default`;
  return async () => {
    const answer = await credential.getToken(scope).catch((error: unknown) => {
      throw identityErrorOf(error, `the managed identity ${clientId}`, 'host');
    });
    return answer.token;
  };
}

/** Where the platform writes its token. @throws {AppError} `secret.missing` */
export function tokenFileOf(named: string | undefined): string {
  const file = named ?? process.env['AZURE_FEDERATED_TOKEN_FILE'];
  if (file !== undefined && file !== '') return file;
  throw new AppError('secret.missing', 'the environment variable AZURE_FEDERATED_TOKEN_FILE is not set', {
    hint: 'Let the platform set it (on Kubernetes, the label azure.workload.identity/use), or name the file: workloadIdentity: { tokenFile: /path }.',
  });
}

/** Read each time: the platform puts a new token there before the old one ends. */
function fileAssertion(file: string): ClientAssertion {
  return async () => {
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new AppError('secret.missing', `${file} cannot be read`, { cause, hint: 'Check workloadIdentity.tokenFile.' });
    });
    return text.trim();
  };
}
