import { AppError } from '../../access/core/app-error.ts';
import type { Check, Seen } from './check.ts';
import type { TenantParts } from './tenant-parts.ts';

/** @see https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference */
const P1 = 'AAD_PREMIUM';
const P2 = ['AAD_PREMIUM_P2', 'ENTRA_IDENTITY_GOVERNANCE'];

/** Entra ID P1 and P2 (or ID Governance), and what is off without them. */
export const licences: Check<TenantParts> = {
  id: 'licences',
  title: 'Licences of the tenant',
  async look({ tenantFacts, endsByItself, licensed }) {
    const plans = await tenantFacts.servicePlans().catch(async (error: unknown) => {
      // What Entra ends by itself is ended by PIM, which takes P2, which holds P1.
      const isForbidden = error instanceof AppError && error.code === 'directory.forbidden';
      if (isForbidden && (await endsByItself()) === true) return [P1, ...P2];
      throw error;
    });
    const p2 = P2.some((plan) => plans.includes(plan));
    return seenOf(licensed, { p1: p2 || plans.includes(P1), p2 });
  },
  mend: () =>
    'Portal: Microsoft 365 admin center > Marketplace: get Entra ID P2 or ID Governance for those who receive and approve. Without P2 an entitlement needs endsOnlyByHallpass: true, without P1 approve.stepUp needs promptLogin: true.',
  show: ({ graph }) => `az rest --url ${graph.origin}/v1.0/subscribedSkus --query "value[].servicePlans[].servicePlanName"`,
};

function seenOf(licensed: TenantParts['licensed'], has: { readonly p1: boolean; readonly p2: boolean }): Seen {
  const withoutP2 = 'no P2 or ID Governance: Entra ends nothing by itself, PIM is off';
  const withoutP1 = 'no P1: nothing can ask for an authentication context, a fresh password is all there is';
  const off = [
    ...(has.p2 ? [] : [{ says: withoutP2, needs: licensed.p2 }]),
    ...(has.p1 ? [] : [{ says: withoutP1, needs: licensed.p1 }]),
  ];
  return {
    problems: off.filter(({ needs }) => needs.length > 0).map(({ says, needs }) => `${says}; needed by ${needs.join(', ')}`),
    warnings: off.filter(({ needs }) => needs.length === 0).map(({ says }) => says),
    fine: 'P1 and P2 (or ID Governance)',
  };
}
