import { describe, expect, it } from '@jest/globals';
import type { GrantContext, GrantDecisionRecord, GrantOpening } from '../../../flows/grant.ts';
import { anchorDescriptionOf, anchorSystemOf, readDescription, readTicket } from '../../../src/access/core/anchor-text.ts';
import { digestOf } from '../../../src/access/core/canonical.ts';
import { requestDigestOf } from '../../../src/access/core/statement.ts';
import {
  chatRecordOf,
  evidenceDigestFor,
  evidenceDigestOf,
  registeredRequestOf,
} from '../../../src/perimeter/evidence/evidence-digest.ts';
import { adam, bea, request } from './support/signing.ts';

const { v: _v, target, registeredAt, ...registration } = request;
const needs = { stages: [1], assurance: 'signed', requesterSigns: false } as const;
const context: GrantContext = { opening: { kind: 'open', registration, target, needs }, registeredAt, decisions: [] };
const signed: GrantDecisionRecord = {
  decisionId: 'd1',
  decision: 'approve',
  approver: adam,
  assurance: 'signed',
  decidedAt: '2026-03-01T08:10:00.000Z',
  stage: 0,
  evidenceDigest: digestOf('signed by adam'),
  notAfter: '2026-03-01T12:00:00.000Z',
};
const chat: GrantDecisionRecord = {
  decisionId: 'd2',
  decision: 'approve',
  approver: bea,
  assurance: 'chat',
  decidedAt: '2026-03-01T08:11:00.000Z',
  stage: 0,
};

describe('the digest that a grant is given on', () => {
  it('names the request and the records of all approvals, in the order of the ledger', () => {
    const decisions = [signed.evidenceDigest ?? '', digestOf(chatRecordOf(request, chat))];
    expect(registeredRequestOf(context)).toEqual(request);
    expect(evidenceDigestFor({ ...context, decisions: [signed, chat] })).toBe(
      evidenceDigestOf({ requestDigest: requestDigestOf(request), decisions }),
    );
    expect(evidenceDigestFor({ ...context, decisions: [chat, signed] })).not.toBe(
      evidenceDigestFor({ ...context, decisions: [signed, chat] }),
    );
  });

  it('names the signature of the requester first', () => {
    const signature = { signedAt: registeredAt, evidenceDigest: digestOf('rita'), notAfter: registeredAt };
    const requestDigest = requestDigestOf(request);
    expect(evidenceDigestFor({ ...context, signature, decisions: [signed] })).toBe(
      evidenceDigestOf({ requestDigest, decisions: [signature.evidenceDigest, signed.evidenceDigest ?? ''] }),
    );
  });

  it('does not count a denial', () => {
    expect(evidenceDigestFor({ ...context, decisions: [{ ...signed, decision: 'deny' }] })).toBe(evidenceDigestFor(context));
  });

  it('is none for what was refused at the door, or found again after a loss', () => {
    const refusal = { code: 'x', hint: '' };
    const assignment = { kind: 'pim', id: 'a' } as const;
    const others: readonly GrantOpening[] = [
      { kind: 'refused', registration, refusal },
      { kind: 'tombstone', reason: 'withdraw' },
      { kind: 'adopted', registration, target, endsAt: registeredAt, assignment },
    ];
    for (const opening of others) expect(evidenceDigestFor({ ...context, opening })).toBeUndefined();
  });
});

describe('the text in a record of Microsoft', () => {
  const digest = digestOf('evidence');
  const other = digestOf('other');
  const id = request.requestId;

  it.each([
    ['same', id, anchorSystemOf(digest)],
    ['same', id, anchorSystemOf(digest).slice(0, -1)],
    ['same', id, anchorSystemOf(digest).slice(0, 9 + 22)],
    ['unnamed', id, anchorSystemOf(digest).slice(0, 9 + 21)],
    ['unnamed', id, 'hallpass'],
    ['unnamed', id, 'hallpass:'],
    ['another', id, anchorSystemOf(other)],
    ['another', id, `${anchorSystemOf(digest)}A`],
    ['another', id, 'hallpass:x'],
    ['not-ours', 'r0000000002', anchorSystemOf(digest)],
    ['not-ours', id, 'ServiceNow'],
    ['not-ours', id, `hallpassed:${digest}`],
    ['not-ours', id, undefined],
  ])('is %s in the ticket %s of %s', (says, ticketNumber, ticketSystem) => {
    expect(readTicket({ ticketNumber, ticketSystem }, id, digest)).toBe(says);
  });

  it.each([
    ['same', anchorDescriptionOf(id, digest)],
    ['another', anchorDescriptionOf(id, other)],
    ['unnamed', `hallpass:${id}`],
    ['not-ours', anchorDescriptionOf('r0000000002', digest)],
    ['not-ours', anchorDescriptionOf(`${id}0`, digest)],
    ['not-ours', `given by ${anchorDescriptionOf(id, digest)}`],
    ['not-ours', ''],
  ])('is %s in the description %s', (says, description) => {
    expect(readDescription(description, id, digest)).toBe(says);
  });

  it('is short enough for where it goes', () => {
    expect(anchorSystemOf(digest)).toHaveLength(52);
    expect(anchorDescriptionOf('r'.repeat(40), digest).length).toBeLessThanOrEqual(93);
  });
});
