import { samePerson, sameTenant, type Person } from './core/person.ts';
import { permit, refuse, type Verdict } from './core/verdict.ts';
import { inAudience, type Account, type Memberships } from './audience.ts';
import { directoryUnknown } from './directory-unknown.ts';
import { otherTenant } from './other-tenant.ts';
import type { Rule } from './rule.ts';

/** Who asked, and who would hold it: neither may decide. */
export interface Asked {
  readonly requester: Person;
  readonly principal: Person;
}

export const selfApproval = refuse(
  'self-approval',
  'You cannot decide on your own request.',
  'One of the other approvers has to.',
);

/**
 * May `approver` decide on this request now? Pure and total. The approver list comes from the rule as it stands at the click,
 * not as it stood when the card was posted: somebody removed from the rule loses the button's power at once.
 */
export function mayDecide(
  asked: Asked,
  approver: Person,
  rule: Rule | undefined,
  account: Account,
  groups: Memberships,
): Verdict {
  if (!rule)
    return refuse('no-rule', 'No rule covers this request any more.', 'The requester can ask again for something on the list.');
  if (samePerson(approver, asked.requester) || samePerson(approver, asked.principal)) return selfApproval;
  if (!sameTenant(approver.tenantId, rule.tenantId) || !sameTenant(asked.principal.tenantId, rule.tenantId)) return otherTenant;
  if (account.status === 'unknown') return directoryUnknown(account.code);
  if (!account.enabled)
    return refuse('account-disabled', 'Your account is disabled in Microsoft Entra.', 'Ask your administrator.');
  const listed = inAudience(approver, rule.approvers, groups);
  if (listed === 'unknown') return directoryUnknown(groups.status === 'unknown' ? groups.code : '');
  if (listed === 'no')
    return refuse(
      'not-an-approver',
      `You are not an approver for ${rule.name}.`,
      'Leave it to the approvers, nothing was changed.',
    );
  return permit;
}
