import type { ArmClient } from '../azure/arm-client.ts';
import { createOwnAzureRecords, listableScope } from '../azure/own-azure-records.ts';
import type { Clock } from '../access/core/clock.ts';
import type { GraphClient } from '../entra/graph-client.ts';
import { createOwnPimRecords } from '../entra/own-pim-records.ts';
import { createOwnPlainRecords } from '../entra/own-plain-records.ts';
import { allRecords, type OwnRecords } from '../perimeter/ledger/own-records.ts';
import { type PerimeterConfig, targetOf } from '../perimeter/perimeter-config.ts';

/** Every place where Microsoft keeps what the guardrails let us give. @param clock domain clock */
export function createOwnRecords(
  { entitlements }: PerimeterConfig,
  graph: GraphClient,
  arm: ArmClient,
  clock: Clock,
): OwnRecords {
  const groupIds = entitlements.flatMap(({ group }) => (group === undefined ? [] : [group.groupId.toLowerCase()]));
  const azure = entitlements.flatMap(({ azureRole }) => (azureRole === undefined ? [] : [azureRole]));
  const patterns = azure.map(({ scope, scopePattern }) => scope ?? scopePattern ?? '');
  const scopes = patterns.flatMap((pattern) => listableScope(pattern)?.toLowerCase() ?? []);
  const targets = entitlements.flatMap((setting) => targetOf(setting) ?? []);
  const roles = entitlements.some(({ directoryRole }) => directoryRole !== undefined);
  return allRecords([
    createOwnPimRecords(graph, { roles, groupIds: [...new Set(groupIds)] }),
    createOwnPlainRecords(graph, targets, clock),
    createOwnAzureRecords(arm, () => graph.whoWeAre(), [...new Set(scopes)]),
  ]);
}
