import { instantOf } from '../../../access/core/clock.ts';
import {
  ABEL,
  ANNA,
  APPROVERS_GROUP_ID,
  APPROVERS_TEAM_GROUP_ID,
  CAST,
  type CastMember,
  ENGINEERS_GROUP_ID,
  GINA,
  SAM,
  SECURITY_TEAM_GROUP_ID,
} from '../../cast.ts';
import type { Actor, Audit } from './audit.ts';

export interface DirectoryUser {
  readonly id: string;
  readonly displayName: string;
  readonly givenName: string | null;
  readonly surname: string | null;
  readonly userPrincipalName: string;
  readonly mail: string | null;
  readonly jobTitle: string | null;
  readonly department: string | null;
  readonly accountEnabled: boolean;
  readonly userType: 'Member' | 'Guest';
  readonly createdDateTime: string;
}

export interface DirectoryGroup {
  readonly id: string;
  readonly displayName: string;
  readonly description: string | null;
  readonly mailNickname: string;
  readonly isAssignableToRole: boolean;
  readonly createdDateTime: string;
  /** Who may join, and see what is in it. Entra says it of Microsoft 365 groups and of role-assignable ones. */
  readonly visibility: GroupVisibility | null;
  /** A Microsoft 365 group, as stands behind a team in Teams; else a security group. */
  readonly unified: boolean;
  /** Users and groups. */
  readonly memberIds: readonly string[];
}
export type GroupVisibility = 'Public' | 'Private' | 'HiddenMembership';

/** GUIDs compare without case; everything is stored and looked up in lower case. */
export const key = (id: string): string => id.toLowerCase();

export interface Directory {
  users(): readonly DirectoryUser[];
  groups(): readonly DirectoryGroup[];
  /** By object id or user principal name. */
  user(idOrName: string): DirectoryUser | undefined;
  group(id: string): DirectoryGroup | undefined;
  /** Groups that the object is in, directly or through groups. */
  transitiveGroupIds(objectId: string): ReadonlySet<string>;
  /** Everything in the group, directly or through groups. */
  transitiveMemberIds(groupId: string): ReadonlySet<string>;
  addUser(user: Partial<DirectoryUser> & { readonly id: string; readonly displayName: string }, actor: Actor): void;
  setEnabled(userId: string, enabled: boolean, actor: Actor): void;
  addMember(groupId: string, memberId: string, actor: Actor): void;
  removeMember(groupId: string, memberId: string, actor: Actor): void;
  removeUser(userId: string, actor: Actor): void;
  setVisibility(groupId: string, visibility: GroupVisibility | null, actor: Actor): void;
  addGroup(
    group: { readonly id: string; readonly displayName: string; readonly memberIds: readonly string[] },
    actor: Actor,
  ): void;
  reset(): void;
}

const FOUNDED = '2021-03-01T08:00:00Z';

export function createDirectory(audit: Audit, now: () => number): Directory {
  const users = new Map<string, DirectoryUser>();
  const groups = new Map<string, DirectoryGroup>();

  const directory: Directory = {
    users: () => [...users.values()],
    groups: () => [...groups.values()],
    user: (id) => users.get(key(id)) ?? [...users.values()].find((user) => key(user.userPrincipalName) === key(id)),
    group: (id) => groups.get(key(id)),
    transitiveGroupIds: (id) =>
      closure([key(id)], (member) =>
        [...groups.values()].filter((group) => group.memberIds.includes(member)).map((group) => group.id),
      ),
    transitiveMemberIds: (id) => closure([key(id)], (member) => groups.get(member)?.memberIds ?? []),
    addUser(user, actor) {
      const id = key(user.id);
      users.set(id, { ...blankUser(instantOf(now())), ...user, id });
      audit.add({ actor, action: 'user.changed', via: 'outside', objectId: id, detail: 'added' });
    },
    setEnabled(userId, enabled, actor) {
      const user = users.get(key(userId));
      if (user === undefined) throw new RangeError(`no user ${userId}`);
      users.set(user.id, { ...user, accountEnabled: enabled });
      audit.add({ actor, action: 'user.changed', via: 'outside', objectId: user.id, detail: enabled ? 'enabled' : 'disabled' });
    },
    addMember(groupId, memberId, actor) {
      change(
        groupId,
        withMembers((ids) => (ids.includes(key(memberId)) ? ids : [...ids, key(memberId)])),
        actor,
        `added ${key(memberId)}`,
      );
    },
    removeMember(groupId, memberId, actor) {
      change(
        groupId,
        withMembers((ids) => ids.filter((id) => id !== key(memberId))),
        actor,
        `removed ${key(memberId)}`,
      );
    },
    setVisibility(groupId, visibility, actor) {
      change(groupId, (group) => ({ ...group, visibility }), actor, `visibility ${visibility ?? 'not said'}`);
    },
    removeUser(userId, actor) {
      users.delete(key(userId));
      for (const group of groups.values())
        groups.set(group.id, { ...group, memberIds: group.memberIds.filter((id) => id !== key(userId)) });
      audit.add({ actor, action: 'user.changed', via: 'outside', objectId: key(userId), detail: 'removed' });
    },
    addGroup(group, actor) {
      const memberIds = group.memberIds.map(key);
      groups.set(key(group.id), seedGroup(key(group.id), group.displayName, memberIds, false));
      audit.add({ actor, action: 'group.changed', via: 'outside', objectId: key(group.id), detail: 'added' });
    },
    reset() {
      users.clear();
      groups.clear();
      for (const member of CAST) users.set(key(member.objectId), castUser(member));
      const inPart = (part: CastMember['part']) =>
        CAST.filter((member) => member.part === part).map(({ objectId }) => key(objectId));
      groups.set(key(ENGINEERS_GROUP_ID), seedGroup(key(ENGINEERS_GROUP_ID), 'Platform engineers', inPart('requester'), false));
      groups.set(key(APPROVERS_GROUP_ID), seedGroup(key(APPROVERS_GROUP_ID), 'Access approvers', inPart('approver'), true));
      const teams = [
        teamGroup(APPROVERS_TEAM_GROUP_ID, 'Identity', ANNA, ABEL),
        teamGroup(SECURITY_TEAM_GROUP_ID, 'Security', SAM, GINA),
      ];
      for (const team of teams) groups.set(team.id, team);
    },
  };

  function change(groupId: string, next: (group: DirectoryGroup) => DirectoryGroup, actor: Actor, detail: string): void {
    const group = groups.get(key(groupId));
    if (group === undefined) throw new RangeError(`no group ${groupId}`);
    groups.set(group.id, next(group));
    audit.add({ actor, action: 'group.changed', via: 'outside', objectId: group.id, detail });
  }

  directory.reset();
  return directory;
}

const withMembers = (next: (ids: readonly string[]) => readonly string[]) => (group: DirectoryGroup) => ({
  ...group,
  memberIds: next(group.memberIds),
});

function closure(start: readonly string[], next: (id: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...start];
  for (let id = open.pop(); id !== undefined; id = open.pop())
    for (const other of next(id))
      if (!found.has(other)) {
        found.add(other);
        open.push(other);
      }
  return found;
}

function blankUser(createdDateTime: string): DirectoryUser {
  return {
    id: '',
    displayName: '',
    givenName: null,
    surname: null,
    userPrincipalName: '',
    mail: null,
    jobTitle: null,
    department: null,
    accountEnabled: true,
    userType: 'Member',
    createdDateTime,
  };
}

function castUser(member: CastMember): DirectoryUser {
  const [givenName, surname] = member.name.split(' ');
  return {
    ...blankUser(FOUNDED),
    id: key(member.objectId),
    displayName: member.name,
    givenName: givenName ?? null,
    surname: surname ?? null,
    userPrincipalName: member.userPrincipalName,
    mail: member.userPrincipalName,
    jobTitle: member.jobTitle,
    department: member.department,
  };
}

function seedGroup(id: string, displayName: string, memberIds: readonly string[], isAssignableToRole: boolean): DirectoryGroup {
  return {
    id,
    displayName,
    description: null,
    mailNickname: displayName.toLowerCase().replaceAll(' ', '-'),
    isAssignableToRole,
    createdDateTime: FOUNDED,
    // Role-assignable groups are always private (https://learn.microsoft.com/graph/api/resources/group).
    visibility: isAssignableToRole ? 'Private' : null,
    unified: false,
    memberIds,
  };
}

function teamGroup(id: string, displayName: string, ...members: readonly CastMember[]): DirectoryGroup {
  const memberIds = members.map(({ objectId }) => key(objectId));
  return { ...seedGroup(key(id), displayName, memberIds, false), unified: true, visibility: 'Private' };
}
