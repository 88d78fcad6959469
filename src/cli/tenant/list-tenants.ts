import { sameTenant } from '../../access/core/person.ts';
import { readHallpassConfig } from '../../config/read-hallpass-config.ts';

export interface ListedTenant {
  readonly name: string;
  readonly tenantId: string;
  readonly cloud: string;
  readonly clientId: string;
  /** `federated`, `certificate` …: how the bot shows there who it is. */
  readonly credential: string;
  readonly perimeter: string;
  readonly entitlements: readonly string[];
}

/** The tenants of hallpass.yaml. Asks nobody. @throws {AppError} `config.*` */
export function listTenants(file: string): readonly ListedTenant[] {
  const { tenants, entitlements } = readHallpassConfig(file);
  return tenants.map(({ name, tenantId, cloud, clientId, credential, perimeter }) => ({
    name,
    tenantId,
    cloud: typeof cloud === 'string' ? cloud : cloud.login,
    clientId,
    credential: Object.keys(credential)[0] ?? '',
    perimeter: perimeter.url,
    entitlements: entitlements.filter((one) => sameTenant(one.tenantId, tenantId)).map(({ id }) => id),
  }));
}

export function tenantsText(tenants: readonly ListedTenant[]): string {
  const paragraph = (one: ListedTenant) => [
    `${one.name}  ${one.tenantId}  ${one.cloud}`,
    `  the bot is ${one.clientId}, by ${one.credential}`,
    `  perimeter: ${one.perimeter}`,
    `  given there: ${one.entitlements.length === 0 ? 'nothing yet' : one.entitlements.join(', ')}`,
    '',
  ];
  return tenants.flatMap(paragraph).join('\n');
}
