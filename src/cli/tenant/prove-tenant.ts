import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { AppError } from '../../access/core/app-error.ts';
import type { TenantSetting } from '../../config/parts.ts';
import { addressesOf } from '../../identity/cloud.ts';
import { createCredential } from '../../identity/credential.ts';
import { tenantBound } from '../../identity/tenant-bound.ts';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const metadataSchema = z.object({ issuer: z.string() });
const claimsSchema = z.object({
  appid: z.string().optional(),
  azp: z.string().optional(),
  roles: z.array(z.string()).default([]),
});
const LOGIN_TIMEOUT_MS = 10_000;
/** A consent takes a while until every server of the sign-in knows of it. */
const TRIES = 6;
const WAIT_MS = 5_000;

/** The id of a tenant that was named by a domain, as its sign-in says it. @throws {AppError} `consent.no-such-tenant`, retryable `identity.unavailable` */
export async function tenantIdOf(asked: string, { cloud }: Pick<TenantSetting, 'cloud'>): Promise<string> {
  if (GUID.test(asked)) return asked.toLowerCase();
  const address = `${addressesOf(cloud).login}/${asked}/v2.0/.well-known/openid-configuration`;
  const response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(LOGIN_TIMEOUT_MS) }).catch(
    (cause: unknown) => {
      throw new AppError('identity.unavailable', 'the sign-in does not say which tenant that is', { cause, retryable: true });
    },
  );
  const metadata = metadataSchema.safeParse(await response.json().catch(() => undefined));
  const id = metadata.success ? /\/([0-9a-f-]{36})\/v2\.0$/i.exec(metadata.data.issuer)?.[1] : undefined;
  if (response.ok && id !== undefined && GUID.test(id)) return id.toLowerCase();
  throw new AppError('consent.no-such-tenant', `there is no tenant ${asked} in this cloud`, {
    hint: 'Check the domain, and that the tenant is of the same cloud as the app registration.',
  });
}

/**
 * Proves that our application is known in the tenant, by a token of it: that alone says where, and what was granted.
 * @returns the application permissions of Microsoft Graph that stand in the token
 * @throws {AppError} `identity.*`, `identity.other-tenant`, `identity.other-app`
 */
export async function proveTenant(setting: TenantSetting, waitMs: number = WAIT_MS): Promise<readonly string[]> {
  const { tenantId, clientId, cloud } = setting;
  const scope = `${addressesOf(cloud).graph}/.default`;
  const credential = tenantBound(createCredential(setting), tenantId);
  for (let tries = 1; ; tries++) {
    try {
      const answer = await credential.getToken(scope);
      if (answer === null) throw new AppError('identity.unavailable', 'no token', { retryable: true });
      const { appid, azp, roles } = claimsSchema.parse(decodeJwt(answer.token));
      if ((appid ?? azp)?.toLowerCase() === clientId.toLowerCase()) return roles;
      throw new AppError('identity.other-app', `the token is of application ${appid ?? azp ?? '(none)'}, and not of ${clientId}`);
    } catch (error) {
      const isFinal = error instanceof AppError && ['identity.other-tenant', 'identity.other-app'].includes(error.code);
      if (isFinal || tries >= TRIES) throw error;
      await sleep(waitMs);
    }
  }
}
