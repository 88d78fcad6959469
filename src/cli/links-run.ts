import { BOT_FLOWS } from '../bot/flows.ts';
import { createLinks, type Link, LINK, linkOf } from '../bot/links.ts';
import { endLink, isNobody, unlinkThere } from '../bot/link-socket.ts';
import { openDomainClock } from '../config/domain-clock.ts';
import { readHallpassConfig } from '../config/read-hallpass-config.ts';
import { openRuntime } from '../durable/runtime.ts';
import { createLog } from '../observe/log.ts';
import { openCasesIn } from './open-cases-in.ts';

/** A store in a folder is read while the bot runs; one in a database only while it does not. @throws {AppError} `config.*`, `store.*` */
export async function listLinks(file: string): Promise<readonly Link[]> {
  const { store } = readHallpassConfig(file);
  const cases = await openCasesIn(store, createLog('bot', 'warn'));
  return cases.flatMap((record) => (record.flow === LINK && record.status === 'active' ? (linkOf(record) ?? []) : []));
}

/**
 * Ends a link: by the running bot, or in its store where none runs; the person is told by the bot, then or at its next start.
 * @throws {AppError} `config.*`, `store.*`, `control.failed`
 */
export async function unlink(file: string, linkId: string): Promise<boolean> {
  const config = readHallpassConfig(file);
  try {
    if ('folder' in config.store) return await unlinkThere(config.store.folder, linkId);
  } catch (error) {
    if (!isNobody(error)) throw error;
  }
  const clock = openDomainClock(config.domainClock);
  const runtime = await openRuntime({ flows: BOT_FLOWS, store: config.store, clock, log: createLog('bot', 'warn') });
  try {
    return await endLink(createLinks(runtime), linkId);
  } finally {
    await runtime.close();
    clock.close();
  }
}
