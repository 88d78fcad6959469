import type { DirectoryOf, DirectoryPerson } from '../access/directory.ts';
import { AppError, codeOf } from '../access/core/app-error.ts';
import { personKey, type Person } from '../access/core/person.ts';
import type { Audience } from '../access/audience.ts';
import type { Log } from '../observe/log.ts';
import type { KnownPeople } from './projections/words.ts';

/** For display only. Who may decide is never read from here. */
const REMEMBER_MS = 5 * 60_000;
const MOST_ENTRIES = 5_000;
const PATIENT_TRIES = 3;

export interface Names {
  /**
   * Whoever the directory cannot tell about now is absent from the answer. `patiently` asks again a few times: for cards, which
   * stand for long; never while somebody waits for an answer to a click.
   */
  known(people: readonly Person[], patiently?: boolean): Promise<KnownPeople>;
  /** Object ids of everybody an audience of a tenant names, groups resolved; undefined when a group could not be read. */
  everybodyIn(tenantId: string, audience: Audience): Promise<ReadonlySet<string> | undefined>;
}

export function createNames({ directoryOf, log }: { readonly directoryOf: DirectoryOf; readonly log: Log }): Names {
  const person = remembering((tenantId, objectId) => directoryOf(tenantId).person(objectId));
  const members = remembering((tenantId, groupId) => directoryOf(tenantId).members(groupId));
  return {
    async known(people, patiently = false) {
      const found = new Map<string, DirectoryPerson>();
      await Promise.all(
        people.map(async (one) => {
          try {
            found.set(personKey(one), await trying(patiently ? PATIENT_TRIES : 1, () => person(one.tenantId, one.objectId)));
          } catch (error) {
            log.warn({ code: codeOf(error), objectId: one.objectId }, 'a name could not be looked up');
          }
        }),
      );
      return found;
    },
    async everybodyIn(tenantId, audience) {
      try {
        const groups = await Promise.all(audience.groups.map((groupId) => members(tenantId, groupId)));
        return new Set([...audience.people.map(({ objectId }) => objectId), ...groups.flat()].map((id) => id.toLowerCase()));
      } catch (error) {
        log.warn({ code: codeOf(error) }, 'the members of an approver group could not be read');
        return undefined;
      }
    },
  };
}

async function trying<T>(tries: number, ask: () => Promise<T>): Promise<T> {
  for (let left = tries; ; left--) {
    try {
      return await ask();
    } catch (error) {
      if (left <= 1 || !(error instanceof AppError) || !error.retryable) throw error;
    }
  }
}

/** Remembers answers for a while, never failures, and asks once for those who ask at the same time. */
function remembering<T>(ask: (tenantId: string, id: string) => Promise<T>): (tenantId: string, id: string) => Promise<T> {
  const entries = new Map<string, { readonly answer: Promise<T>; readonly untilMs: number }>();
  return (tenantId, id) => {
    const key = `${tenantId}/${id}`.toLowerCase();
    const entry = entries.get(key);
    if (entry && entry.untilMs > performance.now()) return entry.answer;
    if (entries.size >= MOST_ENTRIES) entries.clear();
    const answer = ask(tenantId.toLowerCase(), id.toLowerCase());
    entries.set(key, { answer, untilMs: performance.now() + REMEMBER_MS });
    answer.catch(() => entries.delete(key));
    return answer;
  };
}
