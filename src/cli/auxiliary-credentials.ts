import type { TokenCredential } from '@azure/identity';
import { createCredential } from '../identity/credential.ts';
import { tenantBound } from '../identity/tenant-bound.ts';
import type { PerimeterConfig } from '../perimeter/perimeter-config.ts';

/** The same application in other tenants. @throws {AppError} `secret.*`, `certificate.*` */
export function auxiliaryCredentials({ auxiliaryTenantIds, ...tenant }: PerimeterConfig['tenant']): readonly TokenCredential[] {
  return auxiliaryTenantIds.map((tenantId) => tenantBound(createCredential({ ...tenant, tenantId }), tenantId));
}
