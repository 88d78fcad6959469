import type { ChatAccount, WhyUnlinked } from '../../flows/link.ts';
import { type Person, samePerson } from '../access/core/person.ts';
import { refuse, type Refusal } from '../access/core/verdict.ts';
import type { Actor } from '../durable/port.ts';
import { done, refused } from './answers.ts';
import type { Answer } from './desk.ts';
import type { DeskDeps } from './desk-deps.ts';
import { named } from './projections/words.ts';
import type { ChatActor } from './surface.ts';

/** What the desk needs of the links; they are made in the console, where both accounts sign in. */
export interface ChatLinks {
  ofAccount(account: ChatAccount): readonly { readonly caseId: string; readonly person: Person }[];
  /** Whoever it ever stood for. @throws {AppError} retryable `store.indexing`, `store.unavailable` */
  everOf(account: ChatAccount): Promise<readonly Person[]>;
  end(caseId: string, why: WhyUnlinked, actor: Actor): Promise<boolean>;
}

type Deps = Pick<DeskDeps, 'links' | 'people' | 'names'>;

/** Why this account is not this person any more: it may be unlinked while something is looked up. Asked last, before what they do counts. */
export function noLonger({ people }: Pick<DeskDeps, 'people'>, actor: ChatActor, person: Person): Refusal | undefined {
  const who = people.personOf(actor, person.tenantId);
  if ('refusal' in who) return who.refusal;
  return samePerson(who.person, person)
    ? undefined
    : refuse('link.changed', 'This account was linked to somebody else just now.', 'Nothing was changed. Try again.');
}

export async function linked(
  deps: Deps,
  actor: ChatActor,
): Promise<{ readonly sentence: string } | { readonly refusal: Refusal }> {
  const persons = linksOf(deps, actor).map(({ person }) => person);
  if (persons.length === 0) return { refusal: nothingToUnlink(deps, actor) };
  const known = await deps.names.known(persons);
  const names = persons.map((person) => named(known, person).name).join(' and ');
  return {
    sentence: `This Slack account is linked to ${names} in Microsoft Entra. Unlinked, it is nobody to Hallpass until you link it again. Requests stay open, and what was given ends when it was going to.`,
  };
}

export async function unlink(deps: Deps, actor: ChatActor): Promise<Answer> {
  const links = linksOf(deps, actor);
  const ended = await Promise.all(
    links.map(({ caseId, person }) => deps.links.end(caseId, 'person', { kind: 'person', person })),
  );
  if (!ended.includes(true)) return refused(nothingToUnlink(deps, actor));
  return done('Unlinked. Type /access to link this account again.');
}

function linksOf({ links }: Deps, { platform, workspaceId, userId }: ChatActor) {
  return platform === 'slack' ? links.ofAccount({ platform, workspaceId, userId }) : [];
}

function nothingToUnlink({ people }: Deps, actor: ChatActor): Refusal {
  if (actor.platform === 'teams')
    return refuse('link.none', 'There is nothing to unlink: Teams itself says who you are.', 'Nothing to do.');
  if ('persons' in people.personsOf(actor))
    return refuse(
      'link.configured',
      'The configuration of Hallpass says which Microsoft account is yours.',
      'Whoever runs Hallpass can take that line out of "people".',
    );
  return refuse('link.none', 'This account is not linked.', 'Type /access to link it.');
}
