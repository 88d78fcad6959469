import { AppError } from '../access/core/app-error.ts';
import type { EndReason, GrantDecision, RegisterGrant } from '../access/core/perimeter-api.ts';
import { currentStage } from '../access/core/approvals.ts';
import { personKey, samePerson } from '../access/core/person.ts';
import type { Target } from '../access/core/target.ts';
import { refuse, type Verdict } from '../access/core/verdict.ts';
import type { Actor, CaseView, Runtime } from '../durable/port.ts';
import type { MembershipReader } from '../entra/membership-reader.ts';
import type { GrantDecisionRecord, GrantOpening, Registration } from '../../flows/grant.ts';
import { storeFull } from './commands/answers.ts';
import { contextOf, GRANT_FLOW, holdingOf, stateNameOf } from './grant-flow.ts';
import { groupsAskedFor, mayDecide, mayReceive, mayRegister, needsOf } from './guardrails.ts';
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
  readonly people: MembershipReader;
}

/** Well below the bot's own patience with an answer, and below the grace of a shutdown. */
const INDEX_PATIENCE_MS = 2_000;
const BOT: Actor = { kind: 'system', name: 'bot' };

export function createRegistrar({ config, runtime, people }: RegistrarParts): Registrar {
  let last: Promise<unknown> = Promise.resolve();
  /** Two registrations for the same holding must not both find it free: judging and recording happen one at a time. */
  function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  }

  async function judge(request: RegisterGrant): Promise<Verdict> {
    const verdict = mayRegister(request, config);
    const setting = config.entitlements.find(({ id }) => id === request.entitlementId);
    if (!verdict.permitted || setting === undefined) return verdict;
    return mayReceive(setting, request.principal, await people.factsOf(request.principal.objectId, groupsAskedFor(setting)));
  }

  function openingOf(registration: Registration, azureScope: string | undefined, verdict: Verdict): GrantOpening {
    const setting = config.entitlements.find(({ id }) => id === registration.entitlementId);
    const target = setting && targetOf(setting, azureScope);
    const judged = verdict.permitted && target !== undefined && isLive(registration, target) ? ALREADY : verdict;
    if (judged.permitted && setting !== undefined && target !== undefined)
      return { kind: 'open', registration, target, needs: needsOf(setting, registration) };
    const refusal = judged.permitted ? SCOPE : judged;
    return { kind: 'refused', registration, refusal: { code: refusal.code, hint: `${refusal.reason} ${refusal.hint}` } };
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
    const verdict = await judge(request);
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
      const outcome = await runtime.begin(GRANT_FLOW, requestId, { opening: openingOf(registration, request.azureScope, verdict) }, BOT);
      return outcome.kind === 'repeated' ? sameAgain(outcome.view, request) : outcome.view;
    });
  }

  function sameAgain(view: CaseView, request: RegisterGrant): CaseView {
    const { opening } = contextOf(view);
    if (opening.kind === 'tombstone' || opening.kind === 'adopted') return view;
    const { registration } = opening;
    const text = runtime.text(view.caseId, registration.justification);
    const same =
      samePerson(registration.requester, request.requester) &&
      samePerson(registration.principal, request.principal) &&
      registration.entitlementId === request.entitlementId &&
      registration.durationMinutes === request.durationMinutes &&
      registration.approvalWindowMinutes === request.approvalWindowMinutes &&
      registration.breakGlass === request.breakGlass &&
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
    if (runtime.degraded && said.decision === 'approve') throw storeFull();
    const verdict = mayDecide(said.approver, opening.registration.requester, opening.registration.principal, config);
    const event = verdict.permitted
      ? { type: 'decided', decision }
      : { type: 'decisionRefused', refusal: { code: verdict.code, hint: `${verdict.reason} ${verdict.hint}` } };
    return (await runtime.send(grantId, event, { kind: 'person', person: said.approver })).view;
  }

  async function end(grantId: string, reason: EndReason): Promise<CaseView> {
    const known = await find(grantId);
    if (known === undefined) {
      const opening: GrantOpening = { kind: 'tombstone', reason };
      const outcome = await runtime.begin(GRANT_FLOW, grantId, { opening }, BOT);
      if (outcome.kind !== 'repeated') return outcome.view;
    }
    const view = known ?? runtime.read(grantId);
    if (view !== undefined && view.status === 'done') return view;
    return (await runtime.send(grantId, { type: 'endRequested', reason }, BOT)).view;
  }

  /** "Not there" is told to nobody while the ledger is still being read: the bot would take it for a refusal. */
  function find(grantId: string): Promise<CaseView | undefined> {
    return runtime.find(grantId, AbortSignal.timeout(INDEX_PATIENCE_MS));
  }

  return { register, decide, end, find };
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

function sameDecision(a: GrantDecisionRecord, b: GrantDecisionRecord): boolean {
  return a.decision === b.decision && a.decidedAt === b.decidedAt && samePerson(a.approver, b.approver);
}
