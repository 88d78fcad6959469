import type { AppRegistration } from '../tenant/applications.ts';
import type { ContextPolicy } from '../tenant/authentication-contexts.ts';
import type { TenantModel } from '../tenant/tenant-model.ts';
import type { SignedIn } from './browser-sessions.ts';

/** What has to be shown before the context counts as satisfied. */
export type Demand = 'nothing' | 'sign-in' | 'confirm';

/**
 * "Every time" overlooks five minutes, so that nobody is asked twice in a row.
 * Source: https://learn.microsoft.com/entra/identity/conditional-access/concept-session-lifetime
 */
const EVERY_TIME_MS = 5 * 60_000;

/**
 * Without a policy bound to the context, or without a licence for policies, Entra says that it is satisfied and asks for nothing.
 * Source: https://learn.microsoft.com/entra/identity-platform/developer-guide-conditional-access-authentication-context
 */
function policyOf(tenant: TenantModel, contextId: string): ContextPolicy {
  const context = tenant.contexts.get(contextId);
  const inForce = tenant.licence !== 'free' && (context?.policyState ?? 'enabled') === 'enabled';
  return inForce ? (context?.policy ?? 'none') : 'none';
}

export function demandOf(tenant: TenantModel, contextId: string, account: SignedIn, at: number): Demand {
  const { authenticatedAt, confirmedAt } = account;
  switch (policyOf(tenant, contextId)) {
    case 'none':
      return 'nothing';
    case 'mfa':
      return confirmedAt === undefined ? 'confirm' : 'nothing';
    case 'everyTime':
      if (at - authenticatedAt > EVERY_TIME_MS) return 'sign-in';
      return confirmedAt === undefined || at - confirmedAt > EVERY_TIME_MS ? 'confirm' : 'nothing';
    default:
      return 'confirm';
  }
}

/**
 * Contexts for `acrs`: the one asked for, and, where the registration asks for the claim, every other whose policy happens to be satisfied
 * ("opportunistic evaluation", same source).
 */
export function satisfied(
  tenant: TenantModel,
  app: AppRegistration,
  asked: string | undefined,
  account: SignedIn,
  at: number,
): readonly string[] {
  const holds = (id: string) => demandOf(tenant, id, account, at) === 'nothing';
  const bound = tenant.contexts.all().filter(({ id }) => policyOf(tenant, id) !== 'none');
  const byTheWay = app.optionalClaims.idToken.includes('acrs') ? bound.map(({ id }) => id).filter(holds) : [];
  return [...new Set([...(asked !== undefined && holds(asked) ? [asked] : []), ...byTheWay])];
}
