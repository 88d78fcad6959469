import { checkMemberGroups } from './check-member-groups.ts';
import { entityBody, type Expander } from './collection.ts';
import { GUID, objectsOf, page, withoutServicePrincipals } from './directory-objects.ts';
import { groupEntity } from './entities.ts';
import { DIRECTORY_OBJECT, GROUP } from './entity-types.ts';
import { badRequest, directoryBadRequest, notFound } from './graph-error.ts';
import type { GraphCall, GraphRoute } from './graph-server.ts';

/** Graph expands at most this many. */
const EXPANDED_AT_MOST = 20;

function groupOf({ tenant, ids }: GraphCall) {
  const id = ids[0] ?? '';
  if (!GUID.test(id)) throw directoryBadRequest(`Invalid object identifier '${id.slice(0, 60)}'.`);
  const group = tenant.directory.group(id);
  if (group === undefined) throw notFound(id);
  return group;
}

const expand =
  (call: GraphCall): Expander =>
  (object, name) => {
    const group = call.tenant.directory.group(String(object['id']));
    if (group === undefined || (name !== 'members' && name !== 'owners'))
      throw badRequest(`The playground does not expand '${name}' here.`);
    return objectsOf(call, name === 'members' ? group.memberIds : group.ownerIds).slice(0, EXPANDED_AT_MOST);
  };

export const GROUP_ROUTES: readonly GraphRoute[] = [
  {
    method: 'GET',
    path: '/groups',
    permission: 'groups',
    cost: 2,
    type: GROUP,
    handle: (call) => page(call, call.tenant.directory.groups().map(groupEntity), GROUP, 'groups', expand(call)),
  },
  {
    method: 'GET',
    path: '/groups/{}',
    permission: 'groups',
    cost: 1,
    type: GROUP,
    handle: (call) => ({
      status: 200,
      body: entityBody(groupEntity(groupOf(call)), { ...call, context: 'groups', type: GROUP, expand: expand(call) }),
    }),
  },
  {
    method: 'GET',
    path: '/groups/{}/members',
    permission: 'members',
    cost: 3,
    type: DIRECTORY_OBJECT,
    handle(call) {
      const memberIds = call.tenant.directory.memberIdsAsOf(groupOf(call).id, call.readAsOf);
      const members = withoutServicePrincipals(objectsOf(call, memberIds));
      return page(call, members, DIRECTORY_OBJECT, 'directoryObjects');
    },
  },
  {
    method: 'GET',
    path: '/groups/{}/transitiveMembers',
    permission: 'members',
    cost: 5,
    type: DIRECTORY_OBJECT,
    handle(call) {
      const memberIds = call.tenant.directory.transitiveMemberIds(groupOf(call).id);
      return page(call, objectsOf(call, memberIds), DIRECTORY_OBJECT, 'directoryObjects');
    },
  },
  {
    method: 'POST',
    path: '/groups/{}/checkMemberGroups',
    permission: 'checkGroupMembers',
    cost: 4,
    type: GROUP,
    handle: (call) => checkMemberGroups(call, 'Group', groupOf),
  },
  {
    method: 'GET',
    path: '/groups/{}/owners',
    permission: 'owners',
    cost: 2,
    type: DIRECTORY_OBJECT,
    handle(call) {
      const owners = withoutServicePrincipals(objectsOf(call, groupOf(call).ownerIds));
      return page(call, owners, DIRECTORY_OBJECT, 'directoryObjects');
    },
  },
];
