import { decodeJwt } from 'jose';
import { z } from 'zod';
import { AppError } from '../../access/core/app-error.ts';
import type { TenantSetting } from '../../config/parts.ts';
import { createGraphClient, type GraphClient } from '../../entra/graph-client.ts';
import { createRegistrationReader, type RegistrationReader } from '../../entra/registration-reader.ts';
import { createTenantFactsReader, type TenantFactsReader } from '../../entra/tenant-facts-reader.ts';
import { addressesOf } from '../../identity/cloud.ts';
import { createCredential } from '../../identity/credential.ts';
import { tenantBound } from '../../identity/tenant-bound.ts';
import { createLog } from '../../observe/log.ts';
import { type DeployCloud, grantPermissions } from '../perimeter-setup-commands.ts';
import type { GraphPermissions } from '../perimeter-setup-permissions.ts';

/** One identity of ours in one tenant, and what may be asked with it. Everything only reads. */
export interface TenantParts {
  readonly who: 'bot' | 'perimeter';
  readonly tenant: TenantSetting;
  /** Client id of what holds the permissions; undefined with the host's own identity. */
  readonly identity: string | undefined;
  /** The cloud that printed commands are for; undefined where deploy/ has none. */
  readonly cloud: DeployCloud | undefined;
  /** With our own identity, or with one that may read more. */
  readonly graph: GraphClient;
  readonly registrations: RegistrationReader;
  readonly tenantFacts: TenantFactsReader;
  readonly permissions: GraphPermissions;
  /** What tokens are asked for, beginning with Graph. */
  readonly scopes: readonly string[];
  /** What of the file needs which licence, by name. */
  readonly licensed: { readonly p1: readonly string[]; readonly p2: readonly string[] };
  /** Authentication contexts that signatures ask for. */
  readonly contexts: () => Promise<readonly string[]>;
  /** Whether something here ends by itself in Entra, which takes P2; undefined when nobody can say. */
  readonly endsByItself: () => Promise<boolean | undefined>;
  /** @throws {AppError} `identity.*` */
  readonly token: (scope: string) => Promise<string>;
  /** Application permissions of Graph in a token of our own. @throws {AppError} `identity.*` */
  readonly ownPermissions: () => Promise<readonly string[]>;
  /** How far this machine's clock is ahead of Graph's, in milliseconds; negative: behind. @throws {AppError} */
  readonly clockAheadMs: () => Promise<number>;
}

export type TenantFacts = Pick<TenantParts, 'who' | 'tenant' | 'cloud' | 'permissions' | 'licensed' | 'contexts'> &
  Partial<Pick<TenantParts, 'endsByItself' | 'graph'>> & {
    /** Of what else our identity works with. */
    readonly audiences: readonly string[];
  };

const rolesSchema = z.object({ roles: z.array(z.string()).default([]) });

/** @throws {AppError} `secret.*`, `certificate.*` */
export function openTenantParts(facts: TenantFacts): TenantParts {
  const { tenant } = facts;
  const credential = tenantBound(createCredential(tenant), tenant.tenantId);
  const { graph: graphUrl } = addressesOf(tenant.cloud);
  let ahead: number | undefined;
  const own = createGraphClient({
    graphUrl,
    credential,
    log: createLog(facts.who, 'silent'),
    onDate: (dateMs, sentAtMs, receivedAtMs) => (ahead = aheadMs(dateMs, sentAtMs, receivedAtMs)),
  });
  const graph = facts.graph ?? own;
  const token = async (scope: string): Promise<string> => {
    const answer = await credential.getToken(scope);
    if (answer === null) throw new AppError('identity.unavailable', 'Entra answered without a token', { retryable: true });
    return answer.token;
  };
  return {
    endsByItself: () => Promise.resolve(undefined),
    ...facts,
    identity: 'managedIdentity' in tenant.credential ? tenant.credential.managedIdentity.clientId : tenant.clientId,
    graph,
    scopes: [own.origin, ...facts.audiences].map((audience) => `${audience}/.default`),
    registrations: createRegistrationReader(graph),
    tenantFacts: createTenantFactsReader(graph),
    token,
    async ownPermissions() {
      const claims = rolesSchema.safeParse(decodeJwt(await token(`${own.origin}/.default`))).data;
      if (claims !== undefined) return claims.roles;
      throw new AppError('identity.unreadable', 'our own token does not say what it may', {
        hint: 'Our own token cannot be read.',
      });
    },
    async clockAheadMs() {
      // A refusal carries the time as well.
      const failure = await createRegistrationReader(own)
        .enterpriseApplication(tenant.clientId)
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      if (ahead !== undefined) return ahead;
      throw (
        failure ?? new AppError('directory.rejected', 'Graph answered without a Date', { hint: 'Graph did not say its time.' })
      );
    },
  };
}

/** `Date` has whole seconds: what lies within the second, or within the time the call took, is no difference. */
export function aheadMs(dateMs: number, sentAtMs: number, receivedAtMs: number): number {
  if (sentAtMs > dateMs + 1000) return sentAtMs - (dateMs + 1000);
  return receivedAtMs < dateMs ? receivedAtMs - dateMs : 0;
}

/** What grants these to our identity in Graph. */
export function grantStep({ cloud, tenant, identity, who }: TenantParts, names: readonly string[]): string {
  return cloud === undefined
    ? `Portal: Entra admin center > Enterprise applications > ${identity ?? `the identity of the ${who}`} > Permissions: grant ${names.join(', ')} for Microsoft Graph.`
    : grantPermissions({ cloud, tenantId: tenant.tenantId, identity }, names);
}
