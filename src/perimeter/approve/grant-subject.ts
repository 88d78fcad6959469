import { html } from 'hono/html';
import { currentStage } from '../../access/core/approvals.ts';
import type { Clock } from '../../access/core/clock.ts';
import { type Person, samePerson } from '../../access/core/person.ts';
import type { Refusal } from '../../access/core/verdict.ts';
import type { CaseView, Runtime } from '../../durable/port.ts';
import type { SignedAct } from '../evidence/evidence-record.ts';
import { contextOf } from '../grant-flow.ts';
import { settingOf } from '../guardrails.ts';
import type { Judge, Waiting } from '../guardrails/judge.ts';
import type { Gate } from '../ledger/gate.ts';
import type { PerimeterConfig } from '../perimeter-config.ts';
import type { Registrar } from '../registrar.ts';
import { findGrant, hasDecided, type RecordSignedAct, termsOf, waitingOf } from '../signed-acts.ts';
import { grantFacts, type LookedUp } from './grant-facts.ts';
import { whatBecame } from './grant-outcome.ts';
import type { Names } from './names.ts';
import type { Choice, FindSubject, Offer, Sight, Subject } from './subject.ts';

export interface GrantSubjectParts {
  readonly config: PerimeterConfig;
  readonly runtime: Runtime;
  readonly registrar: Pick<Registrar, 'end'>;
  readonly judge: Pick<Judge, 'mayDecide'>;
  readonly record: RecordSignedAct;
  readonly names: Names;
  readonly clock: Clock;
  /** Why nothing is given at the moment, whoever signs; the gravest reason first. */
  readonly notGiving: Gate['reasons'];
}

const APPROVE: Choice = { label: 'Approve', purpose: 'decide', decision: 'approve' };
const DENY: Choice = { label: 'Deny', purpose: 'decide', decision: 'deny' };
const SIGN: Choice = { label: 'Sign this request', purpose: 'request', decision: 'sign' };

/** A request for access, as approvers and its requester see it. */
export function findGrantSubject(parts: GrantSubjectParts): FindSubject {
  return async (id) => {
    const view = await findGrant(parts.runtime, id);
    return view === undefined ? undefined : subjectOf(view, parts);
  };
}

function subjectOf(view: CaseView, parts: GrantSubjectParts): Subject | undefined {
  const { opening, ...context } = contextOf(view);
  if (opening.kind !== 'open') return undefined;
  const grant: Waiting = { ...context, opening };
  return {
    seenBy: (viewer) => seenBy(viewer, view, grant, parts),
    record: async (act) => parts.record({ ...act, names: await shownNames(act.signer, grant, parts) }),
  };
}

/** Undefined: this person is neither the requester nor an approver, of whatever stage and whenever. */
async function seenBy(viewer: Person, view: CaseView, grant: Waiting, parts: GrantSubjectParts): Promise<Sight | undefined> {
  const isRequester = samePerson(viewer, grant.opening.registration.requester);
  if (!isRequester && !hasDecided(grant, viewer)) {
    const verdict = await parts.judge.mayDecide(grant, viewer, 'deny');
    if (!verdict.permitted) return isAboutApprovers(verdict) ? notYou(verdict) : undefined;
  }
  const [found, became] = await Promise.all([lookedUp(grant, parts), whatBecame(view, grant, viewer, parts)]);
  const { offer, note, code } = await offered(viewer, isRequester, view, parts);
  const facts = await grantFacts({ view, grant, found, viewer, isRequester }, parts);
  const [what, who] = [found.target.name ?? 'something without a name', found.principal.name ?? 'somebody without a name'];
  const question = isRequester ? `Did you ask for ${what}?` : `Give ${what} to ${who}?`;
  return {
    title: offer === undefined ? `${what} for ${who}` : question,
    body: html`<p>${became}</p>${note === undefined ? '' : html`<p><strong>${note}</strong></p>`}${facts}`,
    ...(code === undefined ? {} : { code }),
    ...(offer === undefined ? {} : { offer }),
  };
}

interface Offered {
  readonly offer?: Offer;
  /** Why there is no more to press. */
  readonly note?: string;
  readonly code?: string;
}

async function offered(viewer: Person, isRequester: boolean, view: CaseView, parts: GrantSubjectParts): Promise<Offered> {
  const grant = waitingOf(view);
  if (grant === undefined) return {};
  const [closed] = parts.notGiving();
  const waits = closed === undefined ? {} : { note: closed.sentence };
  // What mends itself within minutes need not keep anybody from signing.
  if (closed?.code === 'perimeter.frozen' || closed?.code === 'ledger.doubtful') return waits;
  const { authenticationContext } = settingOf(parts.config, grant.opening.registration.entitlementId) ?? {};
  const common = {
    terms: termsOf(view, grant),
    ...(authenticationContext === undefined ? {} : { stepUp: { authenticationContext } }),
  };
  if (isRequester) {
    if (!grant.opening.needs.requesterSigns || grant.signature !== undefined) return {};
    const withdraw = { label: 'Withdraw it', run: async () => void (await parts.registrar.end(view.caseId, 'withdraw')) };
    return { ...waits, offer: { ...common, choices: [SIGN], unsigned: withdraw } };
  }
  if (hasDecided(grant, viewer)) return {};
  if (currentStage(grant.opening.needs, grant.decisions) === undefined)
    return { ...waits, offer: { ...common, choices: [DENY] } };
  const verdict = await parts.judge.mayDecide(grant, viewer, 'approve');
  if (verdict.permitted) return { ...waits, offer: { ...common, choices: [APPROVE, DENY] } };
  return {
    offer: { ...common, choices: [DENY] },
    note: `You may deny this, but not approve it now: ${verdict.reason} ${verdict.hint}`,
    code: verdict.code,
  };
}

async function lookedUp({ opening: { registration, target } }: Waiting, { names }: GrantSubjectParts): Promise<LookedUp> {
  const [requester, principal, found] = await Promise.all([
    names.person(registration.requester),
    names.person(registration.principal),
    names.target(target),
  ]);
  return { requester, principal, target: found };
}

/** For the evidence, as the page showed them. */
async function shownNames(signer: Person, grant: Waiting, parts: GrantSubjectParts): Promise<SignedAct['names']> {
  const [{ requester, principal, target }, self] = await Promise.all([lookedUp(grant, parts), parts.names.person(signer)]);
  const shown = ({ name = '' }: { readonly name?: string }) => name.slice(0, 300);
  return {
    signer: shown(self),
    requester: shown(requester),
    principal: shown(principal),
    target: `${shown(target)}, ${target.where}`.slice(0, 1_000),
  };
}

/** They are an approver, and so know that there are requests: what stands against them may be said. */
function isAboutApprovers({ code }: Refusal): boolean {
  return code.startsWith('guardrail.same-person');
}

function notYou({ code, reason, hint }: Refusal): Sight {
  return { title: 'You may not decide this', body: html`<p>${reason} ${hint}</p>`, code };
}
