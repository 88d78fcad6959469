import { samePerson } from '../access/core/person.ts';
import { refuse } from '../access/core/verdict.ts';
import { accessCase, tenantOf, type AccessCase } from './access-case.ts';
import { done, refused, unknownCase } from './answers.ts';
import type { Answer } from './desk.ts';
import type { DeskDeps } from './desk-deps.ts';
import type { ChatActor } from './surface.ts';

/** Access may arrive between reading and sending, and then once more: the third look always finds a settled state. */
const MOST_LOOKS = 3;

/**
 * The requester does not want it any more: withdraws before it is given, gives back after. One verb for both buttons, since a
 * card may be older than the state: whichever was pressed, the wish is the same.
 */
export async function giveUp(deps: DeskDeps, actor: ChatActor, caseId: string): Promise<Answer> {
  const known = deps.people.personsOf(actor);
  if ('refusal' in known) return refused(known.refusal);
  for (let look = 0; look < MOST_LOOKS; look++) {
    const request = accessCase(deps.runtime.read(caseId));
    if (!request) return refused(unknownCase);
    const who = deps.people.personOf(actor, tenantOf(request));
    if ('refusal' in who) return refused(who.refusal);
    if (!samePerson(request.context.request.requester, who.person)) return refused(notYours);
    const type = eventFor(request);
    if (type === undefined) return refused(nothingToGiveUp(request));
    const outcome = await deps.runtime.send(caseId, { type }, { kind: 'person', person: who.person });
    if (outcome.changed)
      return done(type === 'released' ? 'Given back. The access is being taken away.' : 'Withdrawn. Nothing will be given.');
  }
  return refused(refuse('request.busy', 'This request was changing just now.', 'Try again in a moment.'));
}

function eventFor({ status }: AccessCase): 'withdrawn' | 'released' | undefined {
  if (status === 'active') return 'released';
  return status === 'registering' || status === 'pending' || status === 'giving' ? 'withdrawn' : undefined;
}

const notYours = refuse('request.not-yours', 'Only the requester can do this.', 'Nothing was changed.');

function nothingToGiveUp({ status }: AccessCase) {
  if (status === 'ending') return refuse('request.ending', 'It is being taken away already.', 'Nothing to do.');
  if (status === 'denying') return refuse('request.decided', 'This request was denied.', 'Nothing to do.');
  return refuse('request.over', 'This request is over.', 'Nothing to do.');
}
