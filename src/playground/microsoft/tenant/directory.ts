import { instantOf } from '../../../access/core/clock.ts';
import type { Actor, Audit, AuditEntry } from './audit.ts';
import { type DirectoryGroup, type DirectoryUser, type GroupVisibility, key } from './directory-objects.ts';
import { blankUser, seedGroup, seedGroups, seedUsers } from './directory-seed.ts';
import { HOME, type Place } from './place.ts';

export { type DirectoryGroup, type DirectoryUser, type GroupVisibility, key } from './directory-objects.ts';

/** By whose hand a membership changes; by hand, unless said otherwise. */
export type Change = Partial<Pick<AuditEntry, 'via' | 'scheduleRequestId' | 'ticketNumber'>>;

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
  /** Who was in the group by itself at that instant of the transport clock. */
  memberIdsAsOf(groupId: string, at: number): readonly string[];
  addMember(groupId: string, memberId: string, actor: Actor, how?: Change): void;
  removeMember(groupId: string, memberId: string, actor: Actor, how?: Change): void;
  removeUser(userId: string, actor: Actor): void;
  setVisibility(groupId: string, visibility: GroupVisibility | null, actor: Actor): void;
  addGroup(
    group: Partial<DirectoryGroup> & { readonly id: string; readonly displayName: string; readonly memberIds: readonly string[] },
    actor: Actor,
  ): void;
  /** Any property of a person, as an administrator would set it. */
  changeUser(userId: string, changes: Partial<Omit<DirectoryUser, 'id'>>, actor: Actor): void;
  changeGroup(groupId: string, changes: Partial<Omit<DirectoryGroup, 'id'>>, actor: Actor): void;
  reset(): void;
}

export function createDirectory(audit: Audit, now: () => number, place: Place = HOME): Directory {
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
      changeUser(userId, { accountEnabled: enabled }, actor, enabled ? 'enabled' : 'disabled');
    },
    changeUser(userId, changes, actor) {
      changeUser(userId, changes, actor, Object.keys(changes).join(', '));
    },
    changeGroup(groupId, changes, actor) {
      change(groupId, (group) => ({ ...group, ...changes }), actor, Object.keys(changes).join(', '));
    },
    memberIdsAsOf(groupId, at) {
      let memberIds = groups.get(key(groupId))?.memberIds ?? [];
      for (const { at: changedAt, action, objectId, principalId = '' } of audit.entries.toReversed()) {
        if (Date.parse(changedAt) <= at) break;
        if (objectId !== key(groupId)) continue;
        if (action === 'group.joined') memberIds = memberIds.filter((id) => id !== principalId);
        if (action === 'group.left') memberIds = [...memberIds, principalId];
      }
      return memberIds;
    },
    addMember(groupId, memberId, actor, how) {
      const group = groupOf(groupId);
      if (group.memberIds.includes(key(memberId))) return;
      groups.set(group.id, { ...group, memberIds: [...group.memberIds, key(memberId)] });
      joinedOrLeft('group.joined', group.id, memberId, actor, how);
    },
    removeMember(groupId, memberId, actor, how) {
      const group = groupOf(groupId);
      if (!group.memberIds.includes(key(memberId))) return;
      groups.set(group.id, { ...group, memberIds: group.memberIds.filter((id) => id !== key(memberId)) });
      joinedOrLeft('group.left', group.id, memberId, actor, how);
    },
    setVisibility(groupId, visibility, actor) {
      change(groupId, (group) => ({ ...group, visibility }), actor, `visibility ${visibility ?? 'not said'}`);
    },
    removeUser(userId, actor) {
      users.delete(key(userId));
      for (const group of groups.values())
        groups.set(group.id, {
          ...group,
          memberIds: group.memberIds.filter((id) => id !== key(userId)),
          ownerIds: group.ownerIds.filter((id) => id !== key(userId)),
        });
      for (const user of users.values()) if (user.managerId === key(userId)) users.set(user.id, { ...user, managerId: null });
      audit.add({ actor, action: 'user.changed', via: 'outside', objectId: key(userId), detail: 'removed' });
    },
    addGroup(group, actor) {
      const memberIds = group.memberIds.map(key);
      const blank = seedGroup(key(group.id), group.displayName, memberIds, group.isAssignableToRole ?? false);
      groups.set(key(group.id), { ...blank, ...group, id: key(group.id), memberIds });
      audit.add({ actor, action: 'group.changed', via: 'outside', objectId: key(group.id), detail: 'added' });
    },
    reset() {
      users.clear();
      groups.clear();
      for (const user of seedUsers(place)) users.set(user.id, user);
      for (const group of seedGroups(place)) groups.set(group.id, group);
    },
  };

  function changeUser(userId: string, changes: Partial<DirectoryUser>, actor: Actor, detail: string): void {
    const user = users.get(key(userId));
    if (user === undefined) throw new RangeError(`no user ${userId}`);
    users.set(user.id, { ...user, ...changes });
    audit.add({ actor, action: 'user.changed', via: 'outside', objectId: user.id, detail });
  }

  function groupOf(groupId: string): DirectoryGroup {
    const group = groups.get(key(groupId));
    if (group === undefined) throw new RangeError(`no group ${groupId}`);
    return group;
  }

  function joinedOrLeft(
    action: 'group.joined' | 'group.left',
    objectId: string,
    memberId: string,
    actor: Actor,
    how?: Change,
  ): void {
    audit.add({ actor, action, via: 'outside', principalId: key(memberId), objectId, ...how });
  }

  function change(groupId: string, next: (group: DirectoryGroup) => DirectoryGroup, actor: Actor, detail: string): void {
    const group = groupOf(groupId);
    groups.set(group.id, next(group));
    audit.add({ actor, action: 'group.changed', via: 'outside', objectId: group.id, detail });
  }

  directory.reset();
  return directory;
}

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
