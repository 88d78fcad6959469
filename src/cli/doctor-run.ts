import type { DoctorReport } from '../chat/doctor-report.ts';
import { loadPerimeterConfig } from '../perimeter/load-perimeter-config.ts';
import { examine, type Group } from './doctor/examine.ts';
import { groupOfPerimeter, type PerimeterLook } from './doctor/perimeter-groups.ts';

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
export async function doctor(
  { config: file, perimeter, cloud }: DoctorFiles,
  begin?: (of: string, title: string) => void,
): Promise<DoctorReport> {
  const bot = file === undefined ? undefined : await lookAsBot(file);
  const groups: readonly Group[] = [
    ...(bot?.groups ?? []),
    ...(perimeter === undefined ? [] : [groupOfPerimeter(loadPerimeterConfig(perimeter), { cloud, ...bot?.look })]),
  ];
  return examine(groups, begin);
}

/** Loaded only for a file of the bot's: what the perimeter is installed with holds nothing of chat. */
async function lookAsBot(file: string): Promise<{ readonly groups: readonly Group[]; readonly look: PerimeterLook }> {
  const { readHallpassConfig } = await import('../config/read-hallpass-config.ts');
  const { graphOfBot, groupsOfBot } = await import('./doctor-of-bot.ts');
  const config = readHallpassConfig(file);
  return { groups: groupsOfBot(config), look: { graphFor: (tenantId) => graphOfBot(config, tenantId) } };
}
