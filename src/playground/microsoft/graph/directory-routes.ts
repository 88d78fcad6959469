import { checkMemberGroups, idsAnswer, refuseUnknown } from './check-member-groups.ts';
import { entityBody } from './collection.ts';
import { noExpansion, objectsOf, page } from './directory-objects.ts';
import { userEntity } from './entities.ts';
import { DIRECTORY_OBJECT, USER } from './entity-types.ts';
import { badRequest, notFound } from './graph-error.ts';
import type { GraphCall, GraphRoute } from './graph-server.ts';

function userOf({ tenant, ids }: GraphCall) {
  const id = ids[0] ?? '';
  const user = tenant.directory.user(id);
  if (user === undefined) throw notFound(id);
  return user;
}

export const DIRECTORY_ROUTES: readonly GraphRoute[] = [
  {
    method: 'GET',
    path: '/users',
    permission: 'users',
    cost: 2,
    type: USER,
    handle: (call) => page(call, call.tenant.directory.users().map(userEntity), USER, 'users'),
  },
  {
    method: 'GET',
    path: '/users/{}',
    permission: 'users',
    cost: 1,
    type: USER,
    handle: (call) => ({
      status: 200,
      body: entityBody(userEntity(userOf(call)), { ...call, context: 'users', type: USER, expand: noExpansion }),
    }),
  },
  {
    method: 'GET',
    path: '/users/{}/manager',
    permission: 'manager',
    cost: 1,
    type: DIRECTORY_OBJECT,
    handle: managerOf,
  },
  {
    method: 'POST',
    path: '/users/{}/checkMemberGroups',
    permission: 'checkMembers',
    cost: 4,
    type: USER,
    handle: (call) => checkMemberGroups(call, 'User', userOf),
  },
  {
    method: 'POST',
    path: '/users/{}/getMemberObjects',
    permission: 'checkMembers',
    cost: 4,
    type: USER,
    handle: getMemberObjects,
  },
  {
    method: 'GET',
    path: '/users/{}/transitiveMemberOf',
    permission: 'memberOf',
    cost: 3,
    type: DIRECTORY_OBJECT,
    handle(call) {
      const groupIds = call.tenant.directory.transitiveGroupIds(userOf(call).id);
      return page(call, objectsOf(call, groupIds), DIRECTORY_OBJECT, 'directoryObjects');
    },
  },
];

/** Nobody above is an error, not an empty answer. Source: https://learn.microsoft.com/graph/api/user-list-manager */
function managerOf(call: GraphCall) {
  const { managerId } = userOf(call);
  const [manager] = managerId === null ? [] : objectsOf(call, [managerId]);
  if (manager === undefined) throw notFound('manager');
  const request = { ...call, context: 'directoryObjects', type: DIRECTORY_OBJECT, expand: noExpansion };
  return { status: 200, body: entityBody(manager, request) };
}

/** Groups and directory roles, through groups too. Source: https://learn.microsoft.com/graph/api/directoryobject-getmemberobjects */
function getMemberObjects(call: GraphCall) {
  const { securityEnabledOnly = false, ...rest } = call.body;
  refuseUnknown(rest, 'getMemberObjects');
  if (typeof securityEnabledOnly !== 'boolean')
    throw badRequest("Cannot convert the literal of 'securityEnabledOnly' to the expected type 'Edm.Boolean'.");
  const { directory } = call.tenant;
  const user = userOf(call);
  const groupIds = [...directory.transitiveGroupIds(user.id)];
  const roles = call.tenant.holders().filter(({ principalId, directoryScopeId }) => {
    return directoryScopeId === '/' && [user.id, ...groupIds].includes(principalId);
  });
  const kept = groupIds.filter((id) => !securityEnabledOnly || directory.group(id)?.unified === false);
  return idsAnswer(call, [...kept, ...(securityEnabledOnly ? [] : roles.map((held) => roleObjectId(held.roleDefinitionId)))]);
}

/** A directory role that is active in the tenant has an object id of its own, unlike its template's. */
const roleObjectId = (templateId: string): string => `d17e0000${templateId.slice(8)}`;
