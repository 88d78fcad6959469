import type { Person } from '../../access/core/person.ts';
import { permit, refuse, type Verdict } from '../../access/core/verdict.ts';
import type { PersonFacts } from '../../entra/membership-reader.ts';
import type { PerimeterConfig } from '../perimeter-config.ts';

/** An account, with what the directory says of it at this moment. */
export interface Seen {
  readonly person: Person;
  readonly facts: PersonFacts;
}

/**
 * Are these the accounts of two people? Refused when one human is behind both, and when nobody can tell. The two are different accounts
 * already; without `samePerson` in the file, that is all there is to know.
 */
export function twoPeople(setting: PerimeterConfig['samePerson'], a: Seen, b: Seen): Verdict {
  if (setting === undefined) return permit;
  if ('pairs' in setting) return accountsOf(a.person, setting.pairs).has(idOf(b.person)) ? SAME_HUMAN : permit;
  const [one, other] = [employeeIdOf(a.facts), employeeIdOf(b.facts)];
  if (one === '' || other === '') return UNKNOWN;
  return one === other ? SAME_HUMAN : permit;
}

/** All accounts of the human, over as many pairs as it takes. */
function accountsOf(person: Person, pairs: readonly (readonly [string, string])[]): ReadonlySet<string> {
  const accounts = new Set([idOf(person)]);
  // What is added while it is walked is walked too.
  for (const id of accounts)
    for (const pair of pairs) {
      const [left, right] = [pair[0].toLowerCase(), pair[1].toLowerCase()];
      if (left === id) accounts.add(right);
      if (right === id) accounts.add(left);
    }
  return accounts;
}

/** Typed by hand in two systems: white space, invisible characters and letter case make no second human. */
function employeeIdOf(facts: PersonFacts): string {
  return facts.status === 'known'
    ? facts.employeeId
        .normalize('NFKC')
        .replace(/[\s\p{Cf}]/gu, '')
        .toLowerCase()
    : '';
}

function idOf({ objectId }: Person): string {
  return objectId.toLowerCase();
}

export const SAME_HUMAN = refuse(
  'guardrail.same-person',
  'Two accounts of one human do not count as two people.',
  'Somebody else has to approve.',
);

const UNKNOWN = refuse(
  'guardrail.same-person-unknown',
  'Whether two accounts belong to one human cannot be told: an account has no employeeId in Microsoft Entra.',
  'An administrator can enter it; until then somebody else has to approve.',
);
