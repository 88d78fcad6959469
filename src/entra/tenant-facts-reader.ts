import { z } from 'zod';
import type { GraphClient } from './graph-client.ts';

/** A policy of Conditional Access, as far as it decides what an authentication context asks for. */
export interface ContextPolicy {
  readonly name: string;
  /** `enabled`, `disabled` or `enabledForReportingButNotEnforced`. */
  readonly state: string;
  readonly contexts: readonly string[];
  readonly forAllUsers: boolean;
}

/** What a tenant has of licences and policies, read only. @throws {AppError} `directory.*` of graph-error.ts */
export interface TenantFactsReader {
  /** Names of the service plans that work now, in capitals: `LicenseAssignment.Read.All`. */
  servicePlans(): Promise<readonly string[]>;
  /** `Policy.Read.All`. */
  policies(): Promise<readonly ContextPolicy[]>;
}

/** `Warning`: it ended, and still works for a while. @see https://learn.microsoft.com/graph/api/resources/subscribedsku */
const WORKING = ['enabled', 'warning'];
const skuSchema = z.object({
  capabilityStatus: z.string(),
  servicePlans: z.array(z.object({ servicePlanName: z.string(), provisioningStatus: z.string() })),
});
/** @see https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy */
const policySchema = z.object({
  displayName: z.string().nullable(),
  state: z.string(),
  conditions: z.object({
    applications: z.object({ includeAuthenticationContextClassReferences: z.array(z.string()).nullish() }).nullable(),
    users: z.object({ includeUsers: z.array(z.string()).nullish() }).nullable(),
  }),
});

export function createTenantFactsReader(graph: Pick<GraphClient, 'list'>): TenantFactsReader {
  return {
    async servicePlans() {
      const plans: string[] = [];
      for await (const raw of graph.list('/subscribedSkus', { permission: 'LicenseAssignment.Read.All' })) {
        const { capabilityStatus, servicePlans } = skuSchema.parse(raw);
        if (!WORKING.includes(capabilityStatus.toLowerCase())) continue;
        const working = servicePlans.filter(({ provisioningStatus }) => provisioningStatus === 'Success');
        plans.push(...working.map(({ servicePlanName }) => servicePlanName.toUpperCase()));
      }
      return plans;
    },
    async policies() {
      const policies: ContextPolicy[] = [];
      for await (const raw of graph.list('/identity/conditionalAccess/policies', { permission: 'Policy.Read.All' })) {
        const { displayName, state, conditions } = policySchema.parse(raw);
        policies.push({
          name: displayName ?? '',
          state,
          contexts: conditions.applications?.includeAuthenticationContextClassReferences ?? [],
          forAllUsers: conditions.users?.includeUsers?.includes('All') ?? false,
        });
      }
      return policies;
    },
  };
}
