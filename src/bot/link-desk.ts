import type { ChatAccount, WhyUnlinked } from '../../flows/link.ts';
import { AppError, codeOf } from '../access/core/app-error.ts';
import type { Person } from '../access/core/person.ts';
import { refuse, type Refusal, type Verdict } from '../access/core/verdict.ts';
import type { DirectoryOf } from '../access/directory.ts';
import { type ChatAccountFacts, type LinkSettings, mayLink } from '../access/may-link.ts';
import type { Actor } from '../durable/port.ts';
import type { Log } from '../observe/log.ts';
import type { Link, Links } from './links.ts';
import type { LinkedPeople } from './people.ts';

/** Both accounts as their platforms describe them right now, and whether they may be linked. */
export interface LinkSight {
  readonly slack: ChatAccountFacts;
  readonly personName: string;
  readonly verdict: Verdict;
}

export interface LinkDesk {
  /** @throws {AppError} retryable `link.slack-unknown`, `link.directory-unknown`; `link.entra-gone` */
  look(account: ChatAccount, person: Person): Promise<LinkSight>;
  /** Writes down that somebody who signed in to both was refused. */
  refuse(account: ChatAccount, person: Person, attemptId: string, refusal: Refusal): Promise<Refusal>;
  /** Looks once more, and links, once for each `attemptId`; durable when it resolves. @throws {AppError} as `look` */
  link(account: ChatAccount, person: Person, attemptId: string): Promise<Link | Refusal>;
  ofPerson(person: Person): readonly Link[];
  all(): readonly Link[];
  /** What Slack calls this account, where it can say so. */
  nameOf(account: ChatAccount): Promise<string | undefined>;
  /** False when it stood no longer. Whether `actor` may is judged before. */
  unlink(caseId: string, why: WhyUnlinked, actor: Actor): Promise<boolean>;
}

export interface LinkDeskParts {
  readonly links: Links;
  readonly people: Pick<LinkedPeople, 'standing'>;
  readonly settings: LinkSettings;
  readonly directoryOf: DirectoryOf;
  /** @throws {AppError} `chat.*` */
  readonly slackAccount: (userId: string) => Promise<ChatAccountFacts>;
  readonly log: Log;
}

/** What a look-up did not say is refused; it is never taken for a no. */
export function createLinkDesk({ links, people, settings, directoryOf, slackAccount, log }: LinkDeskParts): LinkDesk {
  async function facts(account: ChatAccount, person: Person) {
    const [slack, entra] = await Promise.allSettled([
      slackAccount(account.userId),
      directoryOf(person.tenantId).person(person.objectId),
    ]);
    if (slack.status === 'rejected') throw unknown('link.slack-unknown', 'Slack', slack.reason);
    if (entra.status === 'fulfilled') return { slack: slack.value, entra: entra.value };
    if (codeOf(entra.reason) === 'directory.person-unknown') throw gone(entra.reason);
    throw unknown('link.directory-unknown', 'Microsoft Entra', entra.reason);
  }
  async function look(account: ChatAccount, person: Person) {
    const { slack, entra } = await facts(account, person);
    const judge = () => mayLink(account, slack, person, entra, settings, people.standing(account, person));
    return { slack, personName: entra.displayName, judge };
  }
  return {
    async look(account, person) {
      const { judge, ...seen } = await look(account, person);
      return { ...seen, verdict: judge() };
    },
    refuse: (account, person, attemptId, refusal) => links.refuse({ account, person }, attemptId, refusal),
    async link(account, person, attemptId) {
      const { judge } = await look(account, person);
      const made = await links.begin({ account, person }, attemptId, () => {
        const verdict = judge();
        return verdict.permitted ? undefined : verdict;
      });
      if ('permitted' in made) log.warn({ code: made.code, userId: account.userId, objectId: person.objectId }, 'not linked');
      else log.info({ caseId: made.caseId, userId: account.userId, objectId: person.objectId }, 'linked');
      return made;
    },
    ofPerson: (person) => links.ofPerson(person),
    all: () => links.all(),
    nameOf: async ({ userId }) =>
      slackAccount(userId).then(
        ({ name }) => name,
        () => undefined,
      ),
    async unlink(caseId, why, actor) {
      const ended = await links.end(caseId, why, actor);
      if (ended) log.info({ caseId, why }, 'unlinked');
      return ended;
    },
  };
}

function unknown(code: string, whom: string, cause: unknown): AppError {
  return new AppError(code, `${whom} did not say who this is`, {
    cause,
    hint: `${whom} could not be asked just now about this account, so nothing was linked. Try again in a minute.`,
    retryable: true,
  });
}

function gone(cause: unknown): AppError {
  return new AppError('link.entra-gone', 'the person is not in the directory', {
    cause,
    hint: 'This Microsoft account is no longer in the directory, so nothing was linked.',
  });
}

export const notThere = refuse('link.gone', 'This link does not stand any more.', 'Nothing to do.');
