import { type Person, sameTenant } from './core/person.ts';
import { permit, refuse, type Verdict } from './core/verdict.ts';
import { inAudience, type Account, type Memberships } from './audience.ts';
import { directoryUnknown } from './directory-unknown.ts';
import { otherTenant } from './other-tenant.ts';
import type { Rule } from './rule.ts';

/** May this person ask for it at all? Pure and total; the same for the list of offers and for the request itself. */
export function mayRequest(person: Person, rule: Rule | undefined, account: Account, groups: Memberships): Verdict {
  if (!rule) return refuse('rule.unknown', 'There is no such access to ask for.', 'Choose one from the list.');
  if (!sameTenant(person.tenantId, rule.tenantId)) return otherTenant;
  if (account.status === 'unknown') return directoryUnknown(account.code);
  if (!account.enabled)
    return refuse('account-disabled', 'Your account is disabled in Microsoft Entra.', 'Ask your administrator.');
  const listed = inAudience(person, rule.mayRequest, groups);
  if (listed === 'unknown') return directoryUnknown(groups.status === 'unknown' ? groups.code : '');
  if (listed === 'no')
    return refuse(
      'rule.not-eligible',
      `You may not ask for ${rule.name}: it is open to named people and groups, and you are not among them.`,
      'Choose another role, or ask whoever keeps the rules to let you ask for this one.',
    );
  return permit;
}

/** Is the length one of those offered? Asked apart, so that a form can point at the field. */
export function mayLast(rule: Rule, durationMinutes: number): Verdict {
  if (rule.durationsMinutes.includes(durationMinutes)) return permit;
  return refuse(
    'rule.duration',
    `${rule.name} cannot be had for ${durationMinutes} minutes.`,
    `Choose one of: ${rule.durationsMinutes.map((minutes) => `${minutes} min`).join(', ')}.`,
  );
}
