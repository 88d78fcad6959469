import type { JWTPayload } from 'jose';
import { FOREIGN_TENANT_ID } from '../../cast.ts';
import type { AppRegistration } from '../tenant/applications.ts';
import type { DirectoryUser } from '../tenant/directory.ts';
import type { TenantModel } from '../tenant/tenant-model.ts';
import type { CodeGrant } from './authorization-codes.ts';
import { pairwise } from './reply.ts';

/** More than so many groups do not fit: https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference#groups-overage-claim */
const GROUPS_AT_MOST = 200;

/** What Entra says of a person in an ID token of version 2, besides what every token has. `amr` and `idtyp` are never in one. */
export function idTokenClaims(tenant: TenantModel, app: AppRegistration, user: DirectoryUser, grant: CodeGrant): JWTPayload {
  const { scopes, nonce } = grant.request;
  const asked = (name: string) => app.optionalClaims.idToken.includes(name);
  const isGuest = user.userType === 'Guest';
  return {
    aud: app.appId,
    sub: pairwise(app.appId, tenant.tenantId, user.id),
    sid: grant.sessionId,
    ...(nonce === undefined ? {} : { nonce }),
    ...(scopes.includes('profile') ? profile(user) : { tid: undefined }),
    ...emailOf(user, scopes.includes('email') || asked('email')),
    // For members the issuer says it all.
    ...(isGuest ? { idp: `https://sts.windows.net/${FOREIGN_TENANT_ID}/` } : {}),
    ...(asked('acct') ? { acct: isGuest ? 1 : 0 } : {}),
    ...(asked('auth_time') ? { auth_time: Math.floor(grant.authenticatedAt / 1_000) } : {}),
    ...(asked('login_hint') ? { login_hint: Buffer.from(`O.${user.userPrincipalName}`).toString('base64') } : {}),
    ...(grant.contexts.length === 0 ? {} : { acrs: [...grant.contexts] }),
    ...groupsOf(tenant, app, user),
  };
}

/** Without the scope not even the object id: who asks for `openid` alone knows the person by `sub` only. */
const profile = (user: DirectoryUser): JWTPayload => ({
  oid: user.id,
  name: user.displayName,
  preferred_username: user.userType === 'Guest' ? (user.mail ?? user.userPrincipalName) : user.userPrincipalName,
});

/** Guests' addresses come by themselves. Never to be relied on: people may change them. */
function emailOf(user: DirectoryUser, asked: boolean): JWTPayload {
  return user.mail === null || (!asked && user.userType !== 'Guest') ? {} : { email: user.mail };
}

/** Too many groups: a pointer instead, to an address that Microsoft has retired, as it still stands in real tokens. */
function groupsOf({ directory, tenantId }: TenantModel, app: AppRegistration, user: DirectoryUser): JWTPayload {
  if (app.groupMembershipClaims === null) return {};
  const groups = [...directory.transitiveGroupIds(user.id)].filter((id) => directory.group(id)?.unified === false);
  if (groups.length === 0) return {};
  if (groups.length <= GROUPS_AT_MOST) return { groups };
  const endpoint = `https://graph.windows.net/${tenantId}/users/${user.id}/getMemberObjects`;
  return { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint } } };
}
