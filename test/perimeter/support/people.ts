import type { MembershipReader, PersonFacts } from '../../../src/entra/membership-reader.ts';

export type Known = Extract<PersonFacts, { status: 'known' }>;

export function known(more: Partial<Omit<Known, 'memberOf'>> & { readonly memberOf?: readonly string[] } = {}): Known {
  return { status: 'known', enabled: true, userType: 'Member', employeeId: '', ...more, memberOf: new Set(more.memberOf) };
}

export const forbidden = { status: 'unknown', code: 'directory.forbidden', hint: 'x' } as const;

/** A directory in which everybody is an enabled member, without groups and manager; groups are closed. */
export function everybodyKnown(more: Partial<MembershipReader> = {}): MembershipReader {
  const nobody = () => Promise.resolve({ status: 'known', ids: new Set<string>() } as const);
  const closed = { status: 'known', roleAssignable: true, dynamic: false, synced: false } as const;
  return {
    factsOf: () => Promise.resolve(known()),
    managerOf: nobody,
    ownersOf: nobody,
    groupsAround: nobody,
    groupOf: () => Promise.resolve(closed),
    ...more,
  };
}
