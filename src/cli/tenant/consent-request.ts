import { createHash, randomBytes } from 'node:crypto';
import { AppError } from '../../access/core/app-error.ts';
import type { TenantSetting } from '../../config/parts.ts';
import { addressesOf } from '../../identity/cloud.ts';

/** A consent that was asked for and not answered yet. Of the state there is a digest only: whoever reads this cannot answer in its place. */
export interface PendingConsent {
  readonly stateDigest: string;
  /** As it was named: an id or a domain. */
  readonly asked: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly begunAt: string;
}

/** What @azure/identity takes as the name of a tenant, too. Nothing in it means anything in an address. */
const TENANT_NAME = /^[0-9a-zA-Z][0-9a-zA-Z.-]{0,252}$/;
/** They stand for whichever tenant somebody signs in to. */
const ANY_TENANT = ['common', 'organizations', 'consumers'];

/** @throws {AppError} `usage.tenant` */
export function refuseUnlessOneTenant(asked: string): void {
  if (TENANT_NAME.test(asked) && !ANY_TENANT.includes(asked.toLowerCase())) return;
  throw new AppError('usage.tenant', `"${asked.slice(0, 60)}" names no tenant`, {
    hint: 'Name one tenant, by its id or by one of its domains.',
  });
}

/**
 * The address where an administrator of the other tenant consents to our application, with everything that its registration asks for.
 * @throws {AppError} `usage.redirect`
 * @see https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */
export function consentRequest(
  { cloud, clientId }: Pick<TenantSetting, 'cloud' | 'clientId'>,
  asked: string,
  redirectUri: string,
  begunAt: string,
): { readonly url: string; readonly pending: PendingConsent } {
  if (!URL.canParse(redirectUri)) throw new AppError('usage.redirect', 'the redirect address is none');
  const { login, graph } = addressesOf(cloud);
  const state = randomBytes(32).toString('base64url');
  const url = new URL(`${login}/${asked}/v2.0/adminconsent`);
  const scope = `${graph}/.default`;
  for (const [name, value] of Object.entries({ client_id: clientId, scope, redirect_uri: redirectUri, state }))
    url.searchParams.set(name, value);
  return { url: url.href, pending: { stateDigest: digestOf(state), asked, clientId, redirectUri, begunAt } };
}

export const digestOf = (state: string): string => createHash('sha256').update(state).digest('hex');
