import type { TokenCredential } from '@azure/identity';
import { sameTenant } from '../access/core/person.ts';
import type { HallpassConfig } from '../config/hallpass-config.ts';
import type { CredentialSetting } from '../config/parts.ts';
import { formOf } from '../identity/cloud.ts';
import { createCredential } from '../identity/credential.ts';

type Teams = NonNullable<HallpassConfig['teams']>;

/** As the file names it: exactly one of the two is there. */
export function teamsCredentialSetting({
  credential,
  clientSecret,
}: Pick<Teams, 'credential' | 'clientSecret'>): CredentialSetting {
  if (credential !== undefined) return credential;
  if (clientSecret !== undefined) return { clientSecret };
  throw new RangeError('teams names no credential');
}

/** The Entra identity by which the bot speaks to Teams. @throws {AppError} `secret.*`, `certificate.*` */
export function teamsCredential(teams: Teams, tenants: HallpassConfig['tenants']): TokenCredential {
  const { appId, tenantId, login } = teams;
  const home = tenants.find((tenant) => sameTenant(tenant.tenantId, tenantId));
  // Graph and Azure are never asked with it.
  const cloud = { login, graph: login, arm: login, like: home === undefined ? 'AzureCloud' : formOf(home.cloud) } as const;
  return createCredential({ tenantId, clientId: appId, cloud, credential: teamsCredentialSetting(teams) });
}
