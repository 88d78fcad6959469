import { samePerson, type Person } from './core/person.ts';

/** Named people, and everybody in the named groups (object ids). */
export interface Audience {
  readonly people: readonly Person[];
  readonly groups: readonly string[];
}

/** Which of the groups that were asked about somebody is in; `unknown` when the directory could not say. */
export type Memberships =
  | { readonly status: 'known'; readonly groupIds: ReadonlySet<string> }
  | { readonly status: 'unknown'; readonly code: string };

/** What the directory says about an account; `unknown` when it could not say. */
export type Account =
  | { readonly status: 'known'; readonly enabled: boolean }
  | { readonly status: 'unknown'; readonly code: string };

export const groupsOf = (...groupIds: readonly string[]): Memberships => ({
  status: 'known',
  groupIds: new Set(groupIds.map((id) => id.toLowerCase())),
});

/** Named in person, or a member of one of the groups. A failed look-up makes nobody a member, and nobody a stranger. */
export function inAudience(person: Person, audience: Audience, groups: Memberships): 'yes' | 'no' | 'unknown' {
  if (audience.people.some((named) => samePerson(named, person))) return 'yes';
  if (audience.groups.length === 0) return 'no';
  if (groups.status === 'unknown') return 'unknown';
  return audience.groups.some((groupId) => groups.groupIds.has(groupId.toLowerCase())) ? 'yes' : 'no';
}
