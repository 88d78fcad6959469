import type { BotTenant } from './bot-tenants.ts';
import type { HallpassFile } from './hallpass-config.ts';

/** The tenants of a file in either of its two forms; empty where neither is whole. */
export function tenantsOf({
  tenant,
  perimeter,
  tenants,
}: Pick<HallpassFile, 'tenant' | 'perimeter' | 'tenants'>): readonly BotTenant[] {
  if (tenants) return tenants;
  return tenant && perimeter ? [{ ...tenant, name: tenant.tenantId.toLowerCase(), perimeter }] : [];
}
