import { decodeJwt } from 'jose';
import type { Clock } from '../../access/core/clock.ts';
import type { PublishedCloud } from '../../config/parts.ts';
import { armHandler } from './arm/arm-server.ts';
import type { Answer, Call } from './far-end-server.ts';
import { withBatch } from './graph/batch.ts';
import { graphHandler, type GraphRoute } from './graph/graph-server.ts';
import type { Limits } from './limits.ts';
import { type LoginService, loginService } from './login.ts';
import type { LoginOptions, Registration } from './login/login-options.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { AppRegistration } from './tenant/applications.ts';
import { GRAPH_RESOURCE } from './tenant/app-permissions.ts';
import type { Place } from './tenant/place.ts';
import { createTenant, type TenantModel } from './tenant/tenant-model.ts';
import { ARM_RESOURCE, bearerOf, createTokens, type Tokens } from './tokens.ts';

/** One tenant with its tokens, and what the shared servers answer for it. */
export interface Realm {
  readonly tenant: TenantModel;
  readonly tokens: Tokens;
  /** Of its ID tokens and of its managed identities' tokens for the exchange. */
  readonly issuer: string;
  readonly login: LoginService;
  readonly graph: (call: Call) => Promise<Answer>;
  readonly arm: (call: Call) => Promise<Answer>;
}

export interface RealmOptions {
  readonly clock: Clock;
  readonly now: Clock;
  readonly cloud: PublishedCloud;
  readonly keys: SigningKeys;
  readonly limits: Limits;
  readonly routes: readonly GraphRoute[];
  /** Of the servers; known once they listen. */
  readonly address: { readonly login: string; readonly graph: string; readonly arm: string; readonly browser: string };
}

/** All tenants of the playground, behind the same addresses as Microsoft's are. The first is home. */
export function createRealms(places: readonly [Place, ...Place[]], options: RealmOptions): readonly [Realm, ...Realm[]] {
  const [home, ...others] = places;
  const realms: Realm[] = [];
  const registered = (appId: string): Registration | undefined => {
    for (const { tenant, tokens } of realms) {
      const found = tenant.applications.byAppId(appId);
      if (found?.objectId !== undefined) return { app: found, tokens, tenant };
    }
    return undefined;
  };
  const registrationOf = (app: AppRegistration, { tokens, tenant }: Realm) => registered(app.appId) ?? { app, tokens, tenant };
  const add = (place: Place) => {
    const neighbours = () => realms.filter((one) => one !== realm);
    const realm: Realm = createRealm(
      place,
      options,
      { registered, registrationOf: (app) => registrationOf(app, realm) },
      neighbours,
    );
    realms.push(realm);
    return realm;
  };
  return [add(home), ...others.map(add)];
}

function createRealm(
  place: Place,
  options: RealmOptions,
  registrations: Pick<LoginOptions, 'registered' | 'registrationOf'>,
  neighbours: () => readonly Realm[],
): Realm {
  const { clock, now, cloud, keys, limits, routes, address } = options;
  const issuer = () => `${address.login}/${place.tenantId}/v2.0`;
  const tenant = createTenant(clock, now, issuer, place);
  const tokens = createTokens(tenant, now, issuer, keys);
  const standIns = (): Record<string, string> => ({
    [address.graph]: GRAPH_RESOURCE,
    [`${address.graph}/`]: GRAPH_RESOURCE,
    [address.arm]: ARM_RESOURCE,
    [`${address.arm}/`]: ARM_RESOURCE,
  });
  return {
    tenant,
    tokens,
    get issuer() {
      return issuer();
    },
    login: loginService({
      tenant,
      tokens,
      now,
      cloud,
      ...registrations,
      address: () => address.login,
      browserAddress: () => address.browser,
      standIns,
    }),
    graph: withBatch(graphHandler({ tenant, tokens, limits, now, routes, address: () => address.graph })),
    arm: armHandler({ tenant, tokens, limits, neighbours, address: () => address.arm }),
  };
}

/** The sign-in server tells tenants apart by the first segment of the path. */
export function byPath([home, ...others]: readonly [Realm, ...Realm[]], call: Call): Realm {
  const name = call.url.pathname.split('/')[1]?.toLowerCase();
  return others.find(({ tenant }) => tenant.tenantId === name) ?? home;
}

/** Graph and Azure answer for the tenant that the token is of; that it is, each of them verifies. */
export function byToken([home, ...others]: readonly [Realm, ...Realm[]], call: Call): Realm {
  const tid = tidOf(bearerOf(call.headers));
  return others.find(({ tenant }) => tenant.tenantId === tid) ?? home;
}

function tidOf(token: string | undefined): unknown {
  try {
    return token === undefined ? undefined : decodeJwt(token)['tid'];
  } catch {
    return undefined;
  }
}
