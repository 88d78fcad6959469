import { createHash } from 'node:crypto';
import type { ChatAccount, LinkContext, WhyUnlinked } from '../../flows/link.ts';
import { type Person, personKey, samePerson } from '../access/core/person.ts';
import { refuse, type Refusal } from '../access/core/verdict.ts';
import type { Actor, CaseView, Runtime } from '../durable/port.ts';
import { createKeyedLock } from './keyed-lock.ts';

export const LINK = 'link';

export interface Link extends LinkContext {
  readonly caseId: string;
}

interface Ends {
  readonly account: ChatAccount;
  readonly person: Person;
}

/** The links that stand, found at once by either end; the cases of flows/link.ts are the truth, this only remembers where they are. */
export interface Links {
  /** At most one a tenant. */
  ofAccount(account: ChatAccount): readonly Link[];
  /** At most one a workspace. */
  ofPerson(person: Person): readonly Link[];
  all(): readonly Link[];
  /** Whoever the account stands for or once stood for. @throws {AppError} retryable `store.indexing`, `store.unavailable` */
  everOf(account: ChatAccount): Promise<readonly Person[]>;
  /**
   * Begins a link once for each `attemptId`. `judge` is asked when nobody else links or unlinks, so that what it saw still holds when the link
   * is durable; what it refuses is written down as refused.
   */
  begin(ends: Ends, attemptId: string, judge: () => Refusal | undefined): Promise<Link | Refusal>;
  /** Writes down that these two, who both signed in, are refused; once for each `attemptId`. */
  refuse(ends: Ends, attemptId: string, refusal: Refusal): Promise<Refusal>;
  /** False when it stood no longer. */
  end(caseId: string, why: WhyUnlinked, actor: Actor): Promise<boolean>;
}

/** Refused attempts are among them, and nobody makes so many. */
const MOST_RECALLED = 10_000;
const RECALL_TIMEOUT_MS = 5_000;

export const accountKey = ({ platform, workspaceId, userId }: ChatAccount): string => `${platform}/${workspaceId}/${userId}`;

/** Undefined for a case of another flow, and for one that was refused or poisoned: what cannot be trusted stands for nobody. */
export function linkOf(view: Pick<CaseView, 'caseId' | 'flow' | 'status' | 'context'> | undefined): Link | undefined {
  if (view?.flow !== LINK || view.status === 'poisoned') return undefined;
  // Our own machine's context, as it was stored.
  const context = view.context as LinkContext;
  return context.refusedWith === undefined ? { caseId: view.caseId, ...context } : undefined;
}

export function createLinks(runtime: Runtime): Links {
  const byAccount = new Map<string, Set<string>>();
  const byPerson = new Map<string, Set<string>>();
  const lock = createKeyedLock();
  const remember = (found: Link) => {
    for (const [index, key] of [
      [byAccount, accountKey(found.account)],
      [byPerson, personKey(found.person)],
    ] as const)
      index.set(key, (index.get(key) ?? new Set()).add(found.caseId));
  };
  const standing = (caseIds: Iterable<string>): readonly Link[] =>
    [...caseIds].flatMap((caseId) => {
      const found = linkOf(runtime.read(caseId));
      return found === undefined || found.unlinkedAt !== undefined ? [] : [found];
    });
  const open = () => [...runtime.open(LINK)].flatMap((view) => linkOf(view) ?? []);
  for (const found of open()) remember(found);
  runtime.onCommit(({ flow, caseId }) => {
    const found = flow === LINK ? linkOf(runtime.read(caseId)) : undefined;
    if (found === undefined) return;
    if (found.unlinkedAt === undefined) return remember(found);
    byAccount.get(accountKey(found.account))?.delete(caseId);
    byPerson.get(personKey(found.person))?.delete(caseId);
  });
  async function refuseFor(ends: Ends, attemptId: string, refusal: Refusal): Promise<Refusal> {
    const input = { ...ends, refusedWith: refusal.code };
    await runtime.begin(LINK, caseIdOf(`refused ${attemptId}`), input, { kind: 'person', person: ends.person });
    return refusal;
  }
  return {
    refuse: refuseFor,
    ofAccount: (account) => standing(byAccount.get(accountKey(account)) ?? []),
    ofPerson: (person) => standing(byPerson.get(personKey(person)) ?? []),
    all: open,
    async everOf(account) {
      const of = { column: 'account', value: accountKey(account) };
      const over = await runtime.recall(LINK, of, MOST_RECALLED, AbortSignal.timeout(RECALL_TIMEOUT_MS));
      const before = over.flatMap((view) => linkOf(view) ?? []);
      return [...before, ...standing(byAccount.get(accountKey(account)) ?? [])].map(({ person }) => person);
    },
    begin: ({ account, person }, attemptId, judge) =>
      lock('links', async () => {
        const caseId = caseIdOf(attemptId);
        const refusal = judge();
        if (refusal !== undefined) return refuseFor({ account, person }, attemptId, refusal);
        const outcome = await runtime.begin(LINK, caseId, { account, person }, { kind: 'person', person });
        const made = linkOf(outcome.view);
        if (outcome.kind === 'repeated' || made === undefined || !samePerson(made.person, person)) return usedAlready;
        remember(made);
        return made;
      }),
    end: (caseId, why, actor) =>
      lock('links', async () => {
        if (linkOf(runtime.read(caseId)) === undefined) return false;
        return (await runtime.send(caseId, { type: 'unlinked', why }, actor)).changed;
      }),
  };
}

/** Nothing can be read back from it, and the same attempt is the same case. */
function caseIdOf(attemptId: string): string {
  return createHash('sha256').update(`link ${attemptId}`).digest('hex').slice(0, 32);
}

const usedAlready = refuse('link.used', 'This page was used already.', 'Open the link in Slack again if you still need it.');
