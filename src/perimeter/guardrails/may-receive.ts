import { type Person, samePerson } from '../../access/core/person.ts';
import { permit, refuse, type Verdict } from '../../access/core/verdict.ts';
import type { Audience } from '../../config/parts.ts';
import type { PersonFacts } from '../../entra/membership-reader.ts';
import type { GuardedEntitlement } from '../perimeter-config.ts';

/** May this person hold it, as the directory says right now? Break-glass is for those alone who are named for it as well. */
export function mayReceive(
  setting: GuardedEntitlement,
  principal: Person,
  facts: PersonFacts,
  { breakGlass }: { readonly breakGlass: boolean },
): Verdict {
  const account = accountMay('principal', facts, isNamed(principal, setting.mayReceive));
  if (!account.permitted) return account;
  if (!isAmong(principal, facts, setting.mayReceive))
    return refuse(
      'guardrail.receiver',
      'The perimeter may not give this to you.',
      'An administrator can add you, or a group of yours, to mayReceive in perimeter.yaml.',
    );
  if (breakGlass && (setting.breakGlass === undefined || !isAmong(principal, facts, setting.breakGlass.who)))
    return refuse('guardrail.break-glass', 'You may not take this without approval.', 'Ask for it in the usual way.');
  return permit;
}

/** The groups whose membership decides. */
export function groupsOfReceivers({ mayReceive: { groups }, breakGlass }: GuardedEntitlement): readonly string[] {
  return [...groups, ...(breakGlass?.who.groups ?? [])];
}

/**
 * Is this an account that may take part at all? A failed look-up is never "no restriction". Whoever is no member of the tenant, or of
 * whom the directory does not say it, has to be named in person.
 */
export function accountMay(part: 'principal' | 'approver', facts: PersonFacts, named: boolean): Verdict {
  const who = part === 'principal' ? 'This person' : 'The approver';
  if (facts.status === 'unknown')
    return refuse(facts.code, `The directory did not say what it knows of ${who.toLowerCase()}.`, facts.hint);
  if (facts.status === 'absent')
    return refuse(`guardrail.${part}-absent`, `${who} is no user of the tenant.`, 'It takes an account of a person there.');
  if (!facts.enabled)
    return refuse(`guardrail.${part}-disabled`, `${who} has a disabled account.`, 'An administrator can enable the account.');
  if (facts.userType.toLowerCase() === 'member' || named) return permit;
  return refuse(
    `guardrail.${part}-guest`,
    `${who} is a guest in the tenant.`,
    'It takes a member account, or an administrator who names the guest in perimeter.yaml.',
  );
}

export function isNamed(person: Person, { people }: Pick<Audience, 'people'>): boolean {
  return people.some((named) => samePerson(named, person));
}

export function isAmong(person: Person, facts: PersonFacts, audience: Audience): boolean {
  if (isNamed(person, audience)) return true;
  return facts.status === 'known' && audience.groups.some((group) => facts.memberOf.has(group.toLowerCase()));
}
