import { key } from '../tenant/directory.ts';
import { directoryObject, GUID } from './directory-objects.ts';
import { DIRECTORY_OBJECT } from './entity-types.ts';
import { badRequest, directoryBadRequest, GraphRefusal, notFound } from './graph-error.ts';
import type { GraphCall, GraphRoute } from './graph-server.ts';
import { onlyKnown } from './read-role-body.ts';

/** Members by reference. Without `/$ref` a DELETE means the member itself, as in Graph. */
export const GROUP_WRITE_ROUTES: readonly GraphRoute[] = [
  {
    method: 'POST',
    path: '/groups/{}/members/\\$ref',
    permission: 'membersWrite',
    cost: 3,
    type: DIRECTORY_OBJECT,
    handle: add,
  },
  {
    method: 'DELETE',
    path: '/groups/{}/members/{}/\\$ref',
    permission: 'membersWrite',
    cost: 3,
    type: DIRECTORY_OBJECT,
    handle: remove,
  },
  {
    method: 'DELETE',
    path: '/groups/{}/members/{}',
    permission: 'usersDelete',
    cost: 1,
    type: DIRECTORY_OBJECT,
    handle: deleteMember,
  },
];

/** Source: https://learn.microsoft.com/graph/api/group-post-members */
function add(call: GraphCall) {
  onlyKnown(call.body, ['@odata.id'], 'ReferenceCreate');
  const reference = call.body['@odata.id'];
  if (typeof reference !== 'string') throw badRequest("The property '@odata.id' is required.");
  const memberId = /^https:\/\/[^/]+\/v1\.0\/directoryObjects\/([0-9a-f-]{36})$/i.exec(reference)?.[1];
  if (memberId === undefined || !GUID.test(memberId))
    throw directoryBadRequest(`Invalid object reference '${reference.slice(0, 120)}'.`);
  const group = writable(call);
  if (directoryObject(call.tenant, memberId) === null) throw notFound(memberId);
  if (group.memberIds.includes(key(memberId)))
    throw directoryBadRequest(
      "One or more added object references already exist for the following modified properties: 'members'.",
    );
  call.tenant.directory.addMember(group.id, memberId, call.actor, { via: 'plain' });
  return { status: 204 };
}

/** Source: https://learn.microsoft.com/graph/api/group-delete-members */
function remove(call: GraphCall) {
  const group = writable(call);
  const memberId = call.ids[1] ?? '';
  if (!GUID.test(memberId)) throw directoryBadRequest(`Invalid object identifier '${memberId.slice(0, 60)}'.`);
  if (!group.memberIds.includes(key(memberId))) throw notFound(memberId);
  call.tenant.directory.removeMember(group.id, memberId, call.actor, { via: 'plain' });
  return { status: 204 };
}

function deleteMember(call: GraphCall) {
  const memberId = call.ids[1] ?? '';
  if (!GUID.test(memberId)) throw directoryBadRequest(`Invalid object identifier '${memberId.slice(0, 60)}'.`);
  if (call.tenant.directory.user(memberId) === undefined) throw notFound(memberId);
  call.tenant.directory.removeUser(memberId, call.actor);
  return { status: 204 };
}

/** The group, if this caller may write its members at all. */
function writable({ tenant, ids, roles }: GraphCall) {
  const id = ids[0] ?? '';
  if (!GUID.test(id)) throw directoryBadRequest(`Invalid object identifier '${id.slice(0, 60)}'.`);
  const group = tenant.directory.group(id);
  if (group === undefined) throw notFound(id);
  if (group.isAssignableToRole && !roles.includes('RoleManagement.ReadWrite.Directory'))
    throw new GraphRefusal(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
  if (group.membershipRule !== null) throw directoryBadRequest('Cannot update members of a group with dynamic membership.');
  if (group.onPremisesSyncEnabled === true)
    throw directoryBadRequest('Unable to update the specified properties for on-premises mastered Directory Sync objects.');
  return group;
}
