import { currentStage } from '../access/core/approvals.ts';
import { type Clock, instantOf } from '../access/core/clock.ts';
import { type Person, samePerson } from '../access/core/person.ts';
import { nonceOf, requestDigestOf, type Statement } from '../access/core/statement.ts';
import { permit, refuse, type Verdict } from '../access/core/verdict.ts';
import type { CaseView, EventInput, Runtime } from '../durable/port.ts';
import { createSerial } from '../durable/serial.ts';
import type { GrantDecisionRecord } from '../../flows/grant.ts';
import { storeFull } from './commands/answers.ts';
import { registeredRequestOf } from './evidence/evidence-digest.ts';
import type { SignedAct } from './evidence/evidence-record.ts';
import type { EvidenceStore } from './evidence/evidence-store.ts';
import { contextOf, GRANT_FLOW, stateNameOf } from './grant-flow.ts';
import type { Judge, Waiting } from './guardrails/judge.ts';

export interface SignedActParts {
  readonly runtime: Runtime;
  readonly judge: Pick<Judge, 'mayDecide' | 'maySign'>;
  readonly evidence: EvidenceStore;
  readonly guardrailsDigest: string;
  readonly clock: Clock;
}

/**
 * Records what somebody signed about a grant: the one door through which a `signed` decision enters the ledger. The token must have been
 * verified. Everything else is judged here, at this moment: that the grant still waits for just this, that this person may, and that it was
 * not recorded before. Evidence is durable before the line that names it.
 * @throws {AppError} `store.full`, retryable `directory.*`, `evidence.unavailable`, `store.indexing`
 */
export type RecordSignedAct = (act: SignedAct) => Promise<Verdict>;

const PATIENCE_MS = 2_000;

export function createRecordSignedAct({ runtime, judge, evidence, guardrailsDigest, clock }: SignedActParts): RecordSignedAct {
  const serial = createSerial();

  async function record(act: SignedAct): Promise<Verdict> {
    const { statement, signer } = act;
    const { requestId } = statement;
    const nonce = nonceOf(statement);
    const view = await findGrant(runtime, requestId);
    if (view === undefined) return CLOSED;
    // Before all else: also of what was recorded by a ledger that was set back, and whatever became of it.
    if (contextOf(view).decisions.some(({ decisionId }) => decisionId === nonce) || (await isKept(requestId, nonce)))
      return REPLAYED;
    const grant = waitingOf(view);
    if (grant === undefined) return CLOSED;
    const terms = termsOf(view, grant);
    if (statement.requestDigest !== terms.requestDigest || statement.notAfter !== terms.notAfter) return OTHER_REQUEST;
    if (statement.guardrailsDigest !== guardrailsDigest) return CHANGED;
    if (clock.now() >= Date.parse(terms.notAfter)) return TOO_LATE;
    const verdict = await judged(statement, grant, signer);
    if (!verdict.permitted) return verdict;
    if (runtime.degraded && statement.decision !== 'deny') throw storeFull();
    const { digest } = await evidence.put(requestId, act);
    const event = eventOf(act, nonce, digest, instantOf(clock.now()));
    const outcome = await runtime.send(requestId, event, { kind: 'person', person: signer });
    return outcome.kind === 'committed' ? permit : CLOSED;
  }

  async function judged({ purpose, decision, stage }: Statement, grant: Waiting, signer: Person): Promise<Verdict> {
    if (purpose === 'request') return grant.signature === undefined ? judge.maySign(grant, signer) : ALREADY;
    if (purpose !== 'decide') return OTHER_REQUEST;
    if (hasDecided(grant, signer)) return ALREADY;
    if (decision === 'approve' && currentStage(grant.opening.needs, grant.decisions) !== stage) return OTHER_STAGE;
    return judge.mayDecide(grant, signer, decision);
  }

  async function isKept(requestId: string, nonce: string): Promise<boolean> {
    const kept = await evidence.list(requestId);
    return kept.some((each) => each.record.kind === 'signed' && nonceOf(each.record.statement) === nonce);
  }
  return (act) => serial.run(act.statement.requestId, () => record(act));
}

function eventOf({ statement, signer }: SignedAct, nonce: string, evidenceDigest: string, at: string): EventInput {
  const { notAfter, stage } = statement;
  if (statement.purpose !== 'decide') return { type: 'requestSigned', signature: { signedAt: at, evidenceDigest, notAfter } };
  const decision: GrantDecisionRecord = {
    decisionId: nonce,
    decision: statement.decision,
    approver: signer,
    assurance: 'signed',
    decidedAt: at,
    stage,
    evidenceDigest,
    notAfter,
  };
  return { type: 'decided', decision };
}

/** Undefined also for the id of something else in the ledger. @throws retryable `store.indexing` */
export async function findGrant(runtime: Runtime, id: string): Promise<CaseView | undefined> {
  const view = await runtime.find(id, AbortSignal.timeout(PATIENCE_MS));
  return view?.flow === GRANT_FLOW ? view : undefined;
}

/** A grant that waits for signatures or decisions; undefined once it does not, and for what never did. */
export function waitingOf(view: CaseView): Waiting | undefined {
  const { opening, ...context } = contextOf(view);
  return opening.kind === 'open' && stateNameOf(view.state) === 'registered' ? { ...context, opening } : undefined;
}

export function hasDecided({ decisions }: Pick<Waiting, 'decisions'>, person: Person): boolean {
  return decisions.some(({ approver }) => samePerson(approver, person));
}

/** What is signed of a grant as it stands. A signature holds as long as the request may wait. */
export function termsOf(
  view: CaseView,
  { opening, decisions }: Waiting,
): Pick<Statement, 'requestId' | 'requestDigest' | 'stage' | 'notAfter'> {
  const context = contextOf(view);
  const request = registeredRequestOf(context);
  if (request === undefined) throw new RangeError(`${view.caseId} is no request`);
  return {
    requestId: view.caseId,
    requestDigest: requestDigestOf(request),
    stage: currentStage(opening.needs, decisions) ?? 0,
    notAfter: instantOf(Date.parse(context.registeredAt) + opening.registration.approvalWindowMinutes * 60_000),
  };
}

const CLOSED = refuse('approval.closed', 'The request no longer waits for anybody.', 'There is nothing to do.');
const REPLAYED = refuse('approval.replayed', 'This signature was given before, and counts once.', 'There is nothing to do.');
const OTHER_REQUEST = refuse(
  'approval.other-request',
  'What was signed is not this request.',
  'Open the request again, and look at it once more.',
);
const OTHER_STAGE = refuse(
  'approval.other-stage',
  'The request waits for another round of approvals by now.',
  'Open it again, and look at it once more.',
);
const CHANGED = refuse(
  'approval.guardrails-changed',
  'The guardrails changed after you looked at the request.',
  'Open it again, and look at it once more.',
);
const TOO_LATE = refuse('approval.too-late', 'The time to decide is over.', 'Whoever needs the access can ask again.');
const ALREADY = refuse('approval.already-signed', 'You have signed this already.', 'There is nothing to do.');
