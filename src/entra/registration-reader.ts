import { z } from 'zod';
import type { GraphClient } from './graph-client.ts';
import { quoted, segment } from './odata.ts';

export interface AppRole {
  readonly id: string;
  readonly value: string | null;
  readonly isEnabled: boolean;
  readonly forApplications: boolean;
}

/** An app registration, as far as it decides who may call us and who may sign in. */
export interface Registration {
  readonly objectId: string;
  readonly appId: string;
  readonly displayName: string;
  readonly signInAudience: string;
  readonly identifierUris: readonly string[];
  /** Form of the tokens for it as an API; Entra's default is 1. */
  readonly tokenVersion: number;
  readonly appRoles: readonly AppRole[];
  /** Names of the claims that it asks for. */
  readonly optionalClaims: { readonly idToken: readonly string[]; readonly accessToken: readonly string[] };
  /** Of every kind: web, single page, public client. */
  readonly redirectUris: readonly string[];
  readonly implicitFlow: boolean;
  /** Secrets and certificates. */
  readonly credentials: number;
}

export interface EnterpriseApplication {
  readonly objectId: string;
  readonly appId: string;
  readonly assignmentRequired: boolean;
}

export interface FederatedTrust {
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
  readonly audiences: readonly string[];
}

/** A client secret, as far as Entra tells it again. */
export interface ClientSecretEnd {
  /** Its first three characters. */
  readonly hint: string | null;
  readonly endAt: string;
}

/** Registrations over Microsoft Graph, read only: `Application.Read.All`. @throws {AppError} `directory.*` of graph-error.ts, each of them */
export interface RegistrationReader {
  /** Undefined when the tenant has none. */
  registration(by: { readonly appId: string } | { readonly identifierUri: string }): Promise<Registration | undefined>;
  enterpriseApplication(appId: string): Promise<EnterpriseApplication | undefined>;
  /** The client secrets of a registration; undefined when the tenant has none of this id. */
  secrets(appId: string): Promise<readonly ClientSecretEnd[] | undefined>;
  /** Whose tokens a registration takes in place of a secret. */
  trusted(registration: Registration): Promise<readonly FederatedTrust[]>;
  /** Object ids of those who have a role at this API. */
  assigned(api: EnterpriseApplication, roleId: string): Promise<readonly string[]>;
}

const uris = z.object({ redirectUris: z.array(z.string()) });
const claims = z.array(z.object({ name: z.string() })).nullish();
const registrationSchema = z.object({
  id: z.guid(),
  appId: z.guid(),
  displayName: z.string().nullable(),
  signInAudience: z.string().nullable(),
  identifierUris: z.array(z.string()),
  api: z.object({ requestedAccessTokenVersion: z.int().nullish() }).nullable(),
  appRoles: z.array(
    z.object({ id: z.guid(), value: z.string().nullable(), isEnabled: z.boolean(), allowedMemberTypes: z.array(z.string()) }),
  ),
  optionalClaims: z.object({ idToken: claims, accessToken: claims }).nullable(),
  web: uris
    .extend({
      implicitGrantSettings: z
        .object({ enableAccessTokenIssuance: z.boolean().nullable(), enableIdTokenIssuance: z.boolean().nullable() })
        .nullable(),
    })
    .nullable(),
  spa: uris.nullable(),
  publicClient: uris.nullable(),
  passwordCredentials: z.array(z.unknown()),
  keyCredentials: z.array(z.unknown()),
});
const principalSchema = z.object({ id: z.guid(), appId: z.guid(), appRoleAssignmentRequired: z.boolean() });
const secretsSchema = z.object({
  passwordCredentials: z.array(z.object({ hint: z.string().nullish(), endDateTime: z.iso.datetime() })),
});
const trustSchema = z.object({ name: z.string(), issuer: z.string(), subject: z.string(), audiences: z.array(z.string()) });
const assignmentSchema = z.object({ principalId: z.guid(), appRoleId: z.guid() });

const APPLICATION_SELECT = Object.keys(registrationSchema.shape).join(',');
const permission = 'Application.Read.All';

/** @see https://learn.microsoft.com/graph/api/resources/application */
export function createRegistrationReader(graph: Pick<GraphClient, 'list'>): RegistrationReader {
  return {
    async registration(by) {
      const $filter =
        'appId' in by ? `appId eq ${quoted(by.appId)}` : `identifierUris/any(uri:uri eq ${quoted(by.identifierUri)})`;
      for await (const one of graph.list('/applications', { query: { $filter, $select: APPLICATION_SELECT }, permission }))
        return registrationOf(registrationSchema.parse(one));
      return undefined;
    },
    async enterpriseApplication(appId) {
      const query = { $filter: `appId eq ${quoted(appId)}`, $select: 'id,appId,appRoleAssignmentRequired' };
      for await (const one of graph.list('/servicePrincipals', { query, permission })) {
        const { id, appRoleAssignmentRequired } = principalSchema.parse(one);
        return { objectId: id, appId, assignmentRequired: appRoleAssignmentRequired };
      }
      return undefined;
    },
    async secrets(appId) {
      const query = { $filter: `appId eq ${quoted(appId)}`, $select: 'id,passwordCredentials' };
      for await (const one of graph.list('/applications', { query, permission }))
        return secretsSchema
          .parse(one)
          .passwordCredentials.map(({ hint, endDateTime }) => ({ hint: hint ?? null, endAt: endDateTime }));
      return undefined;
    },
    async trusted({ objectId }) {
      const path = `/applications/${segment(objectId)}/federatedIdentityCredentials`;
      return trustSchema.array().parse(await allOf(graph.list(path, { permission })));
    },
    async assigned({ objectId }, roleId) {
      const path = `/servicePrincipals/${segment(objectId)}/appRoleAssignedTo`;
      const all = assignmentSchema.array().parse(await allOf(graph.list(path, { permission })));
      return all.filter(({ appRoleId }) => same(appRoleId, roleId)).map(({ principalId }) => principalId);
    },
  };
}

async function allOf(items: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function registrationOf(app: z.infer<typeof registrationSchema>): Registration {
  const names = (list: z.infer<typeof claims>) => (list ?? []).map(({ name }) => name);
  const implicit = app.web?.implicitGrantSettings;
  return {
    objectId: app.id,
    appId: app.appId,
    displayName: app.displayName ?? app.appId,
    signInAudience: app.signInAudience ?? 'AzureADMyOrg',
    identifierUris: app.identifierUris,
    tokenVersion: app.api?.requestedAccessTokenVersion ?? 1,
    appRoles: app.appRoles.map(({ allowedMemberTypes, ...role }) => ({
      ...role,
      forApplications: allowedMemberTypes.includes('Application'),
    })),
    optionalClaims: { idToken: names(app.optionalClaims?.idToken), accessToken: names(app.optionalClaims?.accessToken) },
    redirectUris: [app.web, app.spa, app.publicClient].flatMap((kind) => kind?.redirectUris ?? []),
    implicitFlow: implicit?.enableAccessTokenIssuance === true || implicit?.enableIdTokenIssuance === true,
    credentials: app.passwordCredentials.length + app.keyCredentials.length,
  };
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
