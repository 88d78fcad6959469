import { describe, expect, it } from '@jest/globals';
import { anchorDescriptionOf, anchorSystemOf } from '../../../src/access/core/anchor-text.ts';
import { digestOf } from '../../../src/access/core/canonical.ts';
import { nonceOf, requestDigestOf, type Statement } from '../../../src/access/core/statement.ts';
import { chatRecordOf, evidenceDigestOf } from '../../../src/perimeter/evidence/evidence-digest.ts';
import { type EvidenceFile, readEvidenceFile, sealed } from '../../../src/perimeter/evidence/evidence-file.ts';
import type { SignedAct } from '../../../src/perimeter/evidence/evidence-record.ts';
import { verifyEvidence, type VerifyWith } from '../../../src/perimeter/evidence/verify.ts';
import { asked, assignment, decisionOf, exported, givenAndEnded, newLedger, oneSignature, openingOf } from './support/ledger.ts';
import {
  adam,
  bea,
  claimsOf,
  CLIENT,
  idToken,
  newSigner,
  rita,
  SIGNED_AT,
  signedAct,
  statementOf,
  TENANT,
} from './support/signing.ts';

const entra = newSigner('entra-1');
const forger = newSigner('entra-1');
const ours = { tenantId: TENANT, approvalClientId: CLIENT };
const pinning: VerifyWith = { keys: [entra.key], expected: ours };

async function realCase(act?: SignedAct, needs = oneSignature) {
  const signed = act ?? (await signedAct(entra, statementOf(asked), adam));
  const ledger = newLedger();
  ledger.begin(openingOf(asked, needs), asked.registeredAt);
  ledger.send('2026-03-01T08:10:00.500Z', { type: 'decided', decision: decisionOf(signed) });
  givenAndEnded(ledger);
  return { ledger, signed };
}
async function realFile(act?: SignedAct): Promise<Buffer> {
  const { ledger, signed } = await realCase(act);
  return exported(ledger, [signed]);
}
const codesOf = async (bytes: Uint8Array, using?: VerifyWith) =>
  (await verifyEvidence(bytes, using)).contradictions.map(({ code }) => code);
/** What somebody does who changes a file and makes its own digest fit again. */
function resealed(bytes: Buffer, change: (file: EvidenceFile) => Partial<EvidenceFile>): Buffer {
  const file = readEvidenceFile(bytes);
  const { digest: _digest, ...content } = { ...file, ...change(file) };
  return sealed(content);
}
const evidenceDigest = (acts: readonly SignedAct[]) =>
  evidenceDigestOf({ requestDigest: requestDigestOf(asked), decisions: acts.map((act) => digestOf(act)) });
const pimRequest = (digest: string, changes: object = {}) => ({
  id: assignment.id,
  action: 'adminAssign',
  principalId: rita.objectId.toUpperCase(),
  roleDefinitionId: asked.target.kind === 'directoryRole' ? asked.target.roleDefinitionId : '',
  directoryScopeId: '/',
  createdDateTime: '2026-03-01T08:10:01.9Z',
  ticketInfo: { ticketNumber: asked.requestId, ticketSystem: anchorSystemOf(digest) },
  ...changes,
});

describe('real evidence', () => {
  it('is consistent by itself, and says that this proves nothing', async () => {
    const { verdict, proved, contradictions, requestId } = await verifyEvidence(await realFile());
    expect({ verdict, contradictions, requestId }).toEqual({
      verdict: 'consistent',
      contradictions: [],
      requestId: asked.requestId,
    });
    expect(proved).toEqual([expect.stringContaining('proves nothing by itself')]);
  });

  it("is pinned by Entra's keys and the names of tenant and application", async () => {
    const { verdict, proved, notProved } = await verifyEvidence(await realFile(), pinning);
    expect(verdict).toBe('pinned');
    expect(proved).toEqual([expect.stringContaining('Entra itself signed every statement')]);
    expect(notProved.join('\n')).toContain('That anything was given on these signatures.');
  });

  it("is anchored by Microsoft's own record of the giving", async () => {
    const { ledger, signed } = await realCase();
    const outside = { value: [pimRequest('x', { ticketInfo: null }), pimRequest(evidenceDigest([signed]))] };
    const { verdict, proved } = await verifyEvidence(exported(ledger, [signed]), { outside });
    expect(verdict).toBe('anchored');
    expect(proved).toEqual([expect.stringContaining('PIM request pim-request-1 of 2026-03-01T08:10:01.9Z carries the digest')]);
  });

  it('is both, with both', async () => {
    const { ledger, signed } = await realCase();
    const outside = [pimRequest(evidenceDigest([signed]))];
    expect((await verifyEvidence(exported(ledger, [signed]), { ...pinning, outside })).verdict).toBe('anchored and pinned');
  });

  it('tells in words what it says happened', async () => {
    const { says } = await verifyEvidence(await realFile());
    expect(says).toEqual([
      `Asked for: directory role f2ef992c-3afb-46b9-b7cf-a126ee74c451 at / (global-reader), for 60 minutes, for ${rita.objectId}; registered 2026-03-01T08:00:00.000Z.`,
      `Approved by Adam (${adam.objectId}) at ${SIGNED_AT}, signed, stage 1.`,
      'Given at 2026-03-01T08:10:02.000Z, until 2026-03-01T09:10:00.500Z at the latest.',
      'Request r0000000001 is ended (expired); confirmed gone at 2026-03-01T09:10:05.000Z.',
      "The requester did not sign: who asked, for what, and why, is the bot's word.",
    ]);
  });

  it('stays pinned without the text that was erased, and says so', async () => {
    const { ledger, signed } = await realCase();
    const { verdict, says } = await verifyEvidence(exported(ledger, [signed], { texts: [] }), pinning);
    expect(verdict).toBe('pinned');
    expect(says).toContain('What the requester wrote is not in here: it was erased.');
  });

  it('of another version of the flow is not run again, and says so', async () => {
    const { ledger, signed } = await realCase();
    const lines = ledger.lines().map((line) => line.replace('"flowVersion":"1"', '"flowVersion":"0"'));
    const { verdict, notProved } = await verifyEvidence(exported(ledger, [signed], { lines }), pinning);
    expect(verdict).toBe('pinned');
    expect(notProved.join('\n')).toContain("by the flow's rules: this program carries another version");
    expect((await verifyEvidence(await realFile(), pinning)).notProved.join('\n')).not.toContain("by the flow's rules");
  });

  it('leaves out what came too late, and says so', async () => {
    const { ledger, signed } = await realCase();
    const late = await signedAct(entra, statementOf(asked, { salt: 'AAAAAAAAAAAAAAAAAAAAAQ' }), bea);
    const { verdict, says } = await verifyEvidence(exported(ledger, [signed, late]), pinning);
    expect(verdict).toBe('pinned');
    expect(says).toContain('1 more record is kept that the ledger does not name, and not in here.');
  });

  it('holds the signature of the requester, where one was needed', async () => {
    const sign: Statement = { ...statementOf(asked), purpose: 'request', decision: 'sign', salt: 'AAAAAAAAAAAAAAAAAAAAAg' };
    const [byRita, byAdam] = [await signedAct(entra, sign, rita), await signedAct(entra, statementOf(asked), adam)];
    const ledger = newLedger();
    ledger.begin(openingOf(asked, { ...oneSignature, requesterSigns: true }), asked.registeredAt);
    const signature = { signedAt: SIGNED_AT, evidenceDigest: digestOf(byRita), notAfter: sign.notAfter };
    ledger.send('2026-03-01T08:05:00.000Z', { type: 'requestSigned', signature });
    ledger.send('2026-03-01T08:10:00.500Z', { type: 'decided', decision: decisionOf(byAdam) });
    givenAndEnded(ledger);
    const outside = pimRequest(evidenceDigest([byRita, byAdam]));
    const { verdict, says } = await verifyEvidence(exported(ledger, [byAdam, byRita]), { ...pinning, outside });
    expect(verdict).toBe('anchored and pinned');
    expect(says.join('\n')).not.toContain('did not sign');
  });

  it('is not verified when somebody else signed the request, or the requester signed something else', async () => {
    const sign: Statement = { ...statementOf(asked), purpose: 'request', decision: 'sign' };
    for (const [act, codes] of [
      [await signedAct(entra, sign, bea), ['statement.requester']],
      [await signedAct(entra, statementOf(asked), rita), ['record.other', 'statement.self-approval']],
    ] as const) {
      const ledger = newLedger();
      ledger.begin(openingOf(asked, { stages: [], assurance: 'signed', requesterSigns: true }), asked.registeredAt);
      const signature = { signedAt: SIGNED_AT, evidenceDigest: digestOf(act), notAfter: sign.notAfter };
      ledger.send('2026-03-01T08:10:00.500Z', { type: 'requestSigned', signature });
      expect(await codesOf(exported(ledger, [act]), pinning)).toEqual(codes);
    }
  });
});

describe('evidence of clicks in chat', () => {
  const decision = { ...decisionOfChat(), evidenceDigest: undefined, notAfter: undefined };
  function decisionOfChat() {
    return { decisionId: 'd1', decision: 'approve', approver: adam, assurance: 'chat', decidedAt: SIGNED_AT, stage: 0 } as const;
  }
  const chatFile = () => {
    const ledger = newLedger();
    ledger.begin(openingOf(asked, { ...oneSignature, assurance: 'chat' }), asked.registeredAt);
    ledger.send('2026-03-01T08:10:00.500Z', { type: 'decided', decision: JSON.parse(JSON.stringify(decision)) });
    givenAndEnded(ledger);
    return exported(ledger, []);
  };

  it('says whose word it is, and is never pinned', async () => {
    const { verdict, says, notProved } = await verifyEvidence(chatFile(), pinning);
    expect(verdict).toBe('consistent');
    expect(says).toContain("Every decision here was a click in chat: nothing but the bot's word stands behind it.");
    expect(notProved).toContain('Who decided: there is no signature in here.');
  });

  it('is not pinned either when only some were clicks', async () => {
    const act = await signedAct(entra, statementOf(asked), bea);
    const ledger = newLedger();
    ledger.begin(openingOf(asked, { stages: [2], assurance: 'chat', requesterSigns: false }), asked.registeredAt);
    ledger.send('2026-03-01T08:10:00.400Z', { type: 'decided', decision: decisionOfChat() });
    ledger.send('2026-03-01T08:10:00.500Z', { type: 'decided', decision: decisionOf(act) });
    givenAndEnded(ledger);
    const { verdict, says, contradictions } = await verifyEvidence(exported(ledger, [act]), pinning);
    expect({ verdict, contradictions }).toEqual({ verdict: 'consistent', contradictions: [] });
    expect(says).toContain("1 of 2 decisions were clicks in chat: nothing but the bot's word stands behind these.");
  });

  it('is not verified where a signed decision was needed', async () => {
    const lines = readEvidenceFile(chatFile()).journal.lines.map((line) =>
      line.replace('"stages":[1],"assurance":"chat"', '"stages":[1],"assurance":"signed"'),
    );
    const file = resealed(chatFile(), ({ journal }) => ({ journal: { ...journal, lines } }));
    expect(await codesOf(file)).toContain('needs.signed');
  });

  it('can be anchored: the perimeter named these very clicks when it gave', async () => {
    const digest = evidenceDigestOf({
      requestDigest: requestDigestOf(asked),
      decisions: [digestOf(chatRecordOf(asked, decisionOfChat()))],
    });
    const { verdict, notProved } = await verifyEvidence(chatFile(), { outside: pimRequest(digest) });
    expect(verdict).toBe('anchored');
    expect(notProved.join('\n')).toContain('not that these people made them');
  });
});

describe('fabricated evidence', () => {
  const forged = async () => realFile(await signedAct(forger, statementOf(asked), adam));

  it('whose parts all fit together is consistent at most', async () => {
    const { verdict, proved } = await verifyEvidence(await forged());
    expect(verdict).toBe('consistent');
    expect(proved).toEqual([
      'Consistent: nothing in the file contradicts itself. That proves nothing by itself: anybody can make such a file.',
    ]);
  });

  it("is not verified beside Entra's keys, when it borrows the name of one", async () => {
    expect(await codesOf(await forged(), pinning)).toEqual(['token.key']);
  });

  it("is no more than consistent beside Entra's keys, when its key has a name of its own", async () => {
    const own = newSigner('forged-1');
    const file = await realFile(await signedAct(own, statementOf(asked), adam));
    expect((await verifyEvidence(file, pinning)).verdict).toBe('consistent');
  });

  it('that Entra signed for another application is not verified once ours is named, and never pinned before', async () => {
    const strange = await signedAct(entra, statementOf(asked), adam, { claims: { aud: '77777777-2222-4333-8444-555555555555' } });
    const file = resealed(await realFile(strange), ({ perimeter }) => ({
      perimeter: {
        ...perimeter,
        approve: { origin: 'https://approve.contoso.com', clientId: '77777777-2222-4333-8444-555555555555' },
      },
    }));
    const alone = await verifyEvidence(file, { keys: [entra.key] });
    expect(alone.verdict).toBe('consistent');
    expect(alone.notProved.join('\n')).toContain("Entra signs for everybody's applications");
    expect(await codesOf(file, pinning)).toEqual(['perimeter.other']);
  });

  it.each<[string, (digest: string) => unknown]>([
    [
      'another request',
      (digest) => pimRequest(digest, { ticketInfo: { ticketNumber: 'r0000000002', ticketSystem: anchorSystemOf(digest) } }),
    ],
    ['another system', (digest) => pimRequest(digest, { ticketInfo: { ticketNumber: asked.requestId, ticketSystem: digest } })],
    ['no digest', () => pimRequest('', {})],
    ['nothing of ours', () => pimRequest('', { ticketInfo: null, description: 'by hand' })],
    ['nothing at all', () => ({ value: [] })],
  ])('is not anchored by a record that names %s', async (_, record) => {
    const { ledger, signed } = await realCase();
    const { verdict } = await verifyEvidence(exported(ledger, [signed]), { outside: record(evidenceDigest([signed])) });
    expect(verdict).toBe('consistent');
  });

  it.each<[string, string, object]>([
    [
      'other evidence',
      'anchor.other',
      { ticketInfo: { ticketNumber: asked.requestId, ticketSystem: anchorSystemOf(digestOf('x')) } },
    ],
    ['another person', 'anchor.access', { principalId: adam.objectId }],
    ['another role', 'anchor.access', { roleDefinitionId: TENANT }],
    ['another scope', 'anchor.access', { directoryScopeId: '/administrativeUnits/x' }],
    ['nobody', 'anchor.access', { principalId: undefined }],
  ])("is not verified beside Microsoft's record for this request that names %s", async (_, code, changes) => {
    const { ledger, signed } = await realCase();
    const outside = [pimRequest(evidenceDigest([signed]), changes)];
    expect(await codesOf(exported(ledger, [signed]), { ...pinning, outside })).toEqual([code]);
  });
});

describe("Microsoft's records, as they come from its different services", () => {
  it.each<[string, (digest: string) => object]>([
    [
      'PIM in Azure',
      (digest) => ({ name: 'x', properties: { principalId: rita.objectId, ticketInfo: pimRequest(digest).ticketInfo } }),
    ],
    [
      'an audit entry',
      (digest) => ({
        id: 'a1',
        activityDateTime: '2026-03-01T08:10:02Z',
        targetResources: [{ id: 'role' }, { id: rita.objectId }],
        additionalDetails: [
          { key: 'Justification', value: 'x' },
          { key: 'TicketNumber', value: asked.requestId },
          { key: 'TicketSystem', value: anchorSystemOf(digest) },
        ],
      }),
    ],
    [
      'a role assignment in Azure',
      (digest) => ({
        id: '/x',
        properties: { principalId: rita.objectId, description: anchorDescriptionOf(asked.requestId, digest) },
      }),
    ],
    [
      'a role assignment as az prints it',
      (digest) => ({ id: '/x', principalId: rita.objectId, description: anchorDescriptionOf(asked.requestId, digest) }),
    ],
  ])('anchor: %s', async (_, record) => {
    const { ledger, signed } = await realCase();
    const outside = [{ value: [record(evidenceDigest([signed]))] }];
    expect((await verifyEvidence(exported(ledger, [signed]), { outside })).verdict).toBe('anchored');
  });
});

describe('a token', () => {
  const other = { ...asked, durationMinutes: 480 };
  /** The statement stands in the record; the token was made for another one. */
  const swapped = async (made: Statement) => {
    const act = await signedAct(entra, statementOf(asked), adam);
    return { ...act, idToken: await idToken(entra, claimsOf(made, adam)) };
  };

  it.each<[string, () => Promise<SignedAct>, readonly string[]]>([
    ['of another request', () => signedAct(entra, statementOf(other), adam), ['statement.request']],
    ['of another decision', () => swapped(statementOf(asked, { decision: 'deny' })), ['token.nonce']],
    ['of another stage', () => swapped(statementOf(asked, { stage: 1 })), ['token.nonce']],
    ['with another salt', () => swapped(statementOf(asked, { salt: 'AAAAAAAAAAAAAAAAAAAAAQ' })), ['token.nonce']],
    ['for other guardrails', () => swapped(statementOf(asked, { guardrailsDigest: 'ce'.repeat(32) })), ['token.nonce']],
    [
      'for another perimeter',
      () => signedAct(entra, statementOf(asked, { perimeter: 'https://evil.example' }), adam),
      ['statement.perimeter'],
    ],
    ['of the requester', () => signedAct(entra, statementOf(asked), rita), ['statement.self-approval']],
    ['of somebody else', () => signedAct(entra, statementOf(asked), adam, { claims: { oid: bea.objectId } }), ['token.signer']],
    ['of another tenant', () => signedAct(entra, statementOf(asked), adam, { claims: { tid: bea.objectId } }), ['token.tenant']],
    [
      'for another application',
      () => signedAct(entra, statementOf(asked), adam, { claims: { aud: TENANT } }),
      ['token.audience'],
    ],
    [
      'by another issuer',
      () => signedAct(entra, statementOf(asked), adam, { claims: { iss: 'https://evil.example' } }),
      ['token.issuer'],
    ],
    ['of version 1', () => signedAct(entra, statementOf(asked), adam, { claims: { ver: '1.0' } }), ['token.claims']],
    ['without a nonce', () => signedAct(entra, statementOf(asked), adam, { claims: { nonce: undefined } }), ['token.claims']],
    [
      'without the sign-in that was demanded',
      () => signedAct(entra, statementOf(asked), adam, { claims: { acrs: ['c2'] } }),
      ['token.step-up'],
    ],
    [
      'whose sign-in came before the click',
      () =>
        signedAct(entra, statementOf(asked), adam, {
          claims: { auth_time: Date.parse(SIGNED_AT) / 1000 - 91 },
          record: { stepUp: { promptLogin: true, clickedAt: '2026-03-01T08:09:30.000Z' } },
        }),
      ['token.step-up'],
    ],
    [
      'of later',
      () => signedAct(entra, statementOf(asked), adam, { claims: { iat: Date.parse(SIGNED_AT) / 1000 + 61 } }),
      ['token.time'],
    ],
    [
      'that had ended',
      () => signedAct(entra, statementOf(asked), adam, { claims: { exp: Date.parse(SIGNED_AT) / 1000 - 61 } }),
      ['token.time'],
    ],
    [
      'after its statement had ended',
      () => signedAct(entra, statementOf(asked, { notAfter: '2026-03-01T08:09:59.999Z' }), adam),
      ['record.other', 'token.time'],
    ],
    [
      'signed by another key',
      async () => ({ ...(await signedAct(forger, statementOf(asked), adam)), jwk: entra.key }),
      ['token.signature'],
    ],
    [
      'that names another key',
      async () => ({ ...(await signedAct(newSigner('x'), statementOf(asked), adam)), jwk: entra.key }),
      ['token.key'],
    ],
  ])('%s is not verified', async (_, make, codes) => {
    const file = await realFile(await make());
    expect((await verifyEvidence(file, pinning)).verdict).toBe('not verified');
    expect(await codesOf(file, pinning)).toEqual(codes);
  });

  it('is verified up to the edge of what is allowed', async () => {
    const at = Date.parse(SIGNED_AT) / 1000;
    const act = await signedAct(entra, statementOf(asked, { notAfter: SIGNED_AT }), adam, {
      claims: { iat: at + 60, exp: at - 60, auth_time: at - 90 },
      record: { stepUp: { promptLogin: true, clickedAt: '2026-03-01T08:09:30.000Z' } },
    });
    expect(await codesOf(await realFile(act), pinning)).toEqual([]);
    const oneContext = await signedAct(entra, statementOf(asked), adam, { claims: { acrs: 'c1' } });
    expect(await codesOf(await realFile(oneContext), pinning)).toEqual([]);
    const almost = await signedAct(entra, statementOf(asked), adam, { claims: { acrs: 'c11' } });
    expect(await codesOf(await realFile(almost), pinning)).toEqual(['token.step-up']);
  });

  it.each<[string, string, (token: string, key: SignedAct['jwk']) => string | Promise<string>]>([
    ['without a signature', 'token.signature', (token) => token.replace(/\.[^.]*$/, '.AA')],
    ['by no algorithm', 'token.algorithm', (token) => `${part({ alg: 'none', kid: 'entra-1' })}.${token.split('.')[1]}.AA`],
    [
      'by the public key as a shared secret',
      'token.algorithm',
      async (token, { n }) => {
        const { createHmac } = await import('node:crypto');
        const text = `${part({ alg: 'HS256', kid: 'entra-1' })}.${token.split('.')[1]}`;
        return `${text}.${createHmac('sha256', n).update(text).digest('base64url')}`;
      },
    ],
    [
      'by RS512, with the right key',
      'token.algorithm',
      async (token) => {
        const { createSign } = await import('node:crypto');
        const text = `${part({ alg: 'RS512', kid: 'entra-1' })}.${token.split('.')[1]}`;
        return `${text}.${createSign('RSA-SHA512').update(text).sign(entra.privateKey).toString('base64url')}`;
      },
    ],
  ])('is not verified %s', async (_, code, forge) => {
    const act = await signedAct(entra, statementOf(asked), adam);
    const file = await realFile({ ...act, idToken: await forge(act.idToken, act.jwk) });
    expect((await verifyEvidence(file, pinning)).contradictions).toEqual([{ code, sentence: expect.any(String) }]);
  });
});
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a file that was changed and sealed again', () => {
  const saying = (journal: EvidenceFile['journal'], at: number, change: object) => ({
    ...journal,
    lines: journal.lines.with(at, JSON.stringify({ ...JSON.parse(journal.lines[at] ?? ''), ...change })),
  });
  const swapLines = (lines: readonly string[], a: number, b: number) => lines.with(a, lines[b] ?? '').with(b, lines[a] ?? '');
  it.each<[string, string, (file: EvidenceFile) => Partial<EvidenceFile>]>([
    ['asks for longer', 'request.other', ({ request }) => ({ request: request && { ...request, durationMinutes: 61 } })],
    ['asks for nothing', 'request.other', () => ({ request: null })],
    [
      'has another justification',
      'text.other',
      ({ texts }) => ({ texts: { justification: { salt: '', ...texts.justification, text: 'Fun' } } }),
    ],
    ['is silent about what was erased', 'remarks.other', () => ({ remarks: [] })],
    ['has lost its record', 'record.missing', () => ({ records: [] })],
    [
      'shows another name',
      'record.missing',
      ({ records }) => ({
        records: records.map((record) =>
          record.kind === 'signed' ? { ...record, names: { ...record.names, signer: 'Zoe' } } : record,
        ),
      }),
    ],
    ['has a record twice', 'record.double', ({ records }) => ({ records: [...records, ...records] })],
    [
      'has a record more',
      'record.unnamed',
      ({ records, requestId }) => ({ records: [...records, { v: 1, kind: 'taken', requestId, confirmedAt: SIGNED_AT }] }),
    ],
    [
      'has its lines in another order',
      'journal.order',
      ({ journal }) => ({ journal: { ...journal, lines: swapLines(journal.lines, 2, 3) } }),
    ],
    ['lacks a line', 'journal.flow', ({ journal }) => ({ journal: { ...journal, lines: journal.lines.toSpliced(2, 1) } })],
    ['lacks the first line', 'journal.line', ({ journal }) => ({ journal: { ...journal, lines: journal.lines.slice(1) } })],
    [
      'has a line of another request',
      'journal.line',
      ({ journal }) => ({
        journal: {
          ...journal,
          lines: [...journal.lines, (journal.lines[0] ?? '').replace('"case":"r0000000001"', '"case":"r0000000002"')],
        },
      }),
    ],
    ['has a line that is none', 'journal.line', ({ journal }) => ({ journal: { ...journal, lines: [...journal.lines, '{}'] } })],
    [
      'ends later',
      'journal.flow',
      ({ journal }) => ({
        journal: {
          ...journal,
          lines: journal.lines.map((line) => line.replaceAll('2026-03-01T09:10:00.500Z', '2026-03-01T19:10:00.500Z')),
        },
      }),
    ],
    [
      'was ended by somebody else',
      'journal.flow',
      ({ journal }) => ({
        journal: { ...journal, lines: journal.lines.map((line) => line.replaceAll('"expired"', '"released"')) },
      }),
    ],
    [
      'has a ledger that ends before it',
      'journal.order',
      ({ journal }) => ({ journal: { ...journal, head: { ...journal.head, seq: 3 } } }),
    ],
    ['has a line that leads nowhere', 'journal.flow', ({ journal }) => ({ journal: saying(journal, 2, { next: null }) })],
    ['ends nowhere', 'journal.line', ({ journal }) => ({ journal: saying(journal, journal.lines.length - 1, { next: null }) })],
    [
      'has a line whose commands are none',
      'journal.flow',
      ({ journal }) => ({ journal: saying(journal, 2, { commandsAdded: 7 }) }),
    ],
    ['is of another request altogether', 'journal.line', () => ({ requestId: 'r0000000002' })],
  ])('is not verified when it %s', async (_, code, change) => {
    expect(await codesOf(resealed(await realFile(), change), pinning)).toContain(code);
  });

  it('is not verified when the newest line is not the head of the ledger that ends with it', async () => {
    const act = await signedAct(entra, statementOf(asked), adam);
    const ledger = newLedger();
    ledger.begin(openingOf(asked, oneSignature), asked.registeredAt);
    ledger.send(
      '2026-03-01T08:10:00.500Z',
      { type: 'decided', decision: decisionOf(act) },
      { kind: 'system', name: 'bot' },
      true,
    );
    const file = exported(ledger, [act]);
    expect(await codesOf(file)).toEqual([]);
    const otherHead = resealed(file, ({ journal }) => ({
      journal: { ...journal, head: { ...journal.head, head: '0'.repeat(64) } },
    }));
    expect(await codesOf(otherHead)).toEqual(['journal.order']);
  });

  it.each<[string, Parameters<typeof decisionOf>[1]]>([
    ['another person', { approver: bea }],
    ['another stage', { stage: 1 }],
    ['another end', { notAfter: '2026-03-01T12:00:00.001Z' }],
    ['a click in chat', { assurance: 'chat' }],
    ['a time after its end', { decidedAt: '2026-03-01T12:00:00.001Z' }],
  ])('is not verified when its ledger noted the signature for %s', async (_, changes) => {
    const act = await signedAct(entra, statementOf(asked), adam);
    const ledger = newLedger();
    ledger.begin(openingOf(asked, { ...oneSignature, stages: [1, 1], assurance: 'chat' }), asked.registeredAt);
    ledger.send('2026-03-01T08:10:00.500Z', { type: 'decided', decision: decisionOf(act, changes) });
    expect(await codesOf(exported(ledger, [act]))).toContain('record.other');
  });

  it.each([
    ['asked', bea],
    ['received', rita],
  ])('is not verified when whoever %s approved, where one asked for another', async (_, signer) => {
    const forAnother = { ...asked, requester: bea };
    const act = await signedAct(entra, statementOf(forAnother), signer);
    const ledger = newLedger();
    ledger.begin(openingOf(forAnother, oneSignature), asked.registeredAt);
    ledger.send('2026-03-01T08:10:00.500Z', { type: 'decided', decision: decisionOf(act) });
    expect(await codesOf(exported(ledger, [act]), pinning)).toEqual(['statement.self-approval']);
  });

  it('is not verified, whatever else is brought, when it leaves out its request or puts one in', async () => {
    const { ledger, signed } = await realCase();
    const outside = [pimRequest(evidenceDigest([signed]))];
    const without = resealed(exported(ledger, [signed]), () => ({ request: null }));
    expect(await codesOf(without, { outside })).toEqual(['request.other', 'remarks.other', 'statement.request']);
    const refused = newLedger();
    const opening = openingOf(asked, oneSignature);
    if (opening.kind !== 'open') throw new Error('not open');
    const refusal = { code: 'x', hint: 'y' };
    refused.begin({ kind: 'refused', registration: opening.registration, refusal }, asked.registeredAt);
    const putIn = resealed(exported(refused, [], { texts: [] }), () => ({ request: asked }));
    expect(await codesOf(putIn, { outside })).toEqual(['request.other', 'remarks.other']);
  });

  it('is not verified when a writer of before wrote after a newer one', async () => {
    const { ledger, signed } = await realCase();
    const lines = ledger.lines().with(0, (ledger.lines()[0] ?? '').replace('"epoch":1', '"epoch":2'));
    expect(await codesOf(exported(ledger, [signed], { lines }))).toEqual(['journal.order']);
  });

  it('is not verified without the approvals that the grant needed', async () => {
    const act = await signedAct(entra, statementOf(asked), adam);
    const ledger = newLedger();
    ledger.begin(openingOf(asked, { ...oneSignature, assurance: 'chat' }), asked.registeredAt);
    ledger.send('2026-03-01T08:10:00.500Z', { type: 'decided', decision: decisionOf(act) });
    givenAndEnded(ledger);
    for (const [needs, codes] of [
      [{ stages: [2], assurance: 'chat', requesterSigns: false }, ['needs.approvals']],
      [{ stages: [1], assurance: 'chat', requesterSigns: true }, ['needs.requester']],
    ] as const) {
      const before = '"needs":{"stages":[1],"assurance":"chat","requesterSigns":false}';
      const lines = ledger.lines().map((line) => line.replace(before, `"needs":${JSON.stringify(needs)}`));
      expect(await codesOf(exported(ledger, [act], { lines }))).toEqual(expect.arrayContaining([...codes]));
    }
  });
});

describe('what is not a file of evidence', () => {
  it.each<[string, (bytes: Buffer) => Buffer, string]>([
    ['with a newline at its end', (bytes) => Buffer.concat([bytes, Buffer.from('\n')]), 'evidence.not-canonical'],
    [
      'formatted for reading',
      (bytes) => Buffer.from(JSON.stringify(JSON.parse(bytes.toString()), null, 2)),
      'evidence.not-canonical',
    ],
    ['of another version', (bytes) => Buffer.from(bytes.toString().replace(/"v":1\}$/, '"v":2}')), 'evidence.schema'],
    [
      'with a key that nobody knows',
      (bytes) => Buffer.from(bytes.toString().replace(/"v":1\}$/, '"v":1,"x":1}')),
      'evidence.schema',
    ],
    ['empty', () => Buffer.from('{}'), 'evidence.schema'],
  ])('is not verified: %s', async (_, change, code) => {
    expect(await codesOf(change(await realFile()))).toEqual([code]);
  });

  it('counts nothing in the file for an anchor or a key', async () => {
    const { ledger, signed } = await realCase();
    const { verdict } = await verifyEvidence(exported(ledger, [signed]), { outside: [], keys: [], expected: ours });
    expect(verdict).toBe('consistent');
  });
});

it('commits to the statement by the nonce', async () => {
  const act = await signedAct(entra, statementOf(asked), adam);
  const payload: unknown = JSON.parse(Buffer.from(act.idToken.split('.')[1] ?? '', 'base64url').toString());
  expect(payload).toMatchObject({ nonce: nonceOf(act.statement), oid: adam.objectId });
});
