import { type Account, type Audience, inAudience, type Memberships } from './audience.ts';
import type { Person } from './core/person.ts';
import { permit, refuse, type Verdict } from './core/verdict.ts';
import { directoryUnknown } from './directory-unknown.ts';

/** May this person have Hallpass itself examined? Pure and total; nobody may where the file names nobody. */
export function mayOperate(person: Person, operators: Audience, account: Account, groups: Memberships): Verdict {
  if (account.status === 'unknown') return directoryUnknown(account.code);
  if (!account.enabled)
    return refuse('account-disabled', 'Your account is disabled in Microsoft Entra.', 'Ask your administrator.');
  const listed = inAudience(person, operators, groups);
  if (listed === 'unknown') return directoryUnknown(groups.status === 'unknown' ? groups.code : '');
  return listed === 'yes'
    ? permit
    : refuse(
        'operator.not-listed',
        'Only operators may have Hallpass examined.',
        'Whoever runs Hallpass can add you under "roles.operator" in hallpass.yaml.',
      );
}
