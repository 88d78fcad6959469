import type { Licence } from '../tenant/tenant-model.ts';
import { collectionBody, type Expander } from './collection.ts';
import { auditEntity, isInDirectoryAudit } from './audit-entity.ts';
import { DIRECTORY_AUDIT, ORGANIZATION, SKU } from './role-entity-types.ts';
import { badRequest } from './graph-error.ts';
import type { GraphRoute } from './graph-server.ts';
import type { Entity } from './odata-query.ts';

const noExpansion: Expander = (_, name) => {
  throw badRequest(`The playground does not expand '${name}' here.`);
};

/** Product names as Microsoft publishes them. Source: https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference */
const PLAN_IDS = { AAD_PREMIUM: '41781fb2-bc02-4b7c-bd55-b576c07bb09d', AAD_PREMIUM_P2: 'eec0eb4f-6444-4f95-aba0-50c24d67f998' };
type Plan = keyof typeof PLAN_IDS;
/** P2 holds the plan of P1 as well. */
const SKUS: Readonly<
  Record<Exclude<Licence, 'free'>, { readonly id: string; readonly part: string; readonly plans: readonly Plan[] }>
> = {
  P1: { id: '078d2b04-f1bd-4111-bbd4-b4b1b354cef4', part: 'AAD_PREMIUM', plans: ['AAD_PREMIUM'] },
  P2: { id: '84a661c4-e949-4bd2-a560-ed7766fcaf2b', part: 'AAD_PREMIUM_P2', plans: ['AAD_PREMIUM', 'AAD_PREMIUM_P2'] },
};

function skuEntities(licence: Licence, tenantId: string): readonly Entity[] {
  if (licence === 'free') return [];
  const { id, part, plans } = SKUS[licence];
  return [
    {
      id: `${tenantId}_${id}`,
      accountId: tenantId,
      accountName: 'Playground',
      appliesTo: 'User',
      capabilityStatus: 'Enabled',
      consumedUnits: 5,
      prepaidUnits: { enabled: 10, suspended: 0, warning: 0, lockedOut: 0 },
      servicePlans: plans.map((plan) => ({
        servicePlanId: PLAN_IDS[plan],
        servicePlanName: plan,
        provisioningStatus: 'Success',
        appliesTo: 'User',
      })),
      skuId: id,
      skuPartNumber: part,
      subscriptionIds: [],
    },
  ];
}

export const ORGANIZATION_ROUTES: readonly GraphRoute[] = [
  {
    method: 'GET',
    path: '/subscribedSkus',
    permission: 'skus',
    cost: 1,
    type: SKU,
    handle: (call) => ({
      status: 200,
      body: collectionBody(skuEntities(call.tenant.licence, call.tenant.tenantId), {
        ...call,
        context: 'subscribedSkus',
        type: SKU,
        expand: noExpansion,
      }),
    }),
  },
  {
    method: 'GET',
    path: '/organization',
    permission: 'organization',
    cost: 1,
    type: ORGANIZATION,
    handle(call) {
      const organization: Entity = {
        id: call.tenant.tenantId,
        displayName: 'Playground',
        assignedPlans: [],
        countryLetterCode: 'DE',
        createdDateTime: '2021-03-01T08:00:00Z',
        tenantType: 'AAD',
        verifiedDomains: [{ name: 'playground.example', isDefault: true, isInitial: true, type: 'Managed', capabilities: '' }],
      };
      return {
        status: 200,
        body: collectionBody([organization], { ...call, context: 'organization', type: ORGANIZATION, expand: noExpansion }),
      };
    },
  },
  {
    method: 'GET',
    path: '/auditLogs/directoryAudits',
    permission: 'audits',
    report: true,
    cost: 1,
    type: DIRECTORY_AUDIT,
    handle(call) {
      const newestFirst = call.tenant.audit.asOf(call.readAsOf).filter(isInDirectoryAudit).map(auditEntity).toReversed();
      return {
        status: 200,
        body: collectionBody(newestFirst, {
          ...call,
          context: 'auditLogs/directoryAudits',
          type: DIRECTORY_AUDIT,
          expand: noExpansion,
        }),
      };
    },
  },
];
