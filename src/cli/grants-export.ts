import type { AccessRequestContext } from '../../flows/access-request.ts';
import { transportClock, instantOf } from '../access/core/clock.ts';
import { hallpassConfigSchema } from '../config/hallpass-config.ts';
import { hallpassRules } from '../config/hallpass-rules.ts';
import type { StoreSetting } from '../config/parts.ts';
import { readConfig } from '../config/read-config.ts';
import { openStore } from '../durable/open-store.ts';
import { type CaseRecord, isOpen } from '../durable/store.ts';
import { readStanding } from '../durable/stores/lowdb/read-standing.ts';
import { createLog, type Log } from '../observe/log.ts';
import type { BotsCopy } from '../perimeter/reconcile/bots-copy.ts';
import { openWatch } from './open-watch.ts';

/**
 * What may be held by people, as the bot knows it: ids and ends, no words. A store in a folder is read while the bot runs; one in a database
 * only while it does not. @throws {AppError} `config.*`, `store.*`
 */
export async function exportGrants(file: string): Promise<BotsCopy> {
  const { store } = readConfig(file, hallpassConfigSchema, hallpassRules);
  const log = createLog('bot', 'warn');
  const cases = await casesOf(store, log);
  const { watch, closeWatch } = await openWatch(store, log);
  const ledger = watch.newest;
  await closeWatch();
  return {
    v: 1,
    exportedAt: instantOf(transportClock.now()),
    ...(ledger === undefined ? {} : { ledger }),
    grants: cases.flatMap(grantOf),
  };
}

async function casesOf(setting: StoreSetting, log: Log): Promise<readonly CaseRecord[]> {
  if ('folder' in setting) return [...(await readStanding(setting.folder)).cases.values()];
  const store = await openStore(setting, { log });
  const cases = [...store.cases.values()];
  await store.close();
  return cases;
}

function grantOf(record: CaseRecord): BotsCopy['grants'] {
  if (record.flow !== 'accessRequest' || record.status !== 'active' || !isOpen(record)) return [];
  // The store holds what our own machine returned; its shape is the flow's.
  const { request, endsAt } = record.context as AccessRequestContext;
  if (endsAt === undefined) return [];
  const { id: requestId, requester, principal, entitlementId } = request;
  return [{ requestId, requester, principal, entitlementId, endsAt }];
}
