import type { ContextPolicy } from '../../entra/tenant-facts-reader.ts';
import type { Check } from './check.ts';
import type { TenantParts } from './tenant-parts.ts';

/**
 * Whether Conditional Access asks for anything. Of a context that no enabled policy is bound to, Entra says that it is satisfied and asks for
 * nothing: a signature would be worth no more than any sign-in.
 * @see https://learn.microsoft.com/entra/identity-platform/developer-guide-conditional-access-authentication-context
 */
export const authenticationContext: Check<TenantParts> = {
  id: 'authentication-context',
  title: 'Conditional Access behind signatures',
  async look({ contexts, tenantFacts }) {
    const asked = await contexts();
    if (asked.length === 0) return { fine: 'no signature asks for an authentication context' };
    const policies = await tenantFacts.policies();
    const looked = asked.map((id) => boundBy(id, policies));
    return {
      problems: looked.flatMap(({ problem }) => problem ?? []),
      warnings: looked.flatMap(({ warning }) => warning ?? []),
      fine: `${asked.join(', ')}: bound to an enabled policy for all users`,
    };
  },
  mend: () =>
    'Portal: Entra admin center > Protection > Conditional Access > New policy: Users: all; Target resources: Authentication context, the one named above; Grant: require authentication strength; Session: sign-in frequency every time; Enable policy: On.',
  show: () =>
    'Portal: Entra admin center > Protection > Conditional Access > Policies: the one whose target is the authentication context is On.',
};

function boundBy(id: string, policies: readonly ContextPolicy[]): { readonly problem?: string; readonly warning?: string } {
  const bound = policies.filter(({ contexts }) => contexts.includes(id));
  const enabled = bound.filter(({ state }) => state === 'enabled');
  const [first] = bound;
  if (first === undefined) return { problem: `no policy is bound to ${id}: it is satisfied by any sign-in` };
  if (enabled.length === 0)
    return { problem: `the policy ${first.name} of ${id} is ${first.state}: it is satisfied by any sign-in` };
  return enabled.some(({ forAllUsers }) => forAllUsers)
    ? {}
    : { warning: `the policy of ${id} is for some people only: whoever signs has to be among them` };
}
