import type { AppRegistration } from '../tenant/applications.ts';
import { collectionBody, entityBody, type Expander } from './collection.ts';
import { directoryObject } from './directory-objects.ts';
import { applicationEntity, servicePrincipalEntity } from './entities.ts';
import { APPLICATION, DIRECTORY_OBJECT, SERVICE_PRINCIPAL } from './entity-types.ts';
import { badRequest, notFound } from './graph-error.ts';
import type { GraphCall, GraphRoute } from './graph-server.ts';
import type { Entity, EntityType } from './odata-query.ts';
import { REGISTRATION_ROUTES } from './registration-routes.ts';
import { ROLE_GRANT_ROUTES } from './role-grant-routes.ts';

/** Graph expands at most this many owners. */
const EXPANDED_AT_MOST = 20;

interface Kind {
  readonly path: 'applications' | 'servicePrincipals';
  readonly type: EntityType;
  all(call: GraphCall): readonly AppRegistration[];
  find(call: GraphCall, id: string): AppRegistration | undefined;
  entity(app: AppRegistration, call: GraphCall): Entity;
  ownerIds(app: AppRegistration): readonly string[];
}

const KINDS: readonly Kind[] = [
  {
    path: 'applications',
    type: APPLICATION,
    all: ({ tenant }) => tenant.applications.all().filter(({ objectId }) => objectId !== undefined),
    find: ({ tenant }, id) => tenant.applications.byObjectId(id),
    entity: applicationEntity,
    ownerIds: (app) => app.ownerIds,
  },
  {
    path: 'servicePrincipals',
    type: SERVICE_PRINCIPAL,
    all: ({ tenant }) => tenant.applications.all().filter(({ hasServicePrincipal }) => hasServicePrincipal),
    find: ({ tenant }, id) => tenant.applications.byServicePrincipalId(id),
    entity: (app, { tenant }) => servicePrincipalEntity(app, tenant.tenantId),
    ownerIds: (app) => app.servicePrincipalOwnerIds,
  },
];

function routesOf(kind: Kind): readonly GraphRoute[] {
  const shared = { method: 'GET', permission: 'applications', type: kind.type } as const;
  const found = (call: GraphCall) => {
    const app = kind.find(call, call.ids[0] ?? '');
    if (app === undefined) throw notFound(call.ids[0] ?? '');
    return app;
  };
  const owners = (call: GraphCall, app: AppRegistration) =>
    kind
      .ownerIds(app)
      .map((id) => directoryObject(call.tenant, id))
      .filter((owner) => owner !== null);
  const expand =
    (call: GraphCall): Expander =>
    (object, name) => {
      const app = kind.find(call, String(object['id']));
      if (name !== 'owners' || app === undefined) throw badRequest(`The playground does not expand '${name}' here.`);
      return owners(call, app).slice(0, EXPANDED_AT_MOST);
    };
  return [
    {
      ...shared,
      path: `/${kind.path}`,
      cost: 2,
      handle(call) {
        const objects = kind.all(call).map((app) => kind.entity(app, call));
        return {
          status: 200,
          body: collectionBody(objects, { ...call, context: kind.path, type: kind.type, expand: expand(call) }),
        };
      },
    },
    {
      ...shared,
      path: `/${kind.path}/{}`,
      cost: 1,
      handle(call) {
        const request = { ...call, context: kind.path, type: kind.type, expand: expand(call) };
        return { status: 200, body: entityBody(kind.entity(found(call), call), request) };
      },
    },
    {
      ...shared,
      path: `/${kind.path}/{}/owners`,
      cost: 2,
      type: DIRECTORY_OBJECT,
      handle: (call) => ({
        status: 200,
        body: collectionBody(owners(call, found(call)), {
          ...call,
          context: 'directoryObjects',
          type: DIRECTORY_OBJECT,
          expand: expand(call),
        }),
      }),
    },
  ];
}

export const APPLICATION_ROUTES: readonly GraphRoute[] = [
  ...KINDS.flatMap(routesOf),
  ...REGISTRATION_ROUTES,
  ...ROLE_GRANT_ROUTES,
];
