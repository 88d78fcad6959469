import { randomBytes, randomUUID, X509Certificate } from 'node:crypto';
import { type Clock, instantOf } from '../../../access/core/clock.ts';
import { issued } from '../../issued.ts';
import type { Actor, Audit } from './audit.ts';
import { seedApplications, seedElsewhere } from './application-seed.ts';
import { key } from './directory.ts';
import { HOME, type Place } from './place.ts';

export interface Credential {
  readonly kind: 'secret' | 'certificate';
  readonly keyId: string;
  readonly displayName: string | null;
  readonly startDateTime: string;
  readonly endDateTime: string;
  /** First three characters of a secret. */
  readonly hint: string | null;
  /** Only the sign-in server looks at it; Graph never says it. */
  readonly secretText?: string;
  /** Of a certificate that can be signed in with; the others are only there to be looked at. */
  readonly certificatePem?: string;
}

/** Whose tokens the application takes in place of a secret. Source: https://learn.microsoft.com/graph/api/resources/federatedidentitycredential */
export interface FederatedCredential {
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
  readonly audiences: readonly string[];
}

/** What an application may be given at another, which is its resource. Source: https://learn.microsoft.com/graph/api/resources/approle */
export interface AppRole {
  readonly id: string;
  readonly value: string;
  readonly displayName: string;
  readonly description: string;
  readonly allowedMemberTypes: readonly ('Application' | 'User')[];
  readonly isEnabled: boolean;
}

/** Claims by name that come only where a registration asks for them: `auth_time`, `acrs`, `acct`, `login_hint` · `idtyp`. */
export interface OptionalClaims {
  readonly idToken: readonly string[];
  /** In tokens for this application as an API. */
  readonly accessToken: readonly string[];
}

/** An application and its service principal, or a service principal alone. Credentials can sit on either. */
export interface AppRegistration {
  readonly appId: string;
  readonly displayName: string;
  readonly createdDateTime: string;
  /** Object id of the application; undefined for one that is registered in another tenant. */
  readonly objectId: string | undefined;
  readonly servicePrincipalId: string;
  /** A registration made through Graph has none yet: it is made by a call of its own. */
  readonly hasServicePrincipal: boolean;
  readonly servicePrincipalType: 'Application' | 'ManagedIdentity';
  /** Of a managed identity: user-assigned ones have a name of their own, system-assigned ones are the resource's. */
  readonly isUserAssigned: boolean;
  readonly identifierUris: readonly string[];
  /** Which form the tokens for this API have (`requestedAccessTokenVersion`); Entra's default is 1. */
  readonly accessTokenVersion: 1 | 2;
  readonly appRoles: readonly AppRole[];
  /** Shown by Graph only: the sign-in server gives tokens without a role all the same. */
  readonly appRoleAssignmentRequired: boolean;
  readonly signInAudience: string;
  /** Where people may be sent back to after a sign-in (`web.redirectUris`). */
  readonly redirectUris: readonly string[];
  readonly spaRedirectUris: readonly string[];
  readonly publicRedirectUris: readonly string[];
  /** Shown by Graph only: the sign-in server has no implicit flow. */
  readonly implicitGrant: { readonly accessTokens: boolean; readonly idTokens: boolean };
  readonly optionalClaims: OptionalClaims;
  /** `SecurityGroup` puts a person's groups into tokens (`groupMembershipClaims`). */
  readonly groupMembershipClaims: 'SecurityGroup' | null;
  readonly federatedCredentials: readonly FederatedCredential[];
  /** Delegated permissions of Microsoft Graph that an administrator consented to for everybody. */
  readonly consentedScopes: string | null;
  readonly accountEnabled: boolean;
  readonly ownerIds: readonly string[];
  readonly servicePrincipalOwnerIds: readonly string[];
  readonly credentials: readonly Credential[];
  readonly servicePrincipalCredentials: readonly Credential[];
}

export interface Applications {
  all(): readonly AppRegistration[];
  byAppId(appId: string): AppRegistration | undefined;
  byObjectId(id: string): AppRegistration | undefined;
  byServicePrincipalId(id: string): AppRegistration | undefined;
  /** By `api://` address or client id: the application a token is asked for. */
  byAudience(audience: string): AppRegistration | undefined;
  /** Puts a certificate on a registration, as PEM and without its key. */
  addCertificate(appId: string, pem: string): void;
  /** Adds a secret to an application, or to its service principal; says the secret once. */
  addSecret(appId: string, secret: NewSecret, actor: Actor): { readonly keyId: string; readonly secretText: string };
  /** Gives a secret or certificate another end. */
  changeEnd(keyId: string, endsAt: number, actor: Actor): void;
  removeCredential(keyId: string, actor: Actor): void;
  setOwners(appId: string, ownerIds: readonly string[]): void;
  add(registration: Partial<AppRegistration> & { readonly appId: string; readonly displayName: string }): AppRegistration;
  /** An administrator of this tenant consents to an application that is registered in another: it gets a service principal here. */
  consent(app: Pick<AppRegistration, 'appId' | 'displayName'>): AppRegistration;
  setEnabled(appId: string, enabled: boolean): void;
  setTokenVersion(appId: string, version: 1 | 2): void;
  /** Any setting of a registration, as its owner would change it. */
  change(appId: string, changes: Partial<Omit<AppRegistration, 'appId'>>): void;
  /** Survives a reset: running processes are reached there. */
  setRedirectUris(appId: string, uris: readonly string[]): void;
  reset(): void;
}

export interface NewSecret {
  readonly displayName: string;
  /** Domain clock, milliseconds. */
  readonly endsAt: number;
  readonly on?: 'application' | 'servicePrincipal';
}

/** @param issuer of this tenant's tokens, version 2; federated credentials of the seed name it */
export function createApplications(clock: Clock, audit: Audit, issuer: () => string, place: Place = HOME): Applications {
  const apps = new Map<string, AppRegistration>();
  const seedSecrets = new Map<string, string>();
  const redirectUris = new Map<string, readonly string[]>();
  const seedSecret = (keyId: string) => {
    const text = seedSecrets.get(keyId) ?? newSecretText();
    seedSecrets.set(keyId, text);
    return text;
  };
  const change = (appId: string, next: (app: AppRegistration) => AppRegistration) => {
    const app = apps.get(key(appId));
    if (app === undefined) throw new RangeError(`no application ${appId}`);
    apps.set(app.appId, next(app));
    return app;
  };
  const holding = (keyId: string) => {
    const found = [...apps.values()].find((app) => credentialsOf(app).some((credential) => credential.keyId === keyId));
    if (found === undefined) throw new RangeError(`no credential ${keyId}`);
    return found;
  };
  const changeCredentials = (keyId: string, next: (credentials: readonly Credential[]) => readonly Credential[]) =>
    change(holding(keyId).appId, (app) => ({
      ...app,
      credentials: next(app.credentials),
      servicePrincipalCredentials: next(app.servicePrincipalCredentials),
    }));

  const applications: Applications = {
    all: () => [...apps.values()],
    byAppId: (appId) => apps.get(key(appId)),
    byObjectId: (id) => [...apps.values()].find((app) => app.objectId === key(id)),
    byServicePrincipalId: (id) => [...apps.values()].find((app) => app.hasServicePrincipal && app.servicePrincipalId === key(id)),
    byAudience: (audience) =>
      [...apps.values()].find((app) => app.identifierUris.includes(audience) || app.appId === key(audience)),
    addCertificate(appId, pem) {
      const certificate = new X509Certificate(pem);
      const credential: Credential = {
        kind: 'certificate',
        keyId: randomUUID(),
        displayName: certificate.subject,
        startDateTime: instantOf(certificate.validFromDate.getTime()),
        endDateTime: instantOf(certificate.validToDate.getTime()),
        hint: null,
        certificatePem: pem,
      };
      change(appId, (old) => ({ ...old, credentials: [...old.credentials, credential] }));
    },
    addSecret(appId, { displayName, endsAt, on = 'application' }, actor) {
      const secretText = newSecretText();
      const credential: Credential = {
        kind: 'secret',
        keyId: randomUUID(),
        displayName,
        startDateTime: instantOf(clock.now()),
        endDateTime: instantOf(endsAt),
        hint: secretText.slice(0, 3),
        secretText,
      };
      const app = change(appId, (old) =>
        on === 'application'
          ? { ...old, credentials: [...old.credentials, credential] }
          : { ...old, servicePrincipalCredentials: [...old.servicePrincipalCredentials, credential] },
      );
      audit.add({ actor, action: 'secret.added', via: 'outside', objectId: app.appId, keyId: credential.keyId });
      return { keyId: credential.keyId, secretText };
    },
    changeEnd(keyId, endsAt, actor) {
      const app = changeCredentials(keyId, (all) =>
        all.map((one) => (one.keyId === keyId ? { ...one, endDateTime: instantOf(endsAt) } : one)),
      );
      audit.add({ actor, action: 'secret.changed', via: 'outside', objectId: app.appId, keyId, detail: instantOf(endsAt) });
    },
    removeCredential(keyId, actor) {
      const app = changeCredentials(keyId, (all) => all.filter((one) => one.keyId !== keyId));
      audit.add({ actor, action: 'secret.removed', via: 'outside', objectId: app.appId, keyId });
    },
    setOwners(appId, ownerIds) {
      change(appId, (app) => ({ ...app, ownerIds: ownerIds.map(key) }));
    },
    add(registration) {
      const added: AppRegistration = {
        createdDateTime: instantOf(clock.now()),
        objectId: randomUUID(),
        servicePrincipalId: randomUUID(),
        servicePrincipalType: 'Application',
        hasServicePrincipal: true,
        isUserAssigned: false,
        identifierUris: [],
        accessTokenVersion: 1,
        appRoles: [],
        appRoleAssignmentRequired: false,
        signInAudience: 'AzureADMyOrg',
        redirectUris: [],
        spaRedirectUris: [],
        publicRedirectUris: [],
        implicitGrant: { accessTokens: false, idTokens: false },
        optionalClaims: { idToken: [], accessToken: [] },
        groupMembershipClaims: null,
        federatedCredentials: [],
        consentedScopes: null,
        accountEnabled: true,
        ownerIds: [],
        servicePrincipalOwnerIds: [],
        credentials: [],
        servicePrincipalCredentials: [],
        ...registration,
      };
      apps.set(added.appId, added);
      return added;
    },
    consent: ({ appId, displayName }) =>
      apps.get(key(appId)) ??
      applications.add({ appId, displayName, objectId: undefined, signInAudience: 'AzureADMultipleOrgs' }),
    setEnabled(appId, accountEnabled) {
      change(appId, (app) => ({ ...app, accountEnabled }));
    },
    setTokenVersion(appId, accessTokenVersion) {
      change(appId, (app) => ({ ...app, accessTokenVersion }));
    },
    change(appId, changes) {
      change(appId, (app) => ({ ...app, ...changes }));
    },
    setRedirectUris(appId, uris) {
      redirectUris.set(key(appId), [...uris]);
      change(appId, (app) => ({ ...app, redirectUris: [...uris] }));
    },
    reset() {
      apps.clear();
      const seed = place.isHome ? seedApplications(clock.now(), seedSecret, issuer()) : seedElsewhere(place);
      for (const app of seed) applications.add(app);
      for (const [appId, uris] of redirectUris) change(appId, (app) => ({ ...app, redirectUris: uris }));
    },
  };
  applications.reset();
  return applications;
}

/** As long as Entra's own. */
const newSecretText = (): string => issued('secret', randomBytes(30).toString('base64url'));

export const credentialsOf = (app: AppRegistration): readonly Credential[] => [
  ...app.credentials,
  ...app.servicePrincipalCredentials,
];
