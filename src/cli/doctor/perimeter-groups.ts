import type { GraphClient } from '../../entra/graph-client.ts';
import { addressesOf } from '../../identity/cloud.ts';
import type { PerimeterConfig } from '../../perimeter/perimeter-config.ts';
import { type SetupFacts, setupFacts } from '../perimeter-setup-commands.ts';
import { graphPermissionsFor } from '../perimeter-setup-permissions.ts';
import { apiAssignment } from './api-assignment.ts';
import { apiRegistration } from './api-registration.ts';
import { approvalRegistration } from './approval-registration.ts';
import { approvalTrust } from './approval-trust.ts';
import { authenticationContext } from './authentication-context.ts';
import { azureRole, givesAzureRoles } from './azure-role.ts';
import type { Check } from './check.ts';
import { clock } from './clock.ts';
import { type Group, groupOf } from './examine.ts';
import { graphReads } from './graph-reads.ts';
import { graphWrites } from './graph-writes.ts';
import { licences } from './licences.ts';
import { ownCredential } from './own-credential.ts';
import { store, type StoreParts } from './store.ts';
import { openTenantParts, type TenantParts } from './tenant-parts.ts';
import { token } from './token.ts';

/** What is looked at with the perimeter's own file and identity. */
export interface PerimeterParts extends TenantParts, StoreParts {
  readonly config: PerimeterConfig;
  readonly facts: SetupFacts;
}

export interface PerimeterLook {
  /** That the printed commands are for; default: that of the file. */
  readonly cloud?: string | undefined;
  /** Graph as somebody who may read more of this tenant than the perimeter itself; what is its own, it is asked itself. */
  readonly graphFor?: (tenantId: string) => GraphClient | undefined;
}

export const PERIMETER_CHECKS: readonly Check<PerimeterParts>[] = [
  token,
  clock,
  graphReads,
  graphWrites,
  licences,
  ownCredential,
  apiRegistration,
  apiAssignment,
  approvalRegistration,
  approvalTrust,
  azureRole,
  authenticationContext,
  store,
];

/**
 * Looks as the perimeter's own identity. Reads only, but for a file that shows that the store can be written, and gives nothing.
 * @throws {AppError} `usage.cloud`
 */
export function groupOfPerimeter(config: PerimeterConfig, { cloud, graphFor }: PerimeterLook = {}): Group {
  const facts = setupFacts(config, cloud);
  return groupOf(
    `Perimeter in ${config.tenant.tenantId}`,
    () => partsOf(config, facts, graphFor?.(config.tenant.tenantId)),
    PERIMETER_CHECKS,
  );
}

function partsOf(config: PerimeterConfig, facts: SetupFacts, graph: GraphClient | undefined): PerimeterParts {
  const parts = openTenantParts({
    who: 'perimeter',
    audiences: givesAzureRoles(config) ? [new URL(addressesOf(config.tenant.cloud).arm).origin] : [],
    tenant: config.tenant,
    cloud: facts.cloud,
    permissions: graphPermissionsFor(config),
    licensed: licensedBy(config),
    contexts: () => Promise.resolve(contextsOf(config)),
    ...(graph === undefined ? {} : { graph }),
  });
  return { ...parts, config, facts, setting: config.store };
}

/** What is given with an end of Entra's own needs PIM; what asks for a context needs Conditional Access. */
function licensedBy(config: PerimeterConfig): TenantParts['licensed'] {
  return {
    p2: config.entitlements.filter(({ endsOnlyByHallpass }) => !endsOnlyByHallpass).map(({ id }) => id),
    p1: contextsOf(config).map((id) => `the authentication context ${id}`),
  };
}

export function contextsOf({ approve, entitlements }: PerimeterConfig): readonly string[] {
  const ofPage = approve !== undefined && 'authenticationContext' in approve.stepUp ? [approve.stepUp.authenticationContext] : [];
  const ofEntitlements = entitlements.flatMap(({ authenticationContext: id }) => id ?? []);
  return [...new Set([...ofPage, ...ofEntitlements])].toSorted();
}
