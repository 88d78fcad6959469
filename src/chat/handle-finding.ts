import type { FindingContext } from '../../flows/finding.ts';
import { directoryUnknown } from '../access/directory-unknown.ts';
import { askAbout } from '../access/directory.ts';
import { instantOf } from '../access/core/clock.ts';
import { refuse } from '../access/core/verdict.ts';
import type { EventInput } from '../durable/port.ts';
import { done, refused, unknownCase } from './answers.ts';
import { belongsTo } from './channel-audience.ts';
import type { Answer } from './desk.ts';
import type { DeskDeps } from './desk-deps.ts';
import { onlyInSecurityChannel } from './show-details.ts';
import type { ChatActor, PostedMessage } from './surface.ts';
import type { Person } from '../access/core/person.ts';

const DAY_MS = 86_400_000;
export const FINDING = 'finding';
const disabled = refuse('account-disabled', 'Your account is disabled in Microsoft Entra.', 'Ask your administrator.');

/**
 * Acknowledge and snooze: for every person we know, whose account is enabled now, who presses in the security channel. Whom that channel lets in is the
 * organization's own list of who watches; the platform vouches for the channel, configuration for which one it is.
 */
export function acknowledge(
  deps: DeskDeps,
  actor: ChatActor,
  caseId: string,
  message: PostedMessage | undefined,
): Promise<Answer> {
  return handle(deps, actor, caseId, message, (by) => ({
    event: { type: 'acknowledged', by },
    sentence: 'Acknowledged. It speaks up again only if it gets worse.',
  }));
}

export function snooze(deps: DeskDeps, actor: ChatActor, caseId: string, message: PostedMessage | undefined): Promise<Answer> {
  const days = deps.config.security.snoozeDays;
  return handle(deps, actor, caseId, message, (by) => ({
    event: { type: 'snoozed', by, untilAt: instantOf(deps.clock.now() + days * DAY_MS) },
    sentence: `Snoozed for ${days === 1 ? 'one day' : `${days} days`}.`,
  }));
}

async function handle(
  deps: DeskDeps,
  actor: ChatActor,
  caseId: string,
  message: PostedMessage | undefined,
  by: (person: Person) => { readonly event: EventInput; readonly sentence: string },
): Promise<Answer> {
  const who = deps.people.personsOf(actor);
  if ('refusal' in who) return refused(who.refusal);
  if (!message || !belongsTo(deps.config, deps.config.security.channel, message)) return refused(onlyInSecurityChannel);
  const view = deps.runtime.read(caseId);
  if (view?.flow !== FINDING) return refused(unknownCase);
  deps.cards.adopt(caseId, message);
  if (view.status === 'done')
    return refused(refuse('finding.resolved', 'This is gone already: the finding has resolved itself.', 'Nothing to do.'));
  // Whoever may read that channel may handle what stands there, of whichever tenant: they are named by the account that is nearest.
  const tenantId = (view.context as FindingContext).seen.tenantId;
  const person = who.persons.find((one) => one.tenantId.toLowerCase() === tenantId) ?? who.persons[0];
  if (!person) return refused(unknownCase);
  const { account } = await askAbout(deps.directoryOf(person.tenantId), person.objectId, []);
  if (account.status === 'unknown') return refused(directoryUnknown(account.code));
  if (!account.enabled) return refused(disabled);
  const { event, sentence } = by(person);
  const outcome = await deps.runtime.send(caseId, event, { kind: 'person', person });
  // Acknowledging twice changes nothing and is no failure.
  return outcome.kind === 'ignored' ? refused(unknownCase) : done(sentence);
}
