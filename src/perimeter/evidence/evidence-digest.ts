import type { GrantContext, GrantDecisionRecord, GrantOpening } from '../../../flows/grant.ts';
import { digestOf } from '../../access/core/canonical.ts';
import { type RegisteredRequest, requestDigestOf } from '../../access/core/statement.ts';
import type { ChatDecision } from './evidence-record.ts';

/** What of a grant the evidence rests on: as the flow has it, or as a stranger's file says. */
interface Rested extends Pick<GrantContext, 'registeredAt'> {
  readonly opening: Pick<Open, 'kind' | 'registration' | 'target'> | { readonly kind: Exclude<GrantOpening['kind'], 'open'> };
  readonly decisions: readonly Decided[];
  readonly signature?: { readonly evidenceDigest: string };
}
type Open = Extract<GrantOpening, { readonly kind: 'open' }>;
type Decided = Pick<GrantDecisionRecord, 'decisionId' | 'decision' | 'stage' | 'approver' | 'decidedAt' | 'evidenceDigest'>;

/** What people sign of a grant; undefined for one that was refused at the door, never asked for, or found again after a loss. */
export function registeredRequestOf({
  opening,
  registeredAt,
}: Pick<Rested, 'opening' | 'registeredAt'>): RegisteredRequest | undefined {
  if (opening.kind !== 'open') return undefined;
  return { v: 1, ...opening.registration, target: opening.target, registeredAt };
}

/** What is kept of a click in chat: all of it stands in the journal, so that the record can be made again at any time. */
export function chatRecordOf(request: RegisteredRequest, decision: Decided): ChatDecision {
  return {
    v: 1,
    kind: 'chat',
    assurance: 'chat',
    requestId: request.requestId,
    requestDigest: requestDigestOf(request),
    decisionId: decision.decisionId,
    decision: decision.decision,
    stage: decision.stage,
    approver: decision.approver,
    decidedAt: decision.decidedAt,
  };
}

/** base64url(SHA-256(JCS({v, requestDigest, decisions}))): what is written into Microsoft's records. `decisions`: of records, as counted. */
export function evidenceDigestOf(of: { readonly requestDigest: string; readonly decisions: readonly string[] }): string {
  return digestOf({ v: 1, requestDigest: of.requestDigest, decisions: of.decisions });
}

/** The digest that a grant is given on: the requester's signature, where there is one, and the approvals, in the order of the ledger. */
export function evidenceDigestFor(context: Rested): string | undefined {
  const request = registeredRequestOf(context);
  if (request === undefined) return undefined;
  const approvals = context.decisions
    .filter(({ decision }) => decision === 'approve')
    .map((decision) => decision.evidenceDigest ?? digestOf(chatRecordOf(request, decision)));
  const signature = context.signature === undefined ? [] : [context.signature.evidenceDigest];
  return evidenceDigestOf({ requestDigest: requestDigestOf(request), decisions: [...signature, ...approvals] });
}
