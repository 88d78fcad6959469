import { transportClock } from '../../access/core/clock.ts';
import type { Person } from '../../access/core/person.ts';
import { BOT_FLOWS } from '../../bot/flows.ts';
import { LINK } from '../../bot/links.ts';
import type { Actor } from '../../durable/port.ts';
import { openStore } from '../../durable/open-store.ts';
import { openRuntime } from '../../durable/runtime.ts';
import { createLog, type Log } from '../../observe/log.ts';
import { openEvidence } from '../open-evidence.ts';
import { storeOfFile, type StoreOfFile } from '../store-of-file.ts';
import { type Found, findPerson } from './find-person.ts';
import { openReading } from './open-reading.ts';
import { personOf, type WhichPerson } from './person-of.ts';

/** What of one store is erased, or would be, and what stays. */
export interface ErasedPerson {
  readonly of: 'bot' | 'perimeter';
  readonly place: string;
  readonly texts: number;
  /** Chat accounts that stand for them, and no longer will. */
  readonly links: number;
  /** In cases that are not over: needed until they are. */
  readonly textsStillNeeded: number;
  /** Records of signatures and read-backs, until `retention.evidenceDays`. */
  readonly evidence: number;
  /** In whose lines of the journal their ids stand. */
  readonly cases: number;
}

/**
 * Erases what somebody wrote and what is about them, and unlinks their chat accounts; without `really` it only counts. Ids in the journal and
 * evidence stay. The processes must be stopped to erase. Repeating it finds nothing more to do.
 * @throws {AppError} `usage.*`, `config.*`, `store.locked` while a process runs, `store.*`
 */
export async function erasePerson(which: WhichPerson, really: boolean): Promise<readonly ErasedPerson[]> {
  const person = personOf(which);
  const files = [...(which.config === undefined ? [] : [which.config]), ...(which.perimeter ?? [])];
  const done: ErasedPerson[] = [];
  for (const file of files) done.push(await inStore(storeOfFile(file), person, really));
  return done;
}

async function inStore(store: StoreOfFile, person: Person, really: boolean): Promise<ErasedPerson> {
  const log = createLog(store.service, 'warn');
  const reading = await openReading(store.setting, log);
  const found = await findPerson(reading, person);
  await reading.close();
  const links = found.filter(({ record }) => record.flow === LINK && record.status === 'active' && record.state === 'linked');
  const over = found.filter(({ isOpen, texts }) => !isOpen && texts.length > 0);
  if (really) await erase(store, over, links, log);
  const texts = (cases: readonly Found[]) => cases.reduce((sum, each) => sum + each.texts.length, 0);
  return {
    of: store.service,
    place: reading.place,
    texts: texts(over),
    links: links.length,
    textsStillNeeded: texts(found.filter(({ isOpen }) => isOpen)),
    evidence: store.service === 'bot' ? 0 : await evidenceOf(store, found, log),
    cases: found.length,
  };
}

async function erase({ setting }: StoreOfFile, over: readonly Found[], links: readonly Found[], log: Log): Promise<void> {
  const store = await openStore(setting, { log });
  try {
    for (const { record, texts } of over) {
      const digests = texts.map(({ digest }) => digest);
      await store.eraseTexts(record.caseId, digests);
    }
    if (links.length === 0) return;
    // Nothing is run here: whoever stood behind the account is told at the next start of the bot.
    const runtime = await openRuntime({ flows: BOT_FLOWS, store, clock: transportClock, log });
    for (const { record } of links) await runtime.send(record.caseId, { type: 'unlinked', why: 'operator' }, OPERATOR);
  } finally {
    await store.close();
  }
}

async function evidenceOf({ setting }: StoreOfFile, found: readonly Found[], log: Log): Promise<number> {
  const { evidence, close } = await openEvidence(setting, log);
  try {
    let count = 0;
    for (const { record } of found) count += await evidence.count(record.caseId);
    return count;
  } finally {
    await close();
  }
}

const OPERATOR: Actor = { kind: 'system', name: 'operator' };
