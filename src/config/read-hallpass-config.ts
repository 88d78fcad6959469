import { AppError } from '../access/core/app-error.ts';
import { type HallpassConfig, hallpassConfigSchema, type HallpassFile } from './hallpass-config.ts';
import { hallpassRules } from './hallpass-rules.ts';
import { readConfig } from './read-config.ts';
import { tenantsOf } from './tenants-of.ts';

/** hallpass.yaml, checked and in its one shape. @throws {AppError} `config.unreadable`, `config.invalid` */
export function readHallpassConfig(file: string): HallpassConfig {
  return inOneShape(readConfig(file, hallpassConfigSchema, hallpassRules));
}

/** Of a file that keeps the rules. @throws {AppError} `config.invalid` where it does not */
export function inOneShape({ tenant, perimeter, tenants, entitlements, ...rest }: HallpassFile): HallpassConfig {
  const all = tenantsOf({ tenant, perimeter, tenants });
  return {
    ...rest,
    tenants: all,
    entitlements: entitlements.map(({ tenant: name, ...entitlement }) => {
      const own = name === undefined ? all[0] : all.find((one) => one.name === name);
      if (own === undefined) throw new AppError('config.invalid', `${entitlement.id} is given in no tenant of the file`);
      const tenantId = own.tenantId.toLowerCase();
      return { ...entitlement, tenantId, ...(all.length > 1 ? { tenantName: own.name } : {}) };
    }),
  };
}
