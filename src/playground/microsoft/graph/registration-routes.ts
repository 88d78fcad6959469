import { randomUUID } from 'node:crypto';
import type { AppRegistration } from '../tenant/applications.ts';
import { collectionBody, entityBody } from './collection.ts';
import { noExpansion } from './directory-objects.ts';
import { applicationEntity, servicePrincipalEntity } from './entities.ts';
import { APPLICATION, FEDERATED_CREDENTIAL, SERVICE_PRINCIPAL } from './entity-types.ts';
import { directoryBadRequest, notFound } from './graph-error.ts';
import type { GraphCall, GraphRoute } from './graph-server.ts';
import type { Entity, EntityType } from './odata-query.ts';
import {
  type ApplicationBody,
  applicationBody,
  federatedBody,
  newServicePrincipalBody,
  readBody,
  servicePrincipalBody,
} from './read-registration-body.ts';

type Changes = Partial<Omit<AppRegistration, 'appId'>>;

function applicationOf(call: GraphCall): AppRegistration {
  const app = call.tenant.applications.byObjectId(call.ids[0] ?? '');
  if (app === undefined) throw notFound(call.ids[0] ?? '');
  return app;
}

/** What is not named stays. An enabled role cannot be left out: it must be disabled first. */
function changesOf(body: ApplicationBody, old: AppRegistration | undefined): Changes {
  const {
    displayName,
    signInAudience,
    identifierUris,
    api,
    appRoles,
    groupMembershipClaims,
    optionalClaims,
    web,
    spa,
    publicClient,
  } = body;
  const implicit = web?.implicitGrantSettings;
  const lost = old?.appRoles.find((role) => role.isEnabled && appRoles?.every(({ id }) => id !== role.id) === true);
  if (lost !== undefined)
    throw directoryBadRequest(
      'Property value cannot be deleted unless it is disabled first. CannotDeleteOrUpdateEnabledEntitlement',
    );
  const names = (claims: readonly { readonly name: string }[]) => claims.map(({ name }) => name);
  return {
    ...(displayName === undefined ? {} : { displayName }),
    ...(signInAudience === undefined ? {} : { signInAudience }),
    ...(identifierUris === undefined ? {} : { identifierUris }),
    ...(api === undefined ? {} : { accessTokenVersion: api.requestedAccessTokenVersion ?? 1 }),
    ...(appRoles === undefined ? {} : { appRoles }),
    ...(groupMembershipClaims === undefined ? {} : { groupMembershipClaims }),
    ...(optionalClaims === undefined
      ? {}
      : { optionalClaims: { idToken: names(optionalClaims.idToken), accessToken: names(optionalClaims.accessToken) } }),
    ...(web?.redirectUris === undefined ? {} : { redirectUris: web.redirectUris }),
    ...(implicit === undefined
      ? {}
      : { implicitGrant: { accessTokens: implicit.enableAccessTokenIssuance, idTokens: implicit.enableIdTokenIssuance } }),
    ...(spa === undefined ? {} : { spaRedirectUris: spa.redirectUris }),
    ...(publicClient === undefined ? {} : { publicRedirectUris: publicClient.redirectUris }),
  };
}

const entityAnswer = (call: GraphCall, status: number, entity: Entity, context: string, type: EntityType) => ({
  status,
  body: entityBody(entity, { ...call, context, type, expand: noExpansion }),
});

function makeServicePrincipal(call: GraphCall) {
  const { appId } = readBody(newServicePrincipalBody, call.body, 'servicePrincipal');
  const { applications, tenantId } = call.tenant;
  const app = applications.byAppId(appId);
  if (app === undefined)
    throw directoryBadRequest(`The appId '${appId}' of the service principal does not reference a valid application object.`);
  if (app.hasServicePrincipal)
    throw directoryBadRequest(
      `The service principal cannot be created because the service principal name ${appId} is already in use.`,
    );
  applications.change(appId, { hasServicePrincipal: true });
  return entityAnswer(
    call,
    201,
    servicePrincipalEntity({ ...app, hasServicePrincipal: true }, tenantId),
    'servicePrincipals',
    SERVICE_PRINCIPAL,
  );
}

const federatedEntity = (app: AppRegistration, at: number): Entity => ({
  id: `${app.appId.slice(0, 24)}${String(at).padStart(12, '0')}`,
  description: null,
  ...app.federatedCredentials[at],
});

function trust(call: GraphCall) {
  const app = applicationOf(call);
  const { description: _, ...credential } = readBody(federatedBody, call.body, 'federatedIdentityCredential');
  const same = (one: (typeof app.federatedCredentials)[number]) =>
    one.name === credential.name || (one.issuer === credential.issuer && one.subject === credential.subject);
  if (app.federatedCredentials.some(same))
    throw directoryBadRequest(
      'FederatedIdentityCredential with the same name, or with the same issuer and subject, already exists.',
    );
  const federatedCredentials = [...app.federatedCredentials, credential];
  call.tenant.applications.change(app.appId, { federatedCredentials });
  const entity = federatedEntity({ ...app, federatedCredentials }, federatedCredentials.length - 1);
  return entityAnswer(call, 201, entity, 'applications/federatedIdentityCredentials', FEDERATED_CREDENTIAL);
}

/** Registrations, as administrators make and change them. Source: https://learn.microsoft.com/graph/api/resources/application */
export const REGISTRATION_ROUTES: readonly GraphRoute[] = [
  {
    method: 'POST',
    path: '/applications',
    permission: 'applicationsWrite',
    type: APPLICATION,
    cost: 2,
    handle(call) {
      const body = readBody(applicationBody, call.body, 'application');
      if (body.displayName === undefined)
        throw directoryBadRequest("A value is required for property 'displayName' of resource 'Application'.");
      const made = { ...changesOf(body, undefined), displayName: body.displayName, hasServicePrincipal: false };
      const app = call.tenant.applications.add({ ...made, appId: randomUUID() });
      return entityAnswer(call, 201, applicationEntity(app), 'applications', APPLICATION);
    },
  },
  {
    method: 'PATCH',
    path: '/applications/{}',
    permission: 'applicationsWrite',
    type: APPLICATION,
    cost: 2,
    handle(call) {
      const app = applicationOf(call);
      call.tenant.applications.change(app.appId, changesOf(readBody(applicationBody, call.body, 'application'), app));
      return { status: 204 };
    },
  },
  {
    method: 'POST',
    path: '/servicePrincipals',
    permission: 'applicationsWrite',
    type: SERVICE_PRINCIPAL,
    cost: 2,
    handle: makeServicePrincipal,
  },
  {
    method: 'PATCH',
    path: '/servicePrincipals/{}',
    permission: 'applicationsWrite',
    type: SERVICE_PRINCIPAL,
    cost: 2,
    handle(call) {
      const app = call.tenant.applications.byServicePrincipalId(call.ids[0] ?? '');
      if (app === undefined) throw notFound(call.ids[0] ?? '');
      call.tenant.applications.change(app.appId, readBody(servicePrincipalBody, call.body, 'servicePrincipal'));
      return { status: 204 };
    },
  },
  {
    method: 'GET',
    path: '/applications/{}/federatedIdentityCredentials',
    permission: 'applications',
    type: FEDERATED_CREDENTIAL,
    cost: 1,
    handle(call) {
      const app = applicationOf(call);
      const context = `applications('${app.objectId}')/federatedIdentityCredentials`;
      const all = app.federatedCredentials.map((_, at) => federatedEntity(app, at));
      return { status: 200, body: collectionBody(all, { ...call, context, type: FEDERATED_CREDENTIAL, expand: noExpansion }) };
    },
  },
  {
    method: 'POST',
    path: '/applications/{}/federatedIdentityCredentials',
    permission: 'applicationsWrite',
    type: FEDERATED_CREDENTIAL,
    cost: 2,
    handle: trust,
  },
];
