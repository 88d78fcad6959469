import { key } from '../tenant/directory.ts';
import type { TenantModel } from '../tenant/tenant-model.ts';
import { collectionBody, type Expander } from './collection.ts';
import { groupEntity, servicePrincipalEntity, typed, userEntity } from './entities.ts';
import { badRequest } from './graph-error.ts';
import { GRAPH_PERMISSIONS } from './graph-permissions.ts';
import type { GraphCall } from './graph-server.ts';
import type { Entity, EntityType } from './odata-query.ts';

export const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A user, group or service principal by object id, with its `@odata.type`; null when there is none. */
export function directoryObject(tenant: TenantModel, id: string): Entity | null {
  const user = tenant.directory.user(id);
  if (user !== undefined && user.id === key(id)) return typed('user', userEntity(user));
  const group = tenant.directory.group(id);
  if (group !== undefined) return typed('group', groupEntity(group));
  const app = tenant.applications.byServicePrincipalId(id);
  return app === undefined ? null : typed('servicePrincipal', servicePrincipalEntity(app, tenant.tenantId));
}

/** What opens objects of a kind when they stand in a collection of several kinds. */
const READABLE_WITH: Readonly<Record<string, readonly string[]>> = {
  '#microsoft.graph.user': GRAPH_PERMISSIONS.users,
  '#microsoft.graph.group': GRAPH_PERMISSIONS.groups,
  '#microsoft.graph.servicePrincipal': GRAPH_PERMISSIONS.applications,
};

/**
 * Objects of several kinds, as this caller may see them. A kind that it may not read comes with type and id, everything else null: "limited information
 * returned for inaccessible member objects", https://learn.microsoft.com/graph/permissions-overview
 */
export function objectsOf({ tenant, roles }: Pick<GraphCall, 'tenant' | 'roles'>, ids: Iterable<string>): readonly Entity[] {
  const seen = [...ids].map((id) => directoryObject(tenant, id)).filter((object) => object !== null);
  return seen.map((object) => {
    const enough = READABLE_WITH[String(object['@odata.type'])] ?? [];
    return roles.some((role) => enough.includes(role)) ? object : limited(object);
  });
}

/** Published as never null, so that nothing is said by its default. */
const NEVER_NULL: Readonly<Record<string, unknown>> = { appRoleAssignmentRequired: false };

function limited(object: Entity): Entity {
  const empty = (name: string, value: unknown) => (Array.isArray(value) ? [] : (NEVER_NULL[name] ?? null));
  const nothing = Object.entries(object).map(([name, value]) => [name, empty(name, value)] as const);
  return { ...Object.fromEntries(nothing), '@odata.type': object['@odata.type'], id: object['id'] };
}

/**
 * The lists of direct members and of owners leave service principals out in v1.0; transitive members and `$expand` have them.
 * Source: https://learn.microsoft.com/graph/api/group-list-members and group-list-owners ("known issue")
 */
export const withoutServicePrincipals = (objects: readonly Entity[]): readonly Entity[] =>
  objects.filter((object) => object['@odata.type'] !== '#microsoft.graph.servicePrincipal');

export const noExpansion: Expander = (_, name) => {
  throw badRequest(`The playground does not expand '${name}' here.`);
};

export const page = (
  call: GraphCall,
  objects: readonly Entity[],
  type: EntityType,
  context: string,
  expand: Expander = noExpansion,
) => ({ status: 200, body: collectionBody(objects, { ...call, context, type, expand }) });
