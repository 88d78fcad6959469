import type { WhyUnlinked } from '../../flows/link.ts';
import { codeOf } from '../access/core/app-error.ts';
import type { Person } from '../access/core/person.ts';
import type { Directory, DirectoryOf } from '../access/directory.ts';
import type { Log } from '../observe/log.ts';
import type { Links } from './links.ts';

interface Parts {
  readonly links: Links;
  readonly log: Log;
}

/**
 * The same directory; whoever is seen in it disabled or deleted, at whatever look-up, is linked to nothing from then on. A look-up that fails
 * for another reason ends nothing.
 */
export function endingLinks(directory: Directory, tenantId: string, { links, log }: Parts): Directory {
  const end = (objectId: string, why: WhyUnlinked) =>
    void endLinksOf({ tenantId, objectId }, why, links).catch((error: unknown) =>
      log.error({ err: error, objectId, why }, 'a link could not be ended; it is tried again at the next look'),
    );
  return {
    ...directory,
    async person(objectId) {
      try {
        const person = await directory.person(objectId);
        if (!person.enabled) end(objectId, 'disabled');
        return person;
      } catch (error) {
        if (codeOf(error) === 'directory.person-unknown') end(objectId, 'gone');
        throw error;
      }
    },
  };
}

async function endLinksOf(person: Person, why: WhyUnlinked, links: Links): Promise<void> {
  for (const { caseId } of links.ofPerson(person)) await links.end(caseId, why, { kind: 'system', name: 'bot' });
}

/**
 * Looks at everybody who is linked, one after the other, now and again after each pause: an account that is disabled while nobody asks about
 * it loses its links all the same. `directoryOf` gives directories of {@link endingLinks}. Returns how to stop.
 */
export function lookAtLinked({ links, log }: Parts, directoryOf: DirectoryOf, everyMinutes: number): () => Promise<void> {
  const stopping = new AbortController();
  let under = look();
  const timer = setInterval(() => {
    under = under.then(look);
  }, everyMinutes * 60_000);
  timer.unref();
  async function look(): Promise<void> {
    for (const { person } of links.all()) {
      if (stopping.signal.aborted) return;
      await directoryOf(person.tenantId)
        .person(person.objectId)
        .catch((error: unknown) => log.info({ code: codeOf(error), objectId: person.objectId }, 'a linked account was not seen'));
    }
  }
  return async () => {
    stopping.abort();
    clearInterval(timer);
    await under;
  };
}
