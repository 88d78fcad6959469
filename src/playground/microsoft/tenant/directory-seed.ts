import {
  ABEL,
  ANNA,
  APPROVERS_GROUP_ID,
  APPROVERS_TEAM_GROUP_ID,
  BUILD_PIPELINE_PRINCIPAL_ID,
  EVERYBODY,
  type CastMember,
  ENGINEERS_GROUP_ID,
  GINA,
  MANAGERS,
  OTHER_ACCOUNTS,
  type OtherAccount,
  RELEASE_GROUP_ID,
  SAM,
  SECURITY_TEAM_GROUP_ID,
} from '../../cast.ts';
import { type DirectoryGroup, type DirectoryUser, key } from './directory-objects.ts';
import type { Place } from './place.ts';

const FOUNDED = '2021-03-01T08:00:00Z';

/** In another tenant than home they have the same names, addresses and employee numbers, and ids and sign-in names of their own. */
export function seedUsers(place: Place): readonly DirectoryUser[] {
  const users = [...EVERYBODY.map(castUser), ...OTHER_ACCOUNTS.map(otherUser)];
  if (place.isHome) return users;
  return users.map((user) => ({
    ...user,
    id: place.idOf(user.id),
    userPrincipalName: user.userPrincipalName.replace('@playground.', '@second.'),
    managerId: user.managerId === null ? null : place.idOf(user.managerId),
  }));
}

export function seedGroups(place: Place): readonly DirectoryGroup[] {
  const inPart = (part: CastMember['part']) =>
    EVERYBODY.filter((member) => member.part === part).map(({ objectId }) => key(objectId));
  const groups = [
    { ...seedGroup(key(ENGINEERS_GROUP_ID), 'Platform engineers', inPart('requester'), false), ownerIds: [key(GINA.objectId)] },
    seedGroup(key(APPROVERS_GROUP_ID), 'Access approvers', inPart('approver'), true),
    seedGroup(key(RELEASE_GROUP_ID), 'Release automation', [key(ABEL.objectId), BUILD_PIPELINE_PRINCIPAL_ID], false),
    teamGroup(APPROVERS_TEAM_GROUP_ID, 'Identity', ANNA, ABEL),
    teamGroup(SECURITY_TEAM_GROUP_ID, 'Security', SAM, GINA),
  ];
  return groups.map((group) => ({
    ...group,
    id: place.idOf(group.id),
    memberIds: group.memberIds.map(place.idOf),
    ownerIds: group.ownerIds.map(place.idOf),
  }));
}

export function blankUser(createdDateTime: string): DirectoryUser {
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
    employeeId: null,
    onPremisesSyncEnabled: null,
    onPremisesImmutableId: null,
    managerId: null,
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
    employeeId: member.employeeId,
    managerId: MANAGERS.get(member.objectId) ?? null,
  };
}

function otherUser({ name, objectId, ...account }: OtherAccount): DirectoryUser {
  return { ...blankUser(FOUNDED), ...account, id: key(objectId), displayName: name };
}

export function seedGroup(
  id: string,
  displayName: string,
  memberIds: readonly string[],
  isAssignableToRole: boolean,
): DirectoryGroup {
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
    membershipRule: null,
    onPremisesSyncEnabled: null,
    memberIds,
    ownerIds: [],
  };
}

function teamGroup(id: string, displayName: string, ...members: readonly CastMember[]): DirectoryGroup {
  const memberIds = members.map(({ objectId }) => key(objectId));
  return {
    ...seedGroup(key(id), displayName, memberIds, false),
    unified: true,
    visibility: 'Private',
    ownerIds: memberIds.slice(0, 1),
  };
}
