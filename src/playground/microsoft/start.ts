import type { JWTPayload } from 'jose';
import { type Clock, transportClock } from '../../access/core/clock.ts';
import type { PublishedCloud } from '../../config/parts.ts';
import { PERIMETER_IDENTITY } from '../cast.ts';
import { createExchangeLog, type ExchangeLog } from '../exchange-log.ts';
import { plainArmError } from './arm/arm-error.ts';
import { makeCertificates } from './certificates.ts';
import { createFaults, type Faults } from './faults.ts';
import { startFarEnd } from './far-end-server.ts';
import { APPLICATION_ROUTES } from './graph/application-routes.ts';
import { DIRECTORY_OBJECT_ROUTES } from './graph/directory-object-routes.ts';
import { DIRECTORY_ROUTES } from './graph/directory-routes.ts';
import { exchangeIds, plainError } from './graph/graph-error.ts';
import { GROUP_PIM_ROUTES } from './graph/group-pim-routes.ts';
import { GROUP_ROUTES } from './graph/group-routes.ts';
import { GROUP_WRITE_ROUTES } from './graph/group-write-routes.ts';
import { IDENTITY_ROUTES } from './graph/identity-routes.ts';
import { ORGANIZATION_ROUTES } from './graph/organization-routes.ts';
import { PIM_ROUTES } from './graph/pim-routes.ts';
import { ROLE_ROUTES } from './graph/role-routes.ts';
import { createLimits, type Limits } from './limits.ts';
import { type ManagedIdentityEndpoint, startManagedIdentity } from './managed-identity.ts';
import { byPath, byToken, createRealms, type Realm } from './realm.ts';
import { createSigningKeys } from './signing-keys.ts';
import { elsewhere, HOME } from './tenant/place.ts';
import type { TenantModel } from './tenant/tenant-model.ts';
import type { Tokens } from './tokens.ts';

export interface MicrosoftOptions {
  /** Domain clock: assignments, secrets and audits follow it. */
  readonly clock: Clock;
  /** Gets ca.pem, server.pem and server.key. */
  readonly folder: string;
  /** Transport clock: tokens, throttling, what was readable when. Default: the machine's. */
  readonly now?: Clock;
  readonly log?: ExchangeLog;
  /** `off` where something else than Microsoft's published limits is measured. */
  readonly limits?: 'real' | 'off';
  /**
   * Where discovery sends people's browsers. `http-loopback` (default): a listener of its own on 127.0.0.1, so that nobody is warned of a
   * certificate. `https`: the sign-in server itself. Or an origin that leads to it, such as `https://login.entra.test`: name its host in
   * `hostNames` as well.
   */
  readonly browserLogin?: 'http-loopback' | 'https' | { readonly origin: string };
  /** Further tenants behind the same addresses, where the same people have other accounts and nothing of ours is registered; SECOND_TENANT_ID, say. */
  readonly otherTenants?: readonly string[];
  /** Whose form of the exchange for managed identities is known here. Default: AzureCloud. */
  readonly like?: PublishedCloud;
  /** Further names in the server certificate, for tests on domains of their own. */
  readonly hostNames?: readonly string[];
  /** Where people come back to after signing in, by client id; {@link MicrosoftFarEnd.setRedirectUris} changes it. */
  readonly redirectUris?: Readonly<Record<string, readonly string[]>>;
}

/** Entra sign-in, Microsoft Graph and Azure Resource Manager on this machine; what is said of one tenant is said of home. */
export interface MicrosoftFarEnd {
  /** `https://localhost:PORT`, without a last slash; likewise the others. */
  readonly loginUrl: string;
  /** Origin of the sign-in pages, as discovery names it. */
  readonly browserLoginUrl: string;
  /** Of ID tokens and of managed identities' tokens for the exchange. */
  readonly issuer: string;
  readonly graphUrl: string;
  readonly armUrl: string;
  readonly caFile: string;
  /** TLS server certificate and key for localhost and 127.0.0.1, for whoever else serves here. */
  readonly certFile: string;
  readonly keyFile: string;
  readonly tenant: TenantModel;
  readonly faults: Faults;
  readonly limits: Limits;
  readonly tokens: Tokens;
  /** Every tenant, home first. */
  readonly realms: readonly [Realm, ...Realm[]];
  readonly exchanges: ExchangeLog;
  /** App Service style: `IDENTITY_ENDPOINT`, and the `IDENTITY_HEADER` that stands for one application's identity. */
  readonly managedIdentity: Omit<ManagedIdentityEndpoint, 'close'>;
  /** `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` of the perimeter's process: it has the user-assigned identity PERIMETER_IDENTITY and no other. */
  readonly identityEndpoint: string;
  readonly identityHeader: string;
  /** Replaces the redirect addresses of an application; they survive a reset of the tenant. */
  readonly setRedirectUris: (clientId: string, uris: readonly string[]) => void;
  /** Claims of a token from here for this audience. @throws {AppError} `token.*` */
  readonly verifyToken: (bearer: string | undefined, audience: string) => Promise<JWTPayload>;
  close(): Promise<void>;
}

const GRAPH_BODY_LIMIT_BYTES = 4 * 1024 * 1024;
const ARM_BODY_LIMIT_BYTES = 4 * 1024 * 1024;
const LOGIN_BODY_LIMIT_BYTES = 64 * 1024;

/** Starts the three servers and the identity endpoint on free ports of the loopback address. */
export async function startMicrosoft(options: MicrosoftOptions): Promise<MicrosoftFarEnd> {
  const now = options.now ?? transportClock;
  const exchanges = options.log ?? createExchangeLog();
  const certificates = await makeCertificates(options.folder, now.now(), options.hostNames ?? []);
  const address = { login: '', graph: '', arm: '', browser: '' };
  const faults = createFaults(() => now.now());
  const limits = createLimits(now);
  limits.on = options.limits !== 'off';
  const common = { tls: certificates, faults, now: () => now.now() };
  const routes = [
    ...DIRECTORY_ROUTES,
    ...GROUP_ROUTES,
    ...GROUP_WRITE_ROUTES,
    ...DIRECTORY_OBJECT_ROUTES,
    ...IDENTITY_ROUTES,
    ...ROLE_ROUTES,
    ...PIM_ROUTES,
    ...GROUP_PIM_ROUTES,
    ...APPLICATION_ROUTES,
    ...ORGANIZATION_ROUTES,
  ];

  const realms = createRealms([HOME, ...(options.otherTenants ?? []).map(elsewhere)], {
    clock: options.clock,
    now,
    cloud: options.like ?? 'AzureCloud',
    keys: await createSigningKeys(now),
    limits,
    routes,
    address,
  });
  const [{ tenant, tokens, login }] = realms;

  const servers = await Promise.all([
    startFarEnd({
      ...common,
      name: 'login',
      bodyLimitBytes: LOGIN_BODY_LIMIT_BYTES,
      handle: (call) => byPath(realms, call).login.handle(call),
      fail: login.fail,
    }),
    startFarEnd({
      ...common,
      name: 'graph',
      bodyLimitBytes: GRAPH_BODY_LIMIT_BYTES,
      handle: (call) => byToken(realms, call).graph(call),
      fail: (status, call) => plainError(status, exchangeIds(call?.headers ?? {}, now.now())),
      record: { log: exchanges, contract: 'graph' },
    }),
    startFarEnd({
      ...common,
      name: 'arm',
      bodyLimitBytes: ARM_BODY_LIMIT_BYTES,
      handle: (call) => byToken(realms, call).arm(call),
      fail: plainArmError,
      record: { log: exchanges, contract: 'arm' },
    }),
    startFarEnd({
      ...common,
      name: 'login',
      tls: undefined,
      bodyLimitBytes: LOGIN_BODY_LIMIT_BYTES,
      handle: (call) => byPath(realms, call).login.handleBrowser(call),
      fail: login.fail,
    }),
  ] as const);
  [address.login, address.graph, address.arm] = [servers[0].url, servers[1].url, servers[2].url];
  const { browserLogin = 'http-loopback' } = options;
  if (typeof browserLogin === 'object') address.browser = browserLogin.origin;
  else address.browser = browserLogin === 'https' ? address.login : servers[3].url;
  // Once more, now that the addresses are known which registrations name.
  for (const realm of realms) realm.tenant.applications.reset();
  for (const [clientId, uris] of Object.entries(options.redirectUris ?? {})) tenant.applications.setRedirectUris(clientId, uris);
  const identity = await startManagedIdentity(
    realms.map((realm) => ({ ...realm, resource: realm.login.resource })),
    now,
  );

  return {
    loginUrl: address.login,
    browserLoginUrl: address.browser,
    issuer: realms[0].issuer,
    graphUrl: address.graph,
    armUrl: address.arm,
    caFile: certificates.caFile,
    certFile: certificates.certFile,
    keyFile: certificates.keyFile,
    tenant,
    faults,
    limits,
    tokens,
    realms,
    exchanges,
    managedIdentity: identity,
    identityEndpoint: identity.endpoint,
    identityHeader: identity.headerOf(PERIMETER_IDENTITY.clientId),
    setRedirectUris: (clientId, uris) => tenant.applications.setRedirectUris(clientId, uris),
    verifyToken: (bearer, audience) => tokens.verify(bearer?.replace(/^Bearer /i, ''), [audience]),
    async close() {
      for (const realm of realms) realm.tenant.close();
      await Promise.all([...servers, identity].map((server) => server.close()));
    },
  };
}
