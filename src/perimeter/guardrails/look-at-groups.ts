import { AppError, codeOf } from '../../access/core/app-error.ts';
import type { MembershipReader, NotKnown } from '../../entra/membership-reader.ts';
import type { GuardedEntitlement, PerimeterConfig } from '../perimeter-config.ts';
import { deciders } from '../rules/named-people.ts';
import { unprotected } from '../rules/protected-rules.ts';
import { decidingGroups } from './protected-set.ts';

/** Why an entitlement is not given, by what the directory says of the groups that it leans on, or does not say. */
export interface GroupFinding {
  readonly entitlementId: string;
  /** Where in the file the group is named. */
  readonly path: readonly PropertyKey[];
  /** `unsafe`: as it is, it is never given. `unchecked`: nobody knows. */
  readonly kind: 'unsafe' | 'unchecked';
  /** About the group; goes on after its place in the file. */
  readonly message: string;
}

/**
 * Groups that approve what is signed, or break the glass, have to be closed: role-assignable, so that no lesser administrator can join or
 * change members' passwords, and without an owner from outside. Groups that are given may neither carry roles nor be in a group that
 * receives or decides, unless the file says so.
 * @see https://learn.microsoft.com/entra/identity/role-based-access-control/groups-concept
 */
export async function lookAtGroups(config: PerimeterConfig, people: MembershipReader): Promise<readonly GroupFinding[]> {
  const findings: GroupFinding[] = [];
  for (const [index, entitlement] of config.entitlements.entries()) {
    for (const { path, groupId, asks } of groupsIn(entitlement, config)) {
      const message = await asks(groupId, people).catch(passing);
      if (message === undefined) continue;
      const [kind, words] =
        typeof message === 'string' ? (['unsafe', message] as const) : (['unchecked', unknown(message)] as const);
      findings.push({ entitlementId: entitlement.id, path: ['entitlements', index, ...path], kind, message: words });
    }
  }
  return findings;
}

/** Before the first look. */
export function notLookedAt(config: PerimeterConfig): readonly GroupFinding[] {
  return config.entitlements.flatMap((entitlement, index) =>
    groupsIn(entitlement, config).map(({ path }) => ({
      entitlementId: entitlement.id,
      path: ['entitlements', index, ...path],
      kind: 'unchecked' as const,
      message: 'has not been looked up yet',
    })),
  );
}

/** What is wrong with the group; or that nobody knows. */
type Question = (groupId: string, people: MembershipReader) => Promise<string | NotKnown | undefined>;

function groupsIn(entitlement: GuardedEntitlement, config: PerimeterConfig) {
  const { group, assurance, breakGlass } = entitlement;
  const alone = breakGlass === undefined ? [] : [{ path: ['breakGlass', 'who'], approvers: breakGlass.who }];
  const approving = (assurance === 'signed' ? [...deciders(entitlement), ...alone] : []).flatMap(({ path, approvers }) =>
    approvers.groups.map((groupId, at) => ({ path: [...path, 'groups', at], groupId, asks: openness })),
  );
  const given = group === undefined || entitlement.protected === true ? [] : [group.groupId];
  return [...given.map((groupId) => ({ path: ['group', 'groupId'], groupId, asks: reaching(config) })), ...approving];
}

/** Whoever is in the group may hold roles by it, or receive or decide by a group around it. */
function reaching(config: PerimeterConfig): Question {
  return async (groupId, people) => {
    const facts = await people.groupOf(groupId);
    if (facts.status === 'unknown') return facts;
    if (facts.status === 'absent') return ABSENT;
    if (facts.roleAssignable) return unprotected('the group is role-assignable, and may hold any role');
    const around = await people.groupsAround(groupId, [...decidingGroups(config)]);
    if (around.status === 'unknown') return around;
    const [outer] = around.ids;
    return outer && unprotected(`whoever is in the group is also in ${outer}, whose members this file lets receive or decide`);
  };
}

const openness: Question = async (groupId, people) => {
  const facts = await people.groupOf(groupId);
  if (facts.status === 'unknown') return facts;
  if (facts.status === 'absent') return ABSENT;
  if (facts.dynamic)
    return 'is a dynamic group: whoever can change a property of a person decides who is in it. Name one that is not';
  if (facts.synced) return 'is synchronised from another directory, which decides who is in it. Name one that is not';
  if (!facts.roleAssignable)
    return 'is not role-assignable: whoever may change groups could join it and decide. Name one that is, or people';
  const owners = await people.ownersOf(groupId);
  if (owners.status === 'unknown') return owners;
  for (const owner of owners.ids) {
    const known = await people.factsOf(owner, [groupId]);
    if (known.status === 'unknown') return known;
    if (known.status === 'absent' || !known.memberOf.has(groupId.toLowerCase()))
      return `has the owner ${owner}, who is no member: owners decide who is in it. Remove the owner, or make it a member`;
  }
  return undefined;
};

const ABSENT = 'does not exist in the tenant';

/** What may mend itself is as unknown as what does not. */
function passing(error: unknown): NotKnown {
  if (!(error instanceof AppError)) throw error;
  return { status: 'unknown', code: codeOf(error), hint: error.hint ?? '' };
}

function unknown({ code, hint }: NotKnown): string {
  return `could not be looked up (${code}). ${hint}`.trim();
}
