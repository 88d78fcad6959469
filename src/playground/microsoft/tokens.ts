import { randomUUID } from 'node:crypto';
import type { JWK, JWTPayload } from 'jose';
import { AppError } from '../../access/core/app-error.ts';
import type { Clock } from '../../access/core/clock.ts';
import { type IssuedKind, issued } from '../issued.ts';
import type { PublishedCloud } from '../../config/parts.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { AppRegistration } from './tenant/applications.ts';
import { GRAPH_RESOURCE } from './tenant/app-permissions.ts';
import type { TenantModel } from './tenant/tenant-model.ts';

/** What a token was issued for. Microsoft's own resources take version 1 tokens; an API of ours takes what its registration says. */
export interface Resource {
  /** The `aud` claim. */
  readonly audience: string;
  /** As permissions are granted for it. */
  readonly name: string;
  /** The form of the token: 1 for Microsoft's own resources. */
  readonly version: 1 | 2;
  /** Whether app-only tokens for it say so in `idtyp`: an API gets the claim only when its registration asks. Default true. */
  readonly saysType?: boolean;
}

export const ARM_RESOURCE = 'https://management.azure.com';
export const BOT_CONNECTOR_RESOURCE = 'https://api.botframework.com';
/** What a managed identity's token is asked for when it is to stand in place of an application's secret. */
export const EXCHANGE_RESOURCE = 'api://AzureADTokenExchange';
/** Each cloud knows its own and no other's: https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity */
export const EXCHANGE_RESOURCES: Readonly<Record<PublishedCloud, string>> = {
  AzureCloud: EXCHANGE_RESOURCE,
  AzureUSGovernment: `${EXCHANGE_RESOURCE}USGov`,
  AzureChina: `${EXCHANGE_RESOURCE}China`,
};
/** The audience that such a token carries: the application id of that resource. The other clouds' are not published; this one stands for them. */
export const EXCHANGE_AUDIENCE = 'fb60f99c-7a34-4190-8149-302f77469936';

export interface Tokens {
  readonly jwks: { readonly keys: readonly JWK[] };
  /** Version 1 issuer, as it stands in tokens for Graph, ARM, the Bot Connector and for APIs with default settings. */
  readonly issuerV1: string;
  /** Version 2 issuer: ID tokens, managed identities' tokens for the exchange, APIs that ask for version 2. */
  readonly issuerV2: string;
  forApplication(
    app: AppRegistration,
    resource: Resource,
  ): Promise<{ readonly token: string; readonly expiresInSeconds: number }>;
  /** A delegated token, for what only a person can do (elevate access). */
  forUser(objectId: string, resource: Resource, client?: { readonly appId: string; readonly scopes: string }): Promise<string>;
  /** An ID token: these claims, with what every token of version 2 has. */
  forSignIn(claims: JWTPayload): Promise<string>;
  /** Signs claims as they are: for tests of refusals. */
  sign(claims: JWTPayload): Promise<string>;
  /** A new key signs from now on; the old one stays published for a day, or for as long as is said, then it goes. */
  rotateKeys(options?: { readonly oldStaysMs?: number }): Promise<void>;
  /**
   * Signature, issuer, audience and times.
   * @throws {AppError} `token.missing`, `token.expired`, `token.audience`, `token.invalid`
   */
  verify(token: string | undefined, audiences: readonly string[]): Promise<JWTPayload>;
  /** A token of version 2 of this tenant, whatever it is for. @throws {AppError} `token.expired`, `token.invalid` */
  verifyV2(token: string): Promise<JWTPayload>;
}

/** Entra draws 60 to 90 minutes; an hour at most is what a client may count on. */
const LIFETIME_SECONDS = 3_599;
/** Source: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/managed-identity-best-practice-recommendations */
const MANAGED_IDENTITY_LIFETIME_SECONDS = 86_399;
/** `iat` and `nbf` lie five minutes before a token is issued, as in every token that Microsoft shows: clocks differ. */
const BACKDATED_SECONDS = 300;
const SUBSCRIPTION = '/subscriptions/5ab5c000-0000-4000-8000-000000000001/resourcegroups/hallpass/providers';

/**
 * @param issuerV2 the sign-in server's own issuer; known once it listens
 * @param keys of all tenants together, as Entra's are: only the issuer and `tid` tell whose token it is
 */
export function createTokens(tenant: TenantModel, now: Clock, issuerV2: () => string, keys: SigningKeys): Tokens {
  const issuerV1 = `https://sts.windows.net/${tenant.tenantId}/`;
  const seconds = () => Math.floor(now.now() / 1_000);
  const common = (version: 1 | 2, lifetime = LIFETIME_SECONDS) => ({
    iss: version === 1 ? issuerV1 : issuerV2(),
    iat: seconds() - BACKDATED_SECONDS,
    nbf: seconds() - BACKDATED_SECONDS,
    exp: seconds() + lifetime,
    ...(version === 1 ? { idp: issuerV1 } : {}),
    tid: tenant.tenantId,
    uti: randomUUID().replaceAll('-', '').slice(0, 22),
    ver: version === 1 ? '1.0' : '2.0',
  });
  const signed = async (claims: JWTPayload, kind: IssuedKind = 'token') =>
    issued(kind, await keys.sign(claims, claims['ver'] === '2.0' ? undefined : 'x5t'));
  /** Directory roles held at the tenant's scope stand in a token of Graph and ARM, as they were when it was issued. */
  const roleIds = (objectId: string) =>
    tenant
      .holders()
      .filter((holder) => holder.principalId === objectId.toLowerCase() && holder.directoryScopeId === '/')
      .map(({ roleDefinitionId }) => roleDefinitionId);

  return {
    get jwks() {
      return keys.jwks;
    },
    issuerV1,
    get issuerV2() {
      return issuerV2();
    },
    sign: (claims) => signed(claims),
    rotateKeys: (options) => keys.rotate(options),
    async forApplication(app, resource) {
      const roles = tenant.permissions.granted(app.appId, resource.name);
      const microsofts = resource.audience === GRAPH_RESOURCE || resource.audience === ARM_RESOURCE;
      const isManaged = app.servicePrincipalType === 'ManagedIdentity';
      const lifetime = isManaged ? MANAGED_IDENTITY_LIFETIME_SECONDS : LIFETIME_SECONDS;
      const how = isManaged ? '2' : '1';
      const token = await signed({
        aud: resource.audience,
        ...common(resource.version, lifetime),
        ...(resource.version === 1 ? { appid: app.appId, appidacr: how } : { azp: app.appId, azpacr: how }),
        ...(microsofts ? { app_displayname: app.displayName, wids: [...roleIds(app.servicePrincipalId)] } : {}),
        ...(resource.saysType === false ? {} : { idtyp: 'app' }),
        oid: app.servicePrincipalId,
        sub: app.servicePrincipalId,
        ...(roles.length === 0 ? {} : { roles: [...roles] }),
        ...(isManaged ? { xms_mirid: resourceIdOf(app) } : {}),
      });
      return { token, expiresInSeconds: lifetime };
    },
    forUser(objectId, resource, client = { appId: AZURE_CLI, scopes: 'user_impersonation' }) {
      const user = tenant.directory.user(objectId);
      if (user === undefined) throw new RangeError(`no user ${objectId}`);
      return signed({
        aud: resource.audience,
        ...common(resource.version),
        appid: client.appId,
        appidacr: client.appId === AZURE_CLI ? '0' : '1',
        idtyp: 'user',
        oid: user.id,
        sub: user.id,
        upn: user.userPrincipalName,
        scp: client.scopes,
        wids: roleIds(user.id),
      });
    },
    forSignIn: (claims) => signed({ ...common(2), ...claims }, 'id token'),
    async verify(token, audiences) {
      if (token === undefined || token === '') throw new AppError('token.missing', 'no bearer token');
      const payload = await checked(keys.verify(token, { issuer: issuerV1 }));
      // Graph and ARM accept their address with and without the last slash; nobody accepts another's.
      const audience = String(payload.aud).replace(/\/$/, '');
      if (!audiences.includes(audience)) throw new AppError('token.audience', `the token is for ${audience}`);
      return payload;
    },
    verifyV2: (token) => checked(keys.verify(token, { issuer: issuerV2() })),
  };
}

/** A person's own tool, which the tenant did not have to register. */
const AZURE_CLI = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';

/** Where the identity lives in Azure; it tells a user-assigned one from that of a resource. */
function resourceIdOf(app: AppRegistration): string {
  return app.isUserAssigned
    ? `${SUBSCRIPTION}/Microsoft.ManagedIdentity/userAssignedIdentities/${app.displayName}`
    : `${SUBSCRIPTION}/Microsoft.Web/sites/${app.displayName}`;
}

async function checked(verified: Promise<JWTPayload>): Promise<JWTPayload> {
  try {
    return await verified;
  } catch (error) {
    const code = error instanceof Error ? String(Reflect.get(error, 'code')) : '';
    throw new AppError(code === 'ERR_JWT_EXPIRED' ? 'token.expired' : 'token.invalid', 'the token was refused', { cause: error });
  }
}

export function bearerOf(headers: Readonly<Record<string, string>>): string | undefined {
  return /^Bearer (\S+)$/i.exec(headers['authorization'] ?? '')?.[1];
}
