import { SECOND_TENANT_ID, TENANT_ID } from '../../cast.ts';

/** Which of the playground's tenants it is: the one that everything runs in, or another, where the same people have accounts of their own. */
export interface Place {
  readonly tenantId: string;
  readonly isHome: boolean;
  /** Object id here of who or what has this one at home. */
  readonly idOf: (homeId: string) => string;
}

export const HOME: Place = { tenantId: TENANT_ID, isHome: true, idOf: (id) => id };

export function elsewhere(tenantId: string): Place {
  return { tenantId, isHome: false, idOf: (id) => `${id.slice(0, 4)}${tenantId.slice(0, 4)}${id.slice(8)}`.toLowerCase() };
}

/** As tests name somebody's account in the second tenant. */
export const inSecondTenant = (homeId: string): string => elsewhere(SECOND_TENANT_ID).idOf(homeId);
