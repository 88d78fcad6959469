import { askAbout } from '../access/directory.ts';
import { mayDecide, selfApproval } from '../access/may-decide.ts';
import { signUrlOf } from './request-facts.ts';
import { JUSTIFICATION_MAX_CHARS } from '../access/core/perimeter-api.ts';
import { samePerson, type Person } from '../access/core/person.ts';
import { refuse, type Refusal } from '../access/core/verdict.ts';
import { accessCase, tenantOf, type AccessCase } from './access-case.ts';
import { done, refused, unknownCase } from './answers.ts';
import { belongsTo } from './channel-audience.ts';
import { cleanText } from './clean-text.ts';
import type { Answer } from './desk.ts';
import type { DeskDeps } from './desk-deps.ts';
import { noLonger } from './link-account.ts';
import { ago, named } from './projections/words.ts';
import type { ChatActor, PostedMessage } from './surface.ts';

export interface DecideInput {
  readonly actor: ChatActor;
  readonly caseId: string;
  readonly decision: 'approve' | 'deny';
  readonly note: string | undefined;
  readonly message: PostedMessage | undefined;
}

/**
 * Takes one decision. Who may decide is read at this moment; of two decisions that both may, the first to be committed counts
 * and the other person is told whose that was.
 */
export async function decide(deps: DeskDeps, { actor, caseId, decision, note, message }: DecideInput): Promise<Answer> {
  const known = deps.people.personsOf(actor);
  if ('refusal' in known) return refused(known.refusal);
  const request = accessCase(deps.runtime.read(caseId));
  if (!request) return refused(unknownCase);
  const who = deps.people.personOf(actor, tenantOf(request));
  if ('refusal' in who) return refused(who.refusal);
  const { request: asked } = request.context;
  const rule = deps.settings.get(asked.entitlementId);
  if (message && rule && belongsTo(deps.config, rule.approversChannel, message)) deps.cards.adopt(caseId, message);
  if (request.status !== 'pending') return refused(await whatHappened(deps, request, who.person));
  if (decision === 'approve' && hasApproved(request, who.person)) return refused(yoursCounts);
  if (decision === 'approve' && request.context.waitsFor?.assurance === 'signed') return refused(mustBeSigned(deps, request));
  const others = await alsoBehind(deps, actor, who.person);
  if (others.some((one) => samePerson(one, asked.requester) || samePerson(one, asked.principal))) return refused(selfApproval);
  if (decision === 'approve' && others.some((one) => hasApproved(request, one))) return refused(yoursCounts);
  const text = note === undefined ? '' : cleanText(note);
  const problem = noteProblem(decision, text);
  if (problem) return refused(problem);
  const { account, groups } = await askAbout(
    deps.directoryOf(who.person.tenantId),
    who.person.objectId,
    rule?.approvers.groups ?? [],
  );
  const verdict = mayDecide(asked, who.person, rule, account, groups);
  if (!verdict.permitted) {
    deps.log.warn({ caseId, code: verdict.code, approver: who.person.objectId }, 'a decision was refused');
    return refused(verdict);
  }
  const event = {
    type: 'decided',
    decision,
    approver: who.person,
    ...(text === '' ? {} : { note: await deps.runtime.putText(caseId, text) }),
  };
  const changed = noLonger(deps, actor, who.person);
  if (changed) return refused(changed);
  const outcome = await deps.runtime.send(caseId, event, { kind: 'person', person: who.person });
  const after = accessCase(outcome.view) ?? request;
  if (!outcome.changed && outcome.kind !== 'committed') return refused(await whatHappened(deps, after, who.person));
  return done(
    decision === 'approve' ? 'Your approval counts. Access is being given.' : 'Your denial counts. The requester is told.',
  );
}

/** A chat account that was linked to one person, and now is to another: one human has both. */
async function alsoBehind({ links }: DeskDeps, { platform, workspaceId, userId }: ChatActor, person: Person) {
  if (platform !== 'slack') return [];
  return (await links.everOf({ platform, workspaceId, userId })).filter((one) => !samePerson(one, person));
}

function hasApproved({ context: { approvals, earlierDecisions, decision } }: AccessCase, person: Person): boolean {
  const said = [...approvals, ...earlierDecisions, ...(decision ? [decision] : [])];
  return said.some(({ approver }) => samePerson(approver, person));
}

const yoursCounts = refuse(
  'decision.yours-counts',
  'Your approval counts already.',
  'It waits for somebody else; nothing to do.',
);

/** Also for a card of before: nobody's click in chat is a signature. */
function mustBeSigned({ approveUrlOf }: DeskDeps, request: AccessCase): Refusal {
  const approveUrl = approveUrlOf(tenantOf(request));
  const where = approveUrl === undefined ? 'the perimeter’s own page' : signUrlOf(approveUrl, request.caseId);
  return refuse(
    'decision.must-be-signed',
    'This is approved by signing, not by a click here.',
    `Review and sign it on ${where}.`,
  );
}

function noteProblem(decision: 'approve' | 'deny', note: string): Refusal | undefined {
  if (decision === 'deny' && note === '')
    return refuse('note.missing', 'A denial needs a note.', 'Say in a sentence why, so that the requester knows what to do.');
  if (note.length > JUSTIFICATION_MAX_CHARS)
    return refuse(
      'note.too-long',
      `The note has ${note.length} characters; ${JUSTIFICATION_MAX_CHARS} are the most.`,
      'Shorten it.',
    );
  return undefined;
}

/** Why there is nothing to decide: for the loser of a race and for whoever presses a stale card. */
async function whatHappened(deps: DeskDeps, request: AccessCase, reader: Person): Promise<Refusal> {
  const { decision, ending, endedHow } = request.context;
  if (decision) {
    const people = await deps.names.known([decision.approver]);
    const name = samePerson(decision.approver, reader) ? 'You' : named(people, decision.approver).name;
    const verb = decision.decision === 'approve' ? 'approved' : 'denied';
    return refuse('request.decided', `${name} ${verb} this ${ago(decision.decidedAt, deps.clock.now())}.`, 'Nothing to do.');
  }
  if (request.status === 'registering')
    return refuse('request.not-ready', 'This request is still being registered.', 'Try again in a moment.');
  if (ending === 'withdraw' || endedHow === 'withdrawn')
    return refuse('request.over', 'The requester has withdrawn this request.', 'Nothing to do.');
  if (request.status === 'refused') return refuse('request.over', 'The perimeter refused this request.', 'Nothing to do.');
  return refuse('request.over', 'Nobody decided in time, and the request has lapsed.', 'The requester can ask again.');
}
