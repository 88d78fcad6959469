import { key } from '../tenant/directory.ts';
import { GUID } from './directory-objects.ts';
import { badRequest, directoryBadRequest } from './graph-error.ts';
import type { GraphCall } from './graph-server.ts';

const CHECK_AT_MOST = 20;

/** Which of the groups the object is in, through groups too. Source: https://learn.microsoft.com/graph/api/directoryobject-checkmembergroups */
export function checkMemberGroups(
  call: GraphCall,
  resource: 'User' | 'Group',
  found: (call: GraphCall) => { readonly id: string },
) {
  const { groupIds, ...rest } = call.body;
  refuseUnknown(rest, 'checkMemberGroups');
  if (!Array.isArray(groupIds) || groupIds.length === 0)
    throw directoryBadRequest(`Invalid value specified for property 'groupIds' of resource '${resource}'.`);
  if (groupIds.length > CHECK_AT_MOST)
    throw directoryBadRequest(`The number of group ids must not be more than ${CHECK_AT_MOST}.`);
  const bad = groupIds.find((id) => typeof id !== 'string' || !GUID.test(id));
  if (bad !== undefined) throw directoryBadRequest(`Invalid GUID: ${String(bad).slice(0, 60)}`);
  const memberOf = call.tenant.directory.transitiveGroupIds(found(call).id);
  return idsAnswer(
    call,
    groupIds.map(String).filter((id) => memberOf.has(key(id))),
  );
}

export function refuseUnknown(rest: object, operation: string): void {
  const [unknown] = Object.keys(rest);
  if (unknown === undefined) return;
  throw badRequest(
    `The parameter '${unknown.slice(0, 60)}' in the request payload is not a valid parameter for the operation '${operation}'.`,
  );
}

export const idsAnswer = (call: GraphCall, value: readonly string[]) => ({
  status: 200,
  body: { '@odata.context': `${call.base}/v1.0/$metadata#Collection(Edm.String)`, value },
});
