import type { Assignment, GrantDecisionRecord, GrantOpening } from '../../../../flows/grant.ts';
import { digestOf } from '../../../../src/access/core/canonical.ts';
import type { RegisteredRequest } from '../../../../src/access/core/statement.ts';
import { applyLine } from '../../../../src/durable/apply-line.ts';
import { planBegin, planEvents } from '../../../../src/durable/drafts.ts';
import { digestOf as headOf, encodeLine, type Place, parseLine, START } from '../../../../src/durable/line-bytes.ts';
import type { Actor } from '../../../../src/durable/port.ts';
import { saltText, type SaltedText } from '../../../../src/durable/salted-text.ts';
import { firstStep } from '../../../../src/durable/step.ts';
import type { CaseRecord, LineDraft } from '../../../../src/durable/store.ts';
import type { SignedAct } from '../../../../src/perimeter/evidence/evidence-record.ts';
import { exportEvidence, type ExportParts } from '../../../../src/perimeter/evidence/export.ts';
import { grantFlow } from '../../../../src/perimeter/grant-flow.ts';
import { CLIENT, ISSUER, KEYS_URL, ORIGIN, request, TENANT } from './signing.ts';

const BOT: Actor = { kind: 'system', name: 'bot' };
const COMMAND: Actor = { kind: 'system', name: 'command' };
export const justification: SaltedText = saltText('The mail flow is down');
/** As it is registered here: with a justification that lies beside. */
export const asked: RegisteredRequest = { ...request, justification: { textDigest: justification.digest } };

type Needs = Extract<GrantOpening, { kind: 'open' }>['needs'];
export const oneSignature: Needs = { stages: [1], assurance: 'signed', requesterSigns: false };

/** A journal in memory, written as the runtime writes it, with a line of somebody else's request after each of ours. */
export function newLedger() {
  let place: Place = START;
  let record: CaseRecord | undefined;
  const lines: string[] = [];
  function append(draft: LineDraft): string {
    const { text, seq } = encodeLine(draft, place, 1, place.seq);
    place = { seq, head: headOf(Buffer.from(text)), epoch: 1 };
    return text;
  }
  function commit(draft: LineDraft, follow = true): void {
    const text = append(draft);
    const line = parseLine(Buffer.from(text));
    if (line === undefined) throw new Error('no line');
    record = applyLine(record, line);
    lines.push(text);
    if (follow) append({ ...draft, case: 'somebodyelse' });
  }
  return {
    begin(opening: GrantOpening, at: string): void {
      const input = JSON.parse(JSON.stringify(opening)) as GrantOpening;
      commit(planBegin(grantFlow, asked.requestId, firstStep(grantFlow, { opening: input }, at), at, BOT).draft);
    },
    /** `last`: nothing of anybody else's follows. */
    send(at: string, event: { readonly type: string; readonly [key: string]: unknown }, actor = COMMAND, last = false): void {
      if (record === undefined) throw new Error('nothing began');
      commit(planEvents(grantFlow, record, [{ ...event, at }], at, actor).draft, !last);
    },
    lines: (): readonly string[] => lines,
    head: () => ({ seq: place.seq, head: place.head }),
  };
}
export type Ledger = ReturnType<typeof newLedger>;

export function openingOf(of: RegisteredRequest, needs: Needs): GrantOpening {
  const { v: _v, target, registeredAt: _at, guardrailsDigest: _digest, ...registration } = of;
  return { kind: 'open', registration, target, needs };
}

/** What the ledger notes of a signed act. */
export function decisionOf(act: SignedAct, changes: Partial<GrantDecisionRecord> = {}): GrantDecisionRecord {
  const { statement, signer, verifiedAt } = act;
  return {
    decisionId: `${statement.requestId}-${signer.objectId}`,
    decision: statement.decision === 'deny' ? 'deny' : 'approve',
    approver: signer,
    assurance: 'signed',
    decidedAt: verifiedAt,
    stage: statement.stage,
    evidenceDigest: digestOf(act),
    notAfter: statement.notAfter,
    ...changes,
  };
}

export const assignment: Assignment = { kind: 'pim', id: 'pim-request-1', roleAssignmentId: 'assignment-1' };

/** From the decision to the end, as the perimeter goes on by itself. */
export function givenAndEnded(ledger: Ledger): void {
  ledger.send('2026-03-01T08:10:01.000Z', { type: 'directory.absent', readAt: '2026-03-01T08:10:01.000Z', writer: 'pim' });
  ledger.send('2026-03-01T08:10:02.000Z', { type: 'directory.gave', assignment, nativeEnd: true });
  ledger.send('2026-03-01T09:10:00.000Z', { type: 'endsDue' }, { kind: 'system', name: 'sweep' });
  ledger.send('2026-03-01T09:10:05.000Z', { type: 'directory.gone', confirmedAt: '2026-03-01T09:10:05.000Z' });
}

export function exported(ledger: Ledger, acts: readonly SignedAct[], changes: Partial<ExportParts> = {}): Buffer {
  return exportEvidence({
    requestId: asked.requestId,
    exportedAt: '2026-03-02T00:00:00.000Z',
    perimeter: {
      tenantId: TENANT,
      clientId: '88888888-2222-4333-8444-555555555555',
      issuer: ISSUER,
      keysUrl: KEYS_URL,
      approve: { origin: ORIGIN, clientId: CLIENT },
    },
    lines: ledger.lines(),
    head: ledger.head(),
    texts: [justification],
    stored: acts.map((record) => ({ digest: digestOf(record), record })),
    ...changes,
  });
}
