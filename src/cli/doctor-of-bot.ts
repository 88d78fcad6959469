import { sameTenant } from '../access/core/person.ts';
import type { DoctorReport } from '../chat/doctor-report.ts';
import type { HallpassConfig } from '../config/hallpass-config.ts';
import { createGraphClient, type GraphClient } from '../entra/graph-client.ts';
import { addressesOf } from '../identity/cloud.ts';
import { createCredential } from '../identity/credential.ts';
import { tenantBound } from '../identity/tenant-bound.ts';
import { createLog } from '../observe/log.ts';
import { botGroups } from './doctor/bot-groups.ts';
import { seenHeads } from './doctor/bot/seen-heads.ts';
import { examine, type Group } from './doctor/examine.ts';

/** What hallpass.yaml gives to look at. */
export const groupsOfBot = (config: HallpassConfig): readonly Group[] => botGroups(config, seenHeads(config.store));

/** The bot's own checks, for the bot itself. */
export const doctorOfBot = (config: HallpassConfig): Promise<DoctorReport> => examine(groupsOfBot(config));

/** Graph as the bot's identity in one of its tenants; undefined for a tenant that is not its own. */
export function graphOfBot({ tenants }: HallpassConfig, tenantId: string): GraphClient | undefined {
  const tenant = tenants.find((one) => sameTenant(one.tenantId, tenantId));
  if (tenant === undefined) return undefined;
  return createGraphClient({
    graphUrl: addressesOf(tenant.cloud).graph,
    credential: tenantBound(createCredential(tenant), tenant.tenantId),
    log: createLog('bot', 'silent'),
  });
}
