import { AppError } from '../access/core/app-error.ts';
import type { BotTenant } from '../config/bot-tenants.ts';
import type { HallpassConfig } from '../config/hallpass-config.ts';

/** The tenant of the file with this name; the only one where there is one and none is named. @throws {AppError} `usage.tenant` */
export function tenantNamed({ tenants }: Pick<HallpassConfig, 'tenants'>, name: string | undefined): BotTenant {
  const found = name === undefined && tenants.length === 1 ? tenants[0] : tenants.find((tenant) => tenant.name === name);
  if (found) return found;
  throw new AppError('usage.tenant', name === undefined ? 'the file has several tenants' : `the file has no tenant ${name}`, {
    hint: `Add --tenant with one of: ${tenants.map((tenant) => tenant.name).join(', ')}.`,
  });
}
