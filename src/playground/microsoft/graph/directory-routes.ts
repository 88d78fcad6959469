import { key } from '../tenant/directory.ts';
import type { TenantModel } from '../tenant/tenant-model.ts';
import { collectionBody, entityBody, type Expander } from './collection.ts';
import { groupEntity, servicePrincipalEntity, typed, userEntity } from './entities.ts';
import { DIRECTORY_OBJECT, GROUP, USER } from './entity-types.ts';
import { badRequest, directoryBadRequest, notFound } from './graph-error.ts';
import type { GraphCall, GraphRoute } from './graph-server.ts';
import type { Entity } from './odata-query.ts';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const CHECK_AT_MOST = 20;

/** A user, group or service principal by object id, with its `@odata.type`; null when there is none. */
export function directoryObject(tenant: TenantModel, id: string): Entity | null {
  const user = tenant.directory.user(id);
  if (user !== undefined && user.id === key(id)) return typed('user', userEntity(user));
  const group = tenant.directory.group(id);
  if (group !== undefined) return typed('group', groupEntity(group));
  const app = tenant.applications.byServicePrincipalId(id);
  return app === undefined ? null : typed('servicePrincipal', servicePrincipalEntity(app, tenant.tenantId));
}

const noExpansion: Expander = (_, name) => {
  throw badRequest(`The playground does not expand '${name}' here.`);
};

function userOf({ tenant, ids }: GraphCall) {
  const id = ids[0] ?? '';
  const user = tenant.directory.user(id);
  if (user === undefined) throw notFound(id);
  return user;
}

function groupOf({ tenant, ids }: GraphCall) {
  const id = ids[0] ?? '';
  if (!GUID.test(id)) throw directoryBadRequest(`Invalid object identifier '${id.slice(0, 60)}'.`);
  const group = tenant.directory.group(id);
  if (group === undefined) throw notFound(id);
  return group;
}

const objectsOf = (tenant: TenantModel, ids: Iterable<string>): readonly Entity[] =>
  [...ids].map((id) => directoryObject(tenant, id)).filter((object) => object !== null);

const page = (call: GraphCall, objects: readonly Entity[], type: typeof USER, context: string) => ({
  status: 200,
  body: collectionBody(objects, { ...call, context, type, expand: noExpansion }),
});

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
    method: 'POST',
    path: '/users/{}/checkMemberGroups',
    permission: 'checkMembers',
    cost: 4,
    type: USER,
    handle: checkMemberGroups,
  },
  {
    method: 'GET',
    path: '/users/{}/transitiveMemberOf',
    permission: 'memberOf',
    cost: 3,
    type: DIRECTORY_OBJECT,
    handle(call) {
      const groupIds = call.tenant.directory.transitiveGroupIds(userOf(call).id);
      return page(call, objectsOf(call.tenant, groupIds), DIRECTORY_OBJECT, 'directoryObjects');
    },
  },
  {
    method: 'GET',
    path: '/groups',
    permission: 'groups',
    cost: 2,
    type: GROUP,
    handle: (call) => page(call, call.tenant.directory.groups().map(groupEntity), GROUP, 'groups'),
  },
  {
    method: 'GET',
    path: '/groups/{}',
    permission: 'groups',
    cost: 1,
    type: GROUP,
    handle: (call) => ({
      status: 200,
      body: entityBody(groupEntity(groupOf(call)), { ...call, context: 'groups', type: GROUP, expand: noExpansion }),
    }),
  },
  {
    method: 'GET',
    path: '/groups/{}/members',
    permission: 'members',
    cost: 3,
    type: DIRECTORY_OBJECT,
    handle: (call) => page(call, objectsOf(call.tenant, groupOf(call).memberIds), DIRECTORY_OBJECT, 'directoryObjects'),
  },
  {
    method: 'GET',
    path: '/groups/{}/transitiveMembers',
    permission: 'members',
    cost: 5,
    type: DIRECTORY_OBJECT,
    handle(call) {
      const memberIds = call.tenant.directory.transitiveMemberIds(groupOf(call).id);
      return page(call, objectsOf(call.tenant, memberIds), DIRECTORY_OBJECT, 'directoryObjects');
    },
  },
];

function checkMemberGroups(call: GraphCall) {
  const { groupIds, ...rest } = call.body;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined)
    throw badRequest(
      `The parameter '${unknown.slice(0, 60)}' in the request payload is not a valid parameter for the operation 'checkMemberGroups'.`,
    );
  if (!Array.isArray(groupIds) || groupIds.length === 0)
    throw directoryBadRequest("Invalid value specified for property 'groupIds' of resource 'User'.");
  if (groupIds.length > CHECK_AT_MOST)
    throw directoryBadRequest(`The number of group ids must not be more than ${CHECK_AT_MOST}.`);
  const bad = groupIds.find((id) => typeof id !== 'string' || !GUID.test(id));
  if (bad !== undefined) throw directoryBadRequest(`Invalid GUID: ${String(bad).slice(0, 60)}`);
  const memberOf = call.tenant.directory.transitiveGroupIds(userOf(call).id);
  const value = groupIds.map(String).filter((id) => memberOf.has(key(id)));
  return { status: 200, body: { '@odata.context': `${call.base}/v1.0/$metadata#Collection(Edm.String)`, value } };
}
