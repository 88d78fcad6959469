import type { HallpassConfig } from '../config/hallpass-config.ts';
import { readHallpassConfig } from '../config/read-hallpass-config.ts';
import { createGraphClient } from '../entra/graph-client.ts';
import { addressesOf } from '../identity/cloud.ts';
import { createCredential } from '../identity/credential.ts';
import { createLog } from '../observe/log.ts';
import { loadPerimeterConfig } from '../perimeter/load-perimeter-config.ts';
import { openBotTenantParts } from './doctor/bot/bot-tenant-parts.ts';
import { seenHeads } from './doctor/bot/seen-heads.ts';
import { openSlackParts } from './doctor/slack/slack-parts.ts';
import { openTeamsParts } from './doctor/teams/teams-parts.ts';
import { openMicrosoft } from './open-microsoft.ts';
import { SLACK_QUESTIONS, TEAMS_QUESTIONS } from './probe/of-chat.ts';
import { PERIMETER_QUESTIONS } from './probe/of-perimeter.ts';
import { TENANT_QUESTIONS } from './probe/of-tenant.ts';
import { type Asked, askAll } from './probe/question.ts';

export interface ProbeFiles {
  readonly config: string;
  readonly perimeter?: string;
  /** Object id of a group into which our own service principal is put and taken out again. */
  readonly testGroupId?: string;
}

/** Reads only, unless a test group is named. @throws {AppError} `config.*`, `secret.*`, `certificate.*` */
export async function probe({ config: file, perimeter, testGroupId }: ProbeFiles): Promise<readonly Asked[]> {
  const config = readHallpassConfig(file);
  return [...(await ofBot(config)), ...(perimeter === undefined ? [] : await ofPerimeter(perimeter, testGroupId))];
}

async function ofBot(config: HallpassConfig): Promise<readonly Asked[]> {
  const { tenants, slack, teams, store } = config;
  const asked: Asked[] = [];
  for (const tenant of tenants) {
    const parts = openBotTenantParts(config, tenant, seenHeads(store));
    asked.push(...(await askAll(`Tenant ${tenant.name}`, parts, TENANT_QUESTIONS)));
  }
  if (slack) asked.push(...(await askAll('Slack', openSlackParts(config, slack), SLACK_QUESTIONS)));
  const tenantIds = tenants.map(({ tenantId }) => tenantId);
  if (teams) asked.push(...(await askAll('Teams', openTeamsParts(config, { ...teams, tenantIds }), TEAMS_QUESTIONS)));
  return asked;
}

async function ofPerimeter(file: string, testGroupId: string | undefined): Promise<readonly Asked[]> {
  const config = loadPerimeterConfig(file);
  const log = createLog('perimeter', 'silent');
  const microsoft = openMicrosoft(config, log);
  try {
    const graphUrl = addressesOf(config.tenant.cloud).graph;
    const graph = createGraphClient({ graphUrl, credential: createCredential(config.tenant), log });
    return await askAll(
      `Perimeter in ${config.tenant.tenantId}`,
      { graph, records: microsoft.records, testGroupId },
      PERIMETER_QUESTIONS,
    );
  } finally {
    microsoft.close();
  }
}
