import { AppError } from '../access/core/app-error.ts';
import type { EndReason, GrantDecision, RegisterGrant } from '../access/core/perimeter-api.ts';
import { countedApprovals, currentStage } from '../access/core/approvals.ts';
import { personKey, samePerson } from '../access/core/person.ts';
import type { Target } from '../access/core/target.ts';
import { permit, type Refusal, refuse, type Verdict } from '../access/core/verdict.ts';
import type { Actor, CaseView, Runtime } from '../durable/port.ts';
import { createSerial } from '../durable/serial.ts';
import type { GrantDecisionRecord, GrantOpening, Registration } from '../../flows/grant.ts';
import { storeFull } from './commands/answers.ts';
import { contextOf, GRANT_FLOW, holdingOf, stateNameOf } from './grant-flow.ts';
import { needsOf, settingOf } from './guardrails.ts';
import type { BudgetBook } from './guardrails/budget-book.ts';
import type { Judge, Waiting } from './guardrails/judge.ts';
import { mayOneMoreWait } from './guardrails/too-many-wait.ts';
import { type PerimeterConfig, targetOf } from './perimeter-config.ts';
import { sweptEnd } from './swept.ts';

/**
 * The three things that the bot may say about a grant. Each answers with the grant as it stands; what becomes of it, the feed tells.
 * Right after a start each may throw `store.indexing` (retryable): whether a grant is over or unknown cannot be told yet.
 */
export interface Registrar {
  /**
   * Records the request, refused or not. Repeating it with the same content changes nothing.
   * @throws {AppError} `grant.conflict`, `store.full`, retryable `directory.*` (nothing was recorded)
   */
  register(request: RegisterGrant): Promise<CaseView>;
  /** A decision counts once, and only while the grant waits for one. @throws {AppError} `grant.unknown`, `decision.conflict`, `store.full` */
  decide(grantId: string, decision: GrantDecision): Promise<CaseView>;
  /** Ends it in whatever state it is. Before its registration: leaves a tombstone, so that the registration finds it ended. */
  end(grantId: string, reason: EndReason): Promise<CaseView>;
  /** Undefined: it was never registered here. */
  find(grantId: string): Promise<CaseView | undefined>;
}

export interface RegistrarParts {
  readonly config: PerimeterConfig;
  readonly runtime: Runtime;
  readonly judge: Judge;
  readonly budgets: BudgetBook;
}

/** Well below the bot's own patience with an answer, and below the grace of a shutdown. */
const INDEX_PATIENCE_MS = 2_000;
const BOT: Actor = { kind: 'system', name: 'bot' };

export function createRegistrar({ config, runtime, judge, budgets }: RegistrarParts): Registrar {
  /** Who decides second is judged by what the first decided. */
  const deciding = createSerial();
  const ending = createSerial();
  /** Of a stuck grant, the line by which it did not hear its end: until something else happens to it, it would not hear the next either. */
  const unheard = new Map<string, number>();
  let last: Promise<unknown> = Promise.resolve();
  /** Two registrations for the same holding must not both find it free: judging and recording happen one at a time. */
  function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  }

  async function openingOf(registration: Registration, azureScope: string | undefined, verdict: Verdict): Promise<GrantOpening> {
    const setting = settingOf(config, registration.entitlementId);
    const target = setting && targetOf(setting, azureScope);
    const refused = (refusal: Refusal): GrantOpening => ({
      kind: 'refused',
      registration,
      refusal: { code: refusal.code, hint: `${refusal.reason} ${refusal.hint}` },
    });
    if (!verdict.permitted) return refused(verdict);
    if (setting === undefined || target === undefined) return refused(SCOPE);
    const room = await budgets.mayRegister(setting, registration, target);
    // After the last wait: nothing comes between this look and the recording but a write of our own.
    if (isLive(registration, target)) return refused(ALREADY);
    const waits = mayOneMoreWait(runtime, registration.principal);
    if (!waits.permitted) return refused(waits);
    return room.permitted ? { kind: 'open', registration, target, needs: needsOf(setting, registration) } : refused(room);
  }

  function isLive({ principal }: Registration, target: Target): boolean {
    const holding = holdingOf(personKey(principal), target);
    for (const view of runtime.open(GRANT_FLOW))
      if (view.columns['holding'] === holding && sweptEnd(view) === undefined) return true;
    return false;
  }

  async function register(request: RegisterGrant): Promise<CaseView> {
    const known = await find(request.requestId);
    if (known !== undefined) return sameAgain(known, request);
    if (runtime.degraded) throw storeFull();
    const verdict = await judge.mayRegister(request);
    return oneAtATime(async () => {
      const { requestId, requester, principal, entitlementId, durationMinutes, approvalWindowMinutes, breakGlass } = request;
      const justification = await runtime.putText(requestId, request.justification);
      const registration = {
        requestId,
        requester,
        principal,
        entitlementId,
        durationMinutes,
        justification,
        approvalWindowMinutes,
        breakGlass,
      };
      const outcome = await runtime.begin(
        GRANT_FLOW,
        requestId,
        { opening: await openingOf(registration, request.azureScope, verdict) },
        BOT,
      );
      return outcome.kind === 'repeated' ? sameAgain(outcome.view, request) : outcome.view;
    });
  }

  function sameAgain(view: CaseView, request: RegisterGrant): CaseView {
    const { opening } = contextOf(view);
    if (opening.kind === 'tombstone' || opening.kind === 'adopted' || opening.kind === 'over') return view;
    const { registration } = opening;
    const text = runtime.text(view.caseId, registration.justification);
    const same =
      samePerson(registration.requester, request.requester) &&
      samePerson(registration.principal, request.principal) &&
      registration.entitlementId === request.entitlementId &&
      registration.durationMinutes === request.durationMinutes &&
      registration.approvalWindowMinutes === request.approvalWindowMinutes &&
      registration.breakGlass === request.breakGlass &&
      sameScope(opening, request.azureScope) &&
      // An erased text can no longer be compared; the rest still is.
      (text === undefined || text === request.justification);
    if (same) return view;
    throw new AppError('grant.conflict', `${view.caseId} is registered with other content`, {
      hint: 'A request is immutable: make a new one.',
    });
  }

  async function decide(grantId: string, said: GrantDecision): Promise<CaseView> {
    const view = await find(grantId);
    if (view === undefined) throw new AppError('grant.unknown', `no grant ${grantId}`, { hint: 'Register the request first.' });
    const { opening, decisions } = contextOf(view);
    const stage = opening.kind === 'open' ? (currentStage(opening.needs, decisions) ?? 0) : 0;
    const decision: GrantDecisionRecord = { ...said, assurance: 'chat', stage };
    const earlier = decisions.find(({ decisionId }) => decisionId === said.decisionId);
    if (earlier !== undefined && !sameDecision(earlier, decision))
      throw new AppError('decision.conflict', `${said.decisionId} is known with other content`, {
        hint: 'A decision is immutable.',
      });
    if (earlier !== undefined || opening.kind !== 'open' || stateNameOf(view.state) !== 'registered') return view;
    const counted = countedApprovals(decisions).some(({ approver }) => samePerson(approver, said.approver));
    if (said.decision === 'approve' && counted) return view;
    if (runtime.degraded && said.decision === 'approve') throw storeFull();
    const verdict = await judgeChat({ opening, decisions }, said);
    const event = verdict.permitted
      ? { type: 'decided', decision }
      : { type: 'decisionRefused', refusal: { code: verdict.code, hint: `${verdict.reason} ${verdict.hint}` } };
    return (await runtime.send(grantId, event, { kind: 'person', person: said.approver })).view;
  }

  /** By the bot's word alone: enough to deny, since it can end the request as well, and to approve where the guardrails say `chat`. */
  async function judgeChat(grant: Waiting, { decision, approver }: GrantDecision): Promise<Verdict> {
    const { opening } = grant;
    if (decision === 'deny') return permit;
    if (opening.needs.assurance === 'chat') return judge.mayDecide(grant, approver, decision);
    throw new AppError('approval.must-be-signed', 'an approval by the bot for what has to be signed', {
      hint: `This is approved by a signature, here: ${config.approve?.publicUrl ?? ''}/approve/${opening.registration.requestId}`,
    });
  }

  async function end(grantId: string, reason: EndReason): Promise<CaseView> {
    const known = await find(grantId);
    if (known === undefined) {
      const opening: GrantOpening = { kind: 'tombstone', reason };
      const outcome = await runtime.begin(GRANT_FLOW, grantId, { opening }, BOT);
      if (outcome.kind !== 'repeated') return outcome.view;
    }
    const view = known ?? runtime.read(grantId);
    // Asked again and again it would only fill the disk.
    const isEnding = view?.status === 'done' || stateNameOf(view?.state) === 'taking';
    if (view !== undefined && (isEnding || unheard.get(grantId) === view.seq)) return view;
    const told = await runtime.send(grantId, { type: 'endRequested', reason }, BOT);
    if (told.view.status === 'poisoned') unheard.set(grantId, told.view.seq);
    return told.view;
  }

  /** "Not there" is told to nobody while the ledger is still being read: the bot would take it for a refusal. */
  async function find(grantId: string): Promise<CaseView | undefined> {
    const view = await runtime.find(grantId, AbortSignal.timeout(INDEX_PATIENCE_MS));
    if (view === undefined || view.flow === GRANT_FLOW) return view;
    // The id of a freeze, or of a doubt: nothing that a bot may name as a request.
    throw new AppError('grant.conflict', `${grantId} is no grant`, { hint: 'Make a new request: this id is taken.' });
  }

  return {
    register,
    decide: (grantId, said) => deciding.run(grantId, () => decide(grantId, said)),
    end: (grantId, reason) => ending.run(grantId, () => end(grantId, reason)),
    find,
  };
}

const SCOPE = refuse(
  'guardrail.scope',
  'The guardrails do not give it there.',
  'Ask for a scope that perimeter.yaml allows for this entitlement.',
);

const ALREADY = refuse(
  'grant.already-live',
  'You have a request or access for this already.',
  'Withdraw it or give it back first, or wait until it ends.',
);

/** A scope is kept as what it led to: of what was refused, nothing is left to compare. */
function sameScope(opening: GrantOpening, named: string | undefined): boolean {
  if (opening.kind !== 'open' || named === undefined) return true;
  return opening.target.kind === 'azureRole' && opening.target.scope.toLowerCase() === named.toLowerCase();
}

function sameDecision(a: GrantDecisionRecord, b: GrantDecisionRecord): boolean {
  return a.decision === b.decision && a.decidedAt === b.decidedAt && samePerson(a.approver, b.approver);
}
