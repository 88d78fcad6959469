import { decodeJwt } from 'jose';
import type { TenantModel } from '../tenant/tenant-model.ts';
import { SUBSCRIPTION_ID } from '../tenant/azure-assignments.ts';
import { elsewhere } from '../tenant/place.ts';
import { ARM_RESOURCE, type Tokens } from '../tokens.ts';
import { ArmRefusal } from './arm-error.ts';
import { same } from './rights.ts';

/** Another tenant behind the same address. */
export interface Neighbour {
  readonly tenant: TenantModel;
  readonly tokens: Tokens;
}

const AT_MOST = 3;

/**
 * Of which other tenants the caller has shown tokens, by tenant id. All of them must be good, or nothing is done.
 * Source: https://learn.microsoft.com/azure/azure-resource-manager/management/authenticate-multi-tenant. Which status comes for more than three
 * of them, or for something that is no list, is not written down.
 */
export async function shownTenants(header: string | undefined, neighbours: readonly Neighbour[]): Promise<ReadonlySet<string>> {
  if (header === undefined) return new Set();
  const shown = header.split(',').map((one) => /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(one.trim())?.[1]);
  if (shown.length > AT_MOST || shown.some((one) => one === undefined))
    throw new ArmRefusal(400, 'InvalidAuxiliaryTokens', `The auxiliary header takes up to ${AT_MOST} bearer tokens.`);
  const tenants = new Set<string>();
  for (const token of shown.flatMap((one) => one ?? [])) tenants.add(await tenantOf(token, neighbours));
  return tenants;
}

async function tenantOf(token: string, neighbours: readonly Neighbour[]): Promise<string> {
  const { tid, appid } = claimsOf(token);
  const issuer = neighbours.find(({ tenant }) => tenant.tenantId === tid);
  try {
    if (issuer === undefined) throw new RangeError('no such tenant');
    await issuer.tokens.verify(token, [ARM_RESOURCE]);
    return issuer.tenant.tenantId;
  } catch {
    throw new ArmRefusal(
      401,
      'InvalidAuxiliaryTokens',
      `The auxiliary token of client '${String(appid)}' and tenant '${String(tid)}' is not valid or has expired.`,
    );
  }
}

function claimsOf(token: string): ReturnType<typeof decodeJwt> {
  try {
    return decodeJwt(token);
  } catch {
    throw new ArmRefusal(401, 'InvalidAuxiliaryTokens', 'An auxiliary token is not valid.');
  }
}

/** A resource that a call names besides its own: one of another tenant only with a token of that tenant. */
export function demandLinked(
  {
    tenant,
    neighbours,
    shown,
  }: { readonly tenant: TenantModel; readonly neighbours: readonly Neighbour[]; readonly shown: ReadonlySet<string> },
  action: string,
  scope: string,
  linkedId: string,
): void {
  const subscriptionId = /^\/subscriptions\/([0-9a-f-]{36})\/resourceGroups\/[^/]+\/providers\/./i.exec(linkedId)?.[1];
  if (subscriptionId === undefined)
    throw new ArmRefusal(400, 'LinkedInvalidPropertyId', `The property id '${linkedId.slice(0, 120)}' is invalid.`);
  if (same(subscriptionId, subscriptionOf(tenant))) return;
  const owner = neighbours.find((one) => same(subscriptionId, subscriptionOf(one.tenant)));
  if (owner !== undefined && shown.has(owner.tenant.tenantId)) return;
  throw new ArmRefusal(
    403,
    'LinkedAuthorizationFailed',
    `The client has permission to perform action '${action}' on scope '${scope}', however the current tenant '${tenant.tenantId}' is not authorized to access linked subscription '${subscriptionId}'.`,
  );
}

/** Home has the one that everything is in; the subscriptions of the others are only ever named. */
export const subscriptionOf = ({ tenantId, isHome }: Pick<TenantModel, 'tenantId' | 'isHome'>): string =>
  isHome ? SUBSCRIPTION_ID : elsewhere(tenantId).idOf(SUBSCRIPTION_ID);
