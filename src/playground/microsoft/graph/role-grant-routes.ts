import { createHash } from 'node:crypto';
import { GRAPH_APP_ID, GRAPH_RESOURCE } from '../tenant/app-permissions.ts';
import type { AppRegistration } from '../tenant/applications.ts';
import type { TenantModel } from '../tenant/tenant-model.ts';
import { collectionBody, entityBody } from './collection.ts';
import { noExpansion } from './directory-objects.ts';
import { APP_ROLE_ASSIGNMENT, PERMISSION_GRANT } from './entity-types.ts';
import { directoryBadRequest, notFound } from './graph-error.ts';
import type { GraphCall, GraphRoute } from './graph-server.ts';
import type { Entity } from './odata-query.ts';
import { consentBody, readBody, roleAssignmentBody } from './read-registration-body.ts';

/** As tokens are asked for it, and as permissions are remembered. */
const resourceOf = (app: AppRegistration): string =>
  app.appId === GRAPH_APP_ID ? GRAPH_RESOURCE : (app.identifierUris[0] ?? app.appId);

function principalOf({ tenant, ids }: GraphCall): AppRegistration {
  const app = tenant.applications.byServicePrincipalId(ids[0] ?? '');
  if (app === undefined) throw notFound(ids[0] ?? '');
  return app;
}

/** Every app role that one application holds at another. */
function assignments(tenant: TenantModel): readonly Entity[] {
  const apps = tenant.applications.all().filter(({ hasServicePrincipal }) => hasServicePrincipal);
  return apps.flatMap((resource) =>
    apps.flatMap((principal) => {
      const held = tenant.permissions.granted(principal.appId, resourceOf(resource));
      return resource.appRoles
        .filter(({ value }) => held.includes(value))
        .map((role) => ({
          id: createHash('sha256').update(`${principal.appId} ${role.id}`).digest('base64url'),
          deletedDateTime: null,
          appRoleId: role.id,
          createdDateTime: resource.createdDateTime,
          principalDisplayName: principal.displayName,
          principalId: principal.servicePrincipalId,
          principalType: 'ServicePrincipal',
          resourceDisplayName: resource.displayName,
          resourceId: resource.servicePrincipalId,
        }));
    }),
  );
}

function assign(call: GraphCall) {
  const { principalId, resourceId, appRoleId } = readBody(roleAssignmentBody, call.body, 'appRoleAssignment');
  const { applications, permissions } = call.tenant;
  const principal = applications.byServicePrincipalId(principalId);
  const resource = applications.byServicePrincipalId(resourceId);
  if (principal === undefined || resource === undefined) throw notFound(principal === undefined ? principalId : resourceId);
  const role = resource.appRoles.find(({ id }) => id === appRoleId.toLowerCase());
  if (role === undefined)
    throw directoryBadRequest(`Permission ${appRoleId} being assigned was not found on application '${resource.displayName}'`);
  const held = permissions.granted(principal.appId, resourceOf(resource));
  if (held.includes(role.value)) throw directoryBadRequest('Permission being assigned already exists on the object');
  permissions.set(principal.appId, resourceOf(resource), [...held, role.value]);
  const made = assignments(call.tenant).find(
    (one) => one['principalId'] === principal.servicePrincipalId && one['appRoleId'] === role.id,
  );
  const request = { ...call, context: 'appRoleAssignments', type: APP_ROLE_ASSIGNMENT, expand: noExpansion };
  return { status: 201, body: entityBody(made ?? {}, request) };
}

const listed = (path: string, mine: (one: Entity, id: string) => boolean): GraphRoute => ({
  method: 'GET',
  path: `/servicePrincipals/{}/${path}`,
  permission: 'applications',
  type: APP_ROLE_ASSIGNMENT,
  cost: 1,
  handle(call) {
    const { servicePrincipalId } = principalOf(call);
    const found = assignments(call.tenant).filter((one) => mine(one, servicePrincipalId));
    const request = { ...call, context: path, type: APP_ROLE_ASSIGNMENT, expand: noExpansion };
    return { status: 200, body: collectionBody(found, request) };
  },
});

const posted = (path: string): GraphRoute => ({
  method: 'POST',
  path: `/servicePrincipals/{}/${path}`,
  permission: 'roleGrants',
  type: APP_ROLE_ASSIGNMENT,
  cost: 2,
  handle(call) {
    principalOf(call);
    return assign(call);
  },
});

/** Source: https://learn.microsoft.com/graph/api/resources/approleassignment and oauth2permissiongrant */
export const ROLE_GRANT_ROUTES: readonly GraphRoute[] = [
  listed('appRoleAssignedTo', (one, id) => one['resourceId'] === id),
  listed('appRoleAssignments', (one, id) => one['principalId'] === id),
  posted('appRoleAssignedTo'),
  posted('appRoleAssignments'),
  {
    method: 'GET',
    path: '/oauth2PermissionGrants',
    permission: 'consents',
    type: PERMISSION_GRANT,
    cost: 1,
    handle: (call) => ({
      status: 200,
      body: collectionBody(
        call.tenant.applications.all().flatMap((app) => consentOf(call.tenant, app)),
        {
          ...call,
          context: 'oauth2PermissionGrants',
          type: PERMISSION_GRANT,
          expand: noExpansion,
        },
      ),
    }),
  },
  {
    method: 'POST',
    path: '/oauth2PermissionGrants',
    permission: 'consents',
    type: PERMISSION_GRANT,
    cost: 2,
    handle(call) {
      const { clientId, scope } = readBody(consentBody, call.body, 'oAuth2PermissionGrant');
      const app = call.tenant.applications.byServicePrincipalId(clientId);
      if (app === undefined) throw notFound(clientId);
      if (app.consentedScopes !== null) throw directoryBadRequest('Permission entry already exists.');
      call.tenant.applications.change(app.appId, { consentedScopes: scope });
      const [entity = {}] = consentOf(call.tenant, { ...app, consentedScopes: scope });
      return {
        status: 201,
        body: entityBody(entity, { ...call, context: 'oauth2PermissionGrants', type: PERMISSION_GRANT, expand: noExpansion }),
      };
    },
  },
];

/** For all people and for Microsoft Graph, which is all that is asked here. */
function consentOf({ applications }: TenantModel, { consentedScopes, servicePrincipalId }: AppRegistration): readonly Entity[] {
  const resourceId = applications.byAppId(GRAPH_APP_ID)?.servicePrincipalId;
  const shared = { id: servicePrincipalId, clientId: servicePrincipalId, consentType: 'AllPrincipals', principalId: null };
  return consentedScopes === null ? [] : [{ ...shared, resourceId, scope: consentedScopes }];
}
