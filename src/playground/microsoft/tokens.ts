import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../../access/core/clock.ts';
import { AppError } from '../../access/core/app-error.ts';
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
}

export const ARM_RESOURCE = 'https://management.azure.com';
export const BOT_CONNECTOR_RESOURCE = 'https://api.botframework.com';

export interface Tokens {
  readonly jwks: { readonly keys: readonly JWK[] };
  /** Version 1 issuer, as it stands in tokens for Graph, ARM, the Bot Connector and for APIs with default settings. */
  readonly issuerV1: string;
  forApplication(
    app: AppRegistration,
    resource: Resource,
  ): Promise<{ readonly token: string; readonly expiresInSeconds: number }>;
  /** A delegated token, for what only a person can do (elevate access). */
  forUser(objectId: string, resource: Resource): Promise<string>;
  /** Signs claims as they are: for tests of refusals. */
  sign(claims: JWTPayload): Promise<string>;
  /**
   * Signature, issuer, audience and times.
   * @throws {AppError} `token.missing`, `token.expired`, `token.audience`, `token.invalid`
   */
  verify(token: string | undefined, audiences: readonly string[]): Promise<JWTPayload>;
}

/** Entra draws 60 to 90 minutes; an hour at most is what a client may count on. */
const LIFETIME_SECONDS = 3_599;

/** @param issuerV2 the sign-in server's own issuer; known once it listens */
export async function createTokens(tenant: TenantModel, now: Clock, issuerV2: () => string): Promise<Tokens> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const keyId = randomUUID().replaceAll('-', '');
  const key = { ...(await exportJWK(publicKey)), kid: keyId, x5t: keyId, use: 'sig', alg: 'RS256' };
  const issuerV1 = `https://sts.windows.net/${tenant.tenantId}/`;
  const seconds = () => Math.floor(now.now() / 1_000);
  const sign = (claims: JWTPayload) =>
    new SignJWT(claims).setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: keyId, x5t: keyId }).sign(privateKey);
  const common = (resource: Resource) => ({
    aud: resource.audience,
    iss: resource.version === 1 ? issuerV1 : issuerV2(),
    iat: seconds(),
    nbf: seconds(),
    exp: seconds() + LIFETIME_SECONDS,
    ...(resource.version === 1 ? { idp: issuerV1 } : {}),
    tid: tenant.tenantId,
    uti: randomUUID().replaceAll('-', '').slice(0, 22),
    ver: resource.version === 1 ? '1.0' : '2.0',
  });
  /** Directory roles held at the tenant's scope stand in a token of Graph and ARM, as they were when it was issued. */
  const roleIds = (objectId: string) =>
    tenant
      .holders()
      .filter((holder) => holder.principalId === objectId.toLowerCase() && holder.directoryScopeId === '/')
      .map(({ roleDefinitionId }) => roleDefinitionId);

  return {
    jwks: { keys: [key] },
    issuerV1,
    sign,
    async forApplication(app, resource) {
      const roles = tenant.permissions.granted(app.appId, resource.name);
      const microsofts = resource.audience === GRAPH_RESOURCE || resource.audience === ARM_RESOURCE;
      const token = await sign({
        ...common(resource),
        ...(resource.version === 1 ? { appid: app.appId, appidacr: '1' } : { azp: app.appId, azpacr: '1' }),
        ...(microsofts ? { app_displayname: app.displayName, wids: [...roleIds(app.servicePrincipalId)] } : {}),
        idtyp: 'app',
        oid: app.servicePrincipalId,
        sub: app.servicePrincipalId,
        ...(roles.length === 0 ? {} : { roles: [...roles] }),
      });
      return { token, expiresInSeconds: LIFETIME_SECONDS };
    },
    forUser(objectId, resource) {
      const user = tenant.directory.user(objectId);
      if (user === undefined) throw new RangeError(`no user ${objectId}`);
      return sign({
        ...common(resource),
        /** Azure CLI, as a person would come. */
        appid: '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
        appidacr: '0',
        idtyp: 'user',
        oid: user.id,
        sub: user.id,
        upn: user.userPrincipalName,
        scp: 'user_impersonation',
        wids: roleIds(user.id),
      });
    },
    async verify(token, audiences) {
      if (token === undefined || token === '') throw new AppError('token.missing', 'no bearer token');
      try {
        const checks = { issuer: issuerV1, algorithms: ['RS256'], currentDate: new Date(now.now()), clockTolerance: 300 };
        const { payload } = await jwtVerify(token, publicKey, checks);
        // Graph and ARM accept their address with and without the last slash; nobody accepts another's.
        const audience = String(payload.aud).replace(/\/$/, '');
        if (!audiences.includes(audience)) throw new AppError('token.audience', `the token is for ${audience}`);
        return payload;
      } catch (error) {
        if (error instanceof AppError) throw error;
        const code = error instanceof Error ? String(Reflect.get(error, 'code')) : '';
        throw new AppError(code === 'ERR_JWT_EXPIRED' ? 'token.expired' : 'token.invalid', 'the token was refused', {
          cause: error,
        });
      }
    },
  };
}

export function bearerOf(headers: Readonly<Record<string, string>>): string | undefined {
  return /^Bearer (\S+)$/i.exec(headers['authorization'] ?? '')?.[1];
}
