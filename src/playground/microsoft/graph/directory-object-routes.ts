import { entityBody } from './collection.ts';
import { GUID, noExpansion, objectsOf, page } from './directory-objects.ts';
import { DIRECTORY_OBJECT } from './entity-types.ts';
import { badRequest, directoryBadRequest, notFound } from './graph-error.ts';
import type { GraphCall, GraphRoute } from './graph-server.ts';

/** Source of both, and of the limit: https://learn.microsoft.com/graph/api/directoryobject-getbyids */
const AT_MOST = 1_000;

/** What an id is the id of, when nothing is known but the id. */
export const DIRECTORY_OBJECT_ROUTES: readonly GraphRoute[] = [
  {
    method: 'GET',
    path: '/directoryObjects/{}',
    permission: 'directoryObjects',
    cost: 1,
    type: DIRECTORY_OBJECT,
    handle(call) {
      const id = call.ids[0] ?? '';
      const [object] = GUID.test(id) ? objectsOf(call, [id]) : [];
      if (object === undefined) throw notFound(id);
      const request = { ...call, context: 'directoryObjects', type: DIRECTORY_OBJECT, expand: noExpansion };
      return { status: 200, body: entityBody(object, request) };
    },
  },
  {
    method: 'POST',
    path: '/directoryObjects/getByIds',
    permission: 'directoryObjects',
    cost: 3,
    type: DIRECTORY_OBJECT,
    handle: getByIds,
  },
];

function getByIds(call: GraphCall) {
  const { ids, types, ...rest } = call.body;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined)
    throw badRequest(
      `The parameter '${unknown.slice(0, 60)}' in the request payload is not a valid parameter for the operation 'getByIds'.`,
    );
  if (!isTexts(ids) || ids.length === 0 || ids.length > AT_MOST)
    throw directoryBadRequest(`The number of ids must be between 1 and ${AT_MOST}.`);
  if (types !== undefined && !isTexts(types)) throw directoryBadRequest("Invalid value specified for property 'types'.");
  const bad = ids.find((id) => !GUID.test(id));
  if (bad !== undefined) throw directoryBadRequest(`Invalid GUID: ${bad.slice(0, 60)}`);
  const wanted = types?.map((type) => `#microsoft.graph.${type}`.toLowerCase());
  const found = objectsOf(call, ids).filter(
    (object) => wanted === undefined || wanted.includes(String(object['@odata.type']).toLowerCase()),
  );
  // Everything that was asked for, on one page.
  return page({ ...call, query: { ...call.query, top: AT_MOST } }, found, DIRECTORY_OBJECT, 'directoryObjects');
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');
