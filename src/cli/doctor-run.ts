import type { DoctorReport } from '../chat/doctor-report.ts';
import { sameTenant } from '../access/core/person.ts';
import type { HallpassConfig } from '../config/hallpass-config.ts';
import { readHallpassConfig } from '../config/read-hallpass-config.ts';
import { createGraphClient } from '../entra/graph-client.ts';
import { addressesOf } from '../identity/cloud.ts';
import { createCredential } from '../identity/credential.ts';
import { tenantBound } from '../identity/tenant-bound.ts';
import { createLog } from '../observe/log.ts';
import { loadPerimeterConfig } from '../perimeter/load-perimeter-config.ts';
import type { BotTenant } from '../config/bot-tenants.ts';
import { botGroups } from './doctor/bot-groups.ts';
import { seenHeads } from './doctor/bot/seen-heads.ts';
import { examine, type Group } from './doctor/examine.ts';
import { groupOfPerimeter } from './doctor/perimeter-groups.ts';

export interface DoctorFiles {
  /** hallpass.yaml */
  readonly config?: string;
  /** perimeter.yaml */
  readonly perimeter?: string;
  /** That the printed commands of the perimeter are for; default: that of the file. */
  readonly cloud?: string;
}

/**
 * Looks as the identities of the files, beside the processes that run with them. Reads only, but for a file that shows that the store can be
 * written. `begin` is told what is looked at next.
 * @throws {AppError} `config.*`, `usage.cloud`
 */
export function doctor(
  { config: file, perimeter, cloud }: DoctorFiles,
  begin?: (of: string, title: string) => void,
): Promise<DoctorReport> {
  const config = file === undefined ? undefined : readHallpassConfig(file);
  const graphFor = (tenantId: string) => {
    const tenant = config?.tenants.find((one) => sameTenant(one.tenantId, tenantId));
    return tenant === undefined ? undefined : graphOfBot(tenant);
  };
  const groups: readonly Group[] = [
    ...(config === undefined ? [] : groupsOfBot(config)),
    ...(perimeter === undefined ? [] : [groupOfPerimeter(loadPerimeterConfig(perimeter), { cloud, graphFor })]),
  ];
  return examine(groups, begin);
}

const graphOfBot = (tenant: BotTenant) =>
  createGraphClient({
    graphUrl: addressesOf(tenant.cloud).graph,
    credential: tenantBound(createCredential(tenant), tenant.tenantId),
    log: createLog('bot', 'silent'),
  });

const groupsOfBot = (config: HallpassConfig): readonly Group[] => botGroups(config, seenHeads(config.store));

/** The bot's own checks, for the bot itself. */
export const doctorOfBot = (config: HallpassConfig): Promise<DoctorReport> => examine(groupsOfBot(config));
