import { describe, expect, it } from '@jest/globals';
import type { Needs } from '../../../src/access/core/approvals.ts';
import { stillApproved } from '../../../src/perimeter/guardrails/still-approved.ts';
import type { GrantDecisionRecord, RequestSignature } from '../../../flows/grant.ts';
import { ABEL, ANNA } from '../support/perimeter-config.ts';

const NOW = Date.parse('2026-03-02T12:00:00.000Z');
const at = (ms: number) => new Date(NOW + ms).toISOString();
const signed: Needs = { stages: [1], assurance: 'signed', requesterSigns: false };
const chat: Needs = { ...signed, assurance: 'chat' };
const both: Needs = { ...signed, requesterSigns: true };
const inChat = (approver = ABEL): GrantDecisionRecord => ({
  decisionId: 'd1',
  decision: 'approve',
  approver,
  assurance: 'chat',
  decidedAt: at(-1),
  stage: 0,
});
const onPage = (notAfterMs: number, approver = ABEL): GrantDecisionRecord => ({
  ...inChat(approver),
  assurance: 'signed',
  notAfter: at(notAfterMs),
});
const signature = (notAfterMs: number): RequestSignature => ({ signedAt: at(-1), evidenceDigest: 'x', notAfter: at(notAfterMs) });

type Row = [string, Needs, readonly GrantDecisionRecord[], RequestSignature | undefined, string];
const { notAfter: _, ...endless } = onPage(1);
const rows: Row[] = [
  ['signed, and holds for a millisecond more', signed, [onPage(1)], undefined, 'permitted'],
  ['signed, and held until now', signed, [onPage(0)], undefined, 'approval.expired'],
  ['signed, without an end', signed, [endless], undefined, 'approval.expired'],
  ['one of two holds no longer', { ...signed, stages: [2] }, [onPage(0, ANNA), onPage(1)], undefined, 'approval.expired'],
  ['both of two hold', { ...signed, stages: [2] }, [onPage(1, ANNA), onPage(1)], undefined, 'permitted'],
  ['approved in chat where that is enough', chat, [inChat()], undefined, 'permitted'],
  ['approved in chat where it has to be signed', signed, [inChat()], undefined, 'guardrail.approvals'],
  ['signed where chat is enough, and holds no longer', chat, [onPage(0)], undefined, 'approval.expired'],
  ['fewer than are needed', { ...signed, stages: [2] }, [onPage(1)], undefined, 'guardrail.approvals'],
  ['the requester has signed too', both, [onPage(1)], signature(1), 'permitted'],
  ['the requester has not signed', both, [onPage(1)], undefined, 'guardrail.approvals'],
  ['the requester’s own signature holds no longer', both, [onPage(1)], signature(0), 'approval.expired'],
  ['the requester’s signature alone, for break-glass', { ...both, stages: [] }, [], signature(1), 'permitted'],
];

describe('what was decided, when it is given', () => {
  it.each(rows)('%s', (_name, needs, decisions, one, expected) => {
    const verdict = stillApproved(needs, { decisions, ...(one === undefined ? {} : { signature: one }) }, NOW);
    expect(verdict.permitted ? 'permitted' : verdict.code).toBe(expected);
  });
});
