import type { StoreSetting } from '../config/parts.ts';
import { openStore } from '../durable/open-store.ts';
import { type CaseRecord, isOpen } from '../durable/store.ts';
import { readStanding } from '../durable/stores/lowdb/read-standing.ts';
import type { Log } from '../observe/log.ts';

/** Every open case of a store. One in a folder is read while its process runs; one in a database only while it does not. @throws {AppError} `store.*` */
export async function openCasesIn(setting: StoreSetting, log: Log): Promise<readonly CaseRecord[]> {
  if ('folder' in setting) return [...(await readStanding(setting.folder)).cases.values()].filter(isOpen);
  const store = await openStore(setting, { log });
  const cases = [...store.cases.values()].filter(isOpen);
  await store.close();
  return cases;
}
