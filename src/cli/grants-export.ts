import type { AccessRequestContext } from '../../flows/access-request.ts';
import { transportClock, instantOf } from '../access/core/clock.ts';
import { sameTenant } from '../access/core/person.ts';
import { readHallpassConfig } from '../config/read-hallpass-config.ts';
import { tenantNamed } from './tenant-named.ts';
import type { CaseRecord } from '../durable/store.ts';
import { createLog } from '../observe/log.ts';
import type { BotsCopy } from '../perimeter/reconcile/bots-copy.ts';
import { openCasesIn } from './open-cases-in.ts';
import { openWatches } from './open-watch.ts';

/**
 * What may be held by people, as the bot knows it: ids and ends, no words. A store in a folder is read while the bot runs; one in a database
 * only while it does not. `name`: of one tenant, whose perimeter alone it is for; may be left out with one.
 * @throws {AppError} `config.*`, `store.*`, `usage.tenant`
 */
export async function exportGrants(file: string, name?: string): Promise<BotsCopy> {
  const config = readHallpassConfig(file);
  const { store } = config;
  const { tenantId } = tenantNamed(config, name);
  const log = createLog('bot', 'warn');
  const cases = await openCasesIn(store, log);
  const { watches, close } = await openWatches(
    store,
    config.tenants.map((tenant) => tenant.tenantId),
    log,
    { onlyReads: true },
  );
  const ledger = watches.find((one) => one.tenantId === tenantId)?.watch.newest;
  await close();
  return {
    v: 1,
    exportedAt: instantOf(transportClock.now()),
    ...(ledger === undefined ? {} : { ledger }),
    grants: cases.flatMap(grantOf).filter(({ principal }) => sameTenant(principal.tenantId, tenantId)),
  };
}

function grantOf(record: CaseRecord): BotsCopy['grants'] {
  if (record.flow !== 'accessRequest' || record.status !== 'active') return [];
  // The store holds what our own machine returned; its shape is the flow's.
  const { request, endsAt } = record.context as AccessRequestContext;
  if (endsAt === undefined) return [];
  const { id: requestId, requester, principal, entitlementId } = request;
  return [{ requestId, requester, principal, entitlementId, endsAt }];
}
