import { describe, expect, it } from '@jest/globals';
import { anchorSystemOf } from '../../../src/access/core/anchor-text.ts';
import { digestOf } from '../../../src/access/core/canonical.ts';
import { requestDigestOf, type Statement } from '../../../src/access/core/statement.ts';
import { evidenceDigestOf } from '../../../src/perimeter/evidence/evidence-digest.ts';
import { type EvidenceFile, readEvidenceFile, sealed } from '../../../src/perimeter/evidence/evidence-file.ts';
import type { SignedAct } from '../../../src/perimeter/evidence/evidence-record.ts';
import { verifyEvidence, type VerifyWith } from '../../../src/perimeter/evidence/verify.ts';
import { pinnedBy } from '../../../src/perimeter/evidence/verify-act.ts';
import { asked, decisionOf, exported, givenAndEnded, newLedger, oneSignature, openingOf } from './support/ledger.ts';
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
const pinning: VerifyWith = { keys: [entra.key], expected: { tenantId: TENANT, approvalClientId: CLIENT } };
const at = Date.parse(SIGNED_AT) / 1000;

async function fileOf(act: SignedAct, needs = oneSignature, changes: Parameters<typeof decisionOf>[1] = {}): Promise<Buffer> {
  const ledger = newLedger();
  ledger.begin(openingOf(asked, needs), asked.registeredAt);
  ledger.send('2026-03-01T08:10:00.500Z', { type: 'decided', decision: decisionOf(act, changes) });
  givenAndEnded(ledger);
  return Promise.resolve(exported(ledger, [act]));
}
function resealed(bytes: Buffer, change: (file: EvidenceFile) => Partial<EvidenceFile>): Buffer {
  const file = readEvidenceFile(bytes);
  const { digest: _digest, ...content } = { ...file, ...change(file) };
  return sealed(content);
}
const told = async (bytes: Uint8Array, using: VerifyWith = pinning) =>
  (await verifyEvidence(bytes, using)).contradictions.map(({ code, sentence }) => `${code}: ${sentence}`);
const honest = () => signedAct(entra, statementOf(asked), adam);
const lying = (claims: object) => signedAct(entra, statementOf(asked), adam, { claims: claims as never });

describe('what is told of a token that is not as it has to be', () => {
  const spelt = (token: string) => token.replace(/\.([^.]*)\.[^.]*$/, '.$1.AB');
  it.each<[string, () => Promise<SignedAct>, string]>([
    [
      'spelt in a second way',
      async () => {
        const act = await honest();
        return { ...act, idToken: spelt(act.idToken) };
      },
      'token.encoding: A token is not spelt as a token has to be.',
    ],
    [
      'without an algorithm',
      async () => {
        const act = await honest();
        return { ...act, idToken: act.idToken.replace(/^[^.]*/, 'e30') };
      },
      'token.algorithm: A token is not signed by RS256.',
    ],
    [
      'whose header names no key',
      async () => {
        const act = await honest();
        const header = Buffer.from('{"alg":"RS256"}').toString('base64url');
        return { ...act, idToken: act.idToken.replace(/^[^.]*/, header) };
      },
      'token.algorithm: A token is not signed by RS256.',
    ],
    [
      'whose header is no JSON',
      async () => {
        const act = await honest();
        return { ...act, idToken: act.idToken.replace(/^[^.]*/, 'AAAA') };
      },
      'token.algorithm: A token is not signed by RS256.',
    ],
    [
      'by another key',
      async () => ({ ...(await signedAct(newSigner('x'), statementOf(asked), adam)), jwk: entra.key }),
      'token.key: A token names another key.',
    ],
    [
      'not signed by the key',
      async () => ({ ...(await signedAct(newSigner('entra-1'), statementOf(asked), adam)), jwk: entra.key }),
      'token.signature: A token is not signed by the key that stands beside it.',
    ],
    ['of version 1', () => lying({ ver: '1.0' }), 'token.claims: A token is no ID token of version 2.0 with a nonce.'],
    [
      'for a list of applications',
      () => lying({ aud: [CLIENT] }),
      'token.claims: A token is no ID token of version 2.0 with a nonce.',
    ],
    ['with half a second', () => lying({ iat: at - 0.5 }), 'token.claims: A token is no ID token of version 2.0 with a nonce.'],
    [
      'for another statement',
      async () => ({ ...(await honest()), idToken: await idToken(entra, claimsOf(statementOf(asked, { stage: 1 }), adam)) }),
      'token.nonce: A token signs another statement.',
    ],
    ['of somebody else', () => lying({ oid: bea.objectId }), 'token.signer: A token is of somebody else.'],
    ['of another tenant', () => lying({ tid: bea.objectId }), 'token.tenant: A token is of another tenant.'],
    ['for another application', () => lying({ aud: TENANT }), 'token.audience: A token was made for another application.'],
    ['by another issuer', () => lying({ iss: 'https://evil.example' }), 'token.issuer: A token was issued by somebody else.'],
    [
      'whose key is from elsewhere',
      async () => ({ ...(await honest()), keysUrl: 'https://evil.example/keys' }),
      "token.keys: A token is verified by a key from elsewhere than the tenant's.",
    ],
    ['of later', () => lying({ iat: at + 61 }), 'token.time: A token was issued after it was verified.'],
    ['that had ended', () => lying({ exp: at - 61 }), 'token.time: A token had ended when it was verified.'],
    ['of a weaker sign-in', () => lying({ acrs: ['c2'] }), 'token.step-up: A token does not show the sign-in that was demanded.'],
    [
      'of a sign-in without a word',
      () => lying({ acrs: undefined }),
      'token.step-up: A token does not show the sign-in that was demanded.',
    ],
  ])('%s', async (_name, make, sentence) => {
    expect(await told(await fileOf(await make()))).toEqual([sentence]);
  });

  it('of four parts', async () => {
    const act = await honest();
    // The shape of a record does not let it in.
    expect(
      await told(await fileOf(act).then((file) => Buffer.from(file.toString().replace(act.idToken, `${act.idToken}.AA`)))),
    ).toEqual([expect.stringMatching(/^evidence\.schema: /)]);
  });

  it.each<[string, object, readonly string[]]>([
    ['at the edge of the clocks', { auth_time: at - 60 }, []],
    ['a second before', { auth_time: at - 61 }, ['token.step-up: A token does not show the sign-in that was demanded.']],
    ['at a time that nobody tells', {}, ['token.step-up: A token does not show the sign-in that was demanded.']],
  ])('with a password %s', async (_name, claims, sentences) => {
    const record = { stepUp: { promptLogin: true as const, clickedAt: SIGNED_AT } };
    const act = await signedAct(entra, statementOf(asked), adam, { claims: { acrs: undefined, ...claims }, record });
    expect(await told(await fileOf(act))).toEqual(sentences);
  });

  it('whose statement had ended', async () => {
    const act = await signedAct(entra, statementOf(asked, { notAfter: '2026-03-01T08:09:59.999Z' }), adam);
    expect(await told(await fileOf(act, oneSignature, { decidedAt: '2026-03-01T08:09:59.999Z' }))).toEqual([
      'token.time: A token came after the statement had ended.',
    ]);
  });

  it('whose issuer is another than that of the file', async () => {
    const act = await signedAct(entra, statementOf(asked), adam, {
      claims: { iss: 'https://x' },
      record: { issuer: 'https://x' },
    });
    expect(await told(await fileOf(act))).toEqual(['token.issuer: A token was issued by somebody else.']);
  });

  it('whose issuer is another than that of the record', async () => {
    const act = await signedAct(entra, statementOf(asked), adam, { record: { issuer: 'https://x' } });
    expect(await told(await fileOf(act))).toEqual(['token.issuer: A token was issued by somebody else.']);
  });

  it('of a perimeter where nobody signs', async () => {
    const ledger = newLedger();
    const act = await honest();
    ledger.begin(openingOf(asked, oneSignature), asked.registeredAt);
    ledger.send('2026-03-01T08:10:00.500Z', { type: 'decided', decision: decisionOf(act) });
    const { approve: _approve, ...perimeter } = readEvidenceFile(exported(ledger, [act])).perimeter;
    expect(await told(exported(ledger, [act], { perimeter }))).toEqual([
      'token.audience: A token was made for another application.',
      'statement.perimeter: A statement was made for another perimeter.',
    ]);
  });

  it('whose tenant is another than that of the file', async () => {
    const signer = { ...adam, tenantId: bea.objectId };
    const act = await signedAct(entra, statementOf(asked), signer, { claims: { tid: bea.objectId } });
    expect(await told(await fileOf(act))).toEqual(['token.tenant: A token is of another tenant.']);
  });

  it('is nothing where only letters differ', async () => {
    const act = await lying({ oid: adam.objectId.toUpperCase(), tid: TENANT.toUpperCase(), aud: CLIENT.toUpperCase() });
    expect(await told(await fileOf(act))).toEqual([]);
  });
});

describe('what is told of a statement', () => {
  const sign: Statement = { ...statementOf(asked), purpose: 'request', decision: 'sign' };
  it.each<[string, () => Promise<SignedAct>, string]>([
    [
      'about another request',
      () => signedAct(entra, statementOf(asked, { requestId: 'r0000000002' }), adam),
      'statement.request: A statement is about another request.',
    ],
    [
      'about another wording of it',
      () => signedAct(entra, statementOf({ ...asked, durationMinutes: 61 }), adam),
      'statement.request: A statement is about another request.',
    ],
    [
      'for another perimeter',
      () => signedAct(entra, statementOf(asked, { perimeter: 'https://evil.example' }), adam),
      'statement.perimeter: A statement was made for another perimeter.',
    ],
    [
      'for another tenant',
      () => signedAct(entra, statementOf(asked, { tenantId: CLIENT }), adam),
      'statement.perimeter: A statement was made for another perimeter.',
    ],
    [
      'of the requester',
      () => signedAct(entra, statementOf(asked), rita),
      'statement.self-approval: Somebody approved for themselves.',
    ],
  ])('%s', async (_name, make, sentence) => {
    expect(await told(await fileOf(await make()))).toEqual([sentence]);
  });

  const signedBy = async (act: SignedAct): Promise<Buffer> => {
    const ledger = newLedger();
    ledger.begin(openingOf(asked, { stages: [], assurance: 'signed', requesterSigns: true }), asked.registeredAt);
    const signature = { signedAt: SIGNED_AT, evidenceDigest: digestOf(act), notAfter: act.statement.notAfter };
    ledger.send('2026-03-01T08:10:00.500Z', { type: 'requestSigned', signature });
    return exported(ledger, [act]);
  };
  it('under a request that is not in the file', async () => {
    const act = await signedAct(entra, sign, rita);
    const codes = (await told(resealed(await signedBy(act), () => ({ request: null })))).map((one) => one.replace(/:.*/, ''));
    expect(codes).toEqual(['request.other', 'statement.request', 'statement.requester']);
  });

  it.each<[string, () => Promise<SignedAct>, readonly string[]]>([
    ['by the requester, under the request', () => signedAct(entra, sign, rita), []],
    [
      'by somebody else, under the request',
      () => signedAct(entra, sign, bea),
      ['statement.requester: The request was signed by somebody who did not make it.'],
    ],
    [
      'about a freeze',
      () => signedAct(entra, { ...sign, purpose: 'unfreeze' }, rita),
      [
        'record.other: A record does not say what the journal says: DIGEST.',
        'statement.purpose: A statement is about something else than a request.',
      ],
    ],
  ])('%s', async (_name, make, sentences) => {
    const act = await make();
    expect(await told(await signedBy(act))).toEqual(sentences.map((one) => one.replace('DIGEST', digestOf(act))));
  });
});

describe('what is told of a file whose parts do not fit', () => {
  const lineless = (file: EvidenceFile, change: (lines: readonly string[]) => readonly string[]) => ({
    journal: { ...file.journal, lines: [...change(file.journal.lines)] },
  });
  it.each<[string, (file: EvidenceFile) => Partial<EvidenceFile>, readonly string[]]>([
    ['as it was exported', () => ({}), []],
    [
      'with another request',
      ({ request }) => ({ request: request && { ...request, entitlementId: 'x' } }),
      [
        'request.other: The request is not the one that the journal holds.',
        'statement.request: A statement is about another request.',
      ],
    ],
    [
      'with another justification',
      ({ texts }) => ({ texts: { justification: { salt: '', ...texts.justification, text: 'Fun' } } }),
      ['text.other: The justification is not the one that was registered.'],
    ],
    [
      'with another salt',
      ({ texts }) => ({ texts: { justification: { text: '', ...texts.justification, salt: 'ab' } } }),
      ['text.other: The justification is not the one that was registered.'],
    ],
    [
      'with other remarks',
      () => ({ remarks: ['All is well.'] }),
      ['remarks.other: The remarks are not what follows from the rest.'],
    ],
    [
      'with a record twice',
      ({ records }) => ({ records: [...records, ...records.slice(0, 1)] }),
      ['record.double: A record is there twice.'],
    ],
    [
      'with a line that is none',
      (file) => lineless(file, (lines) => [...lines, '{}']),
      ['journal.line: A journal line is damaged.'],
    ],
    [
      'without its beginning',
      (file) => lineless(file, (lines) => lines.slice(1)),
      ['journal.line: The journal lines are not those of this request from its beginning.'],
    ],
    [
      'with a line of somebody else',
      (file) =>
        lineless(file, (lines) =>
          lines.map((line, index) => (index === 2 ? line.replace('"case":"r0000000001"', '"case":"r0000000002"') : line)),
        ),
      ['journal.line: The journal lines are not those of this request from its beginning.'],
    ],
    [
      'with a line of another flow',
      (file) =>
        lineless(file, (lines) =>
          lines.map((line, index) => (index === 2 ? line.replace('"flow":"grant"', '"flow":"freeze"') : line)),
        ),
      ['journal.line: The journal lines are not those of this request from its beginning.'],
    ],
    [
      'whose newest line says nothing',
      (file) =>
        lineless(file, (lines) =>
          lines.map((line, index) => (index === lines.length - 1 ? line.replace('"registeredAt"', '"registeredOn"') : line)),
        ),
      ['journal.line: The newest journal line does not say what became of the request.'],
    ],
    [
      'whose newest line says more of the request than is ever registered',
      (file) =>
        lineless(file, (lines) =>
          lines.map((line) => line.replace('"breakGlass":', `"guardrailsDigest":"${'cd'.repeat(32)}","breakGlass":`)),
        ),
      ['journal.line: The newest journal line does not say what became of the request.'],
    ],
    [
      'whose ledger ends before it',
      ({ journal }) => ({ journal: { ...journal, head: { ...journal.head, seq: 3 } } }),
      ['journal.order: The ledger ends before the newest line.'],
    ],
    [
      'with a line left out',
      (file) => lineless(file, (lines) => lines.toSpliced(2, 1)),
      ['journal.flow: Line 7 does not say what follows from what happened.'],
    ],
  ])('%s', async (_name, change, sentences) => {
    expect(await told(resealed(await fileOf(await honest()), change))).toEqual(sentences);
  });

  it('in a state that no flow knows, of a version that this program does not carry', async () => {
    const strange = resealed(await fileOf(await honest()), (file) =>
      lineless(file, (lines) =>
        lines.map((line) => line.replace('"flowVersion":"1"', '"flowVersion":"0"').replace('"state":"ended"', '"state":{}')),
      ),
    );
    expect((await verifyEvidence(strange)).says.join('\n')).toContain(`Request ${asked.requestId} is unknown`);
  });

  it('without a record, or with one more', async () => {
    const act = await honest();
    const file = await fileOf(act);
    expect(await told(resealed(file, ({ records }) => ({ records: records.filter(({ kind }) => kind !== 'signed') })))).toEqual([
      `record.missing: The journal names a record that is not here: ${digestOf(act)}.`,
    ]);
    const more = { v: 1, kind: 'taken', requestId: asked.requestId, confirmedAt: SIGNED_AT } as const;
    expect(await told(resealed(file, ({ records }) => ({ records: [...records, more] })))).toEqual([
      `record.unnamed: The journal does not name this record: ${digestOf(more)}.`,
    ]);
  });

  it('changed without its own digest', async () => {
    const bytes = Buffer.from(
      (await fileOf(await honest())).toString().replace('"exportedAt":"2026-03-02', '"exportedAt":"2026-03-03'),
    );
    const { contradictions, requestId, says, proved, notProved, verdict } = await verifyEvidence(bytes);
    expect({ contradictions, requestId, says, proved, verdict }).toEqual({
      contradictions: [{ code: 'file.digest', sentence: 'The file was changed: its own digest does not fit.' }],
      requestId: asked.requestId,
      says: [],
      proved: [],
      verdict: 'not verified',
    });
    expect(notProved).toEqual(['Anything: something in this file is not true, so nothing in it is to be relied on.']);
  });

  it.each([
    ['evidence.schema', '{}'],
    ['evidence.not-canonical', '{ }'],
  ])('that is none: %s', async (code, text) => {
    expect(await verifyEvidence(Buffer.from(text))).toEqual({
      verdict: 'not verified',
      says: [],
      contradictions: [
        {
          code,
          sentence: 'The file is not byte for byte what is exported: it was changed, formatted or cut off, or is something else.',
        },
      ],
      proved: [],
      notProved: ['Anything: something in this file is not true, so nothing in it is to be relied on.'],
    });
  });
});

describe('what is told beside what the verifier brings', () => {
  const digestFor = (act: SignedAct) => evidenceDigestOf({ requestDigest: requestDigestOf(asked), decisions: [digestOf(act)] });
  const pim = (digest: string, changes: object = {}) => ({
    ...{
      id: 'p1',
      principalId: rita.objectId,
      ticketInfo: { ticketNumber: asked.requestId, ticketSystem: anchorSystemOf(digest) },
    },
    ...changes,
  });
  it.each<[string, object, string]>([
    [
      'a PIM request for other evidence',
      { ticketInfo: { ticketNumber: asked.requestId, ticketSystem: anchorSystemOf(digestOf('x')) }, createdDateTime: 'D' },
      "anchor.other: Microsoft's PIM request p1 of D names other evidence for this request.",
    ],
    [
      'a PIM request for another person',
      { principalId: adam.objectId, createdOn: 'D' },
      "anchor.access: Microsoft's PIM request p1 of D names this evidence, for another person or another access.",
    ],
    [
      'a PIM request without a name',
      { principalId: null, id: null },
      "anchor.access: Microsoft's PIM request without an id names this evidence, for another person or another access.",
    ],
  ])('%s', async (_name, changes, sentence) => {
    const act = await honest();
    expect(await told(await fileOf(act), { ...pinning, outside: pim(digestFor(act), changes) })).toEqual([sentence]);
  });

  it.each<[string, NonNullable<VerifyWith['expected']>, readonly string[]]>([
    ['the same', { tenantId: TENANT.toUpperCase(), approvalClientId: CLIENT.toUpperCase() }, []],
    [
      'another tenant',
      { tenantId: CLIENT, approvalClientId: CLIENT },
      ['perimeter.other: The file is of another tenant or another application than you named.'],
    ],
    [
      'another application',
      { tenantId: TENANT, approvalClientId: TENANT },
      ['perimeter.other: The file is of another tenant or another application than you named.'],
    ],
    [
      'no application, where people signed',
      { tenantId: TENANT, approvalClientId: undefined },
      ['perimeter.other: The file is of another tenant or another application than you named.'],
    ],
  ])('%s', async (_name, expected, sentences) => {
    expect(await told(await fileOf(await honest()), { keys: [entra.key], expected })).toEqual(sentences);
  });

  it('a key that the verifier does not have', async () => {
    const act = await honest();
    const pinned = [[], [entra.key], [newSigner('entra-1').key]].map((keys) => pinnedBy(keys, act));
    expect(pinned).toEqual(['absent', 'same', 'another']);
  });

  it('another key of the same name', async () => {
    const file = await fileOf(await honest());
    const key = newSigner('entra-1').key;
    expect(await told(file, { keys: [key] })).toEqual([
      "token.key: A token's key calls itself entra-1, and is not the key that you have by that name.",
    ]);
    expect(await told(file, { keys: [{ ...entra.key, e: 'AQAC' }] })).toHaveLength(1);
    expect(await told(file, { keys: [{ ...key, e: entra.key.e }, entra.key] })).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['a record that is none', { id: 1 }],
    ['a text', 'x'],
  ])('throws at %s', async (_name, outside) => {
    await expect(verifyEvidence(await fileOf(await honest()), { outside })).rejects.toThrow();
  });

  it('nothing as pinned while one of two keys is not known', async () => {
    const other = newSigner('entra-2');
    const [first, second] = [await honest(), await signedAct(other, statementOf(asked), bea)];
    const ledger = newLedger();
    ledger.begin(openingOf(asked, { ...oneSignature, stages: [2] }), asked.registeredAt);
    ledger.send('2026-03-01T08:10:00.400Z', { type: 'decided', decision: decisionOf(first) });
    ledger.send('2026-03-01T08:10:00.500Z', { type: 'decided', decision: decisionOf(second) });
    const file = exported(ledger, [first, second]);
    expect((await verifyEvidence(file, pinning)).verdict).toBe('consistent');
    expect((await verifyEvidence(file, { ...pinning, keys: [entra.key, other.key] })).verdict).toBe('pinned');
  });

  it('what is not proved of the giving: no records, none that fits, nothing given', async () => {
    const act = await honest();
    const ledger = newLedger();
    ledger.begin(openingOf(asked, oneSignature), asked.registeredAt);
    ledger.send('2026-03-01T08:10:00.500Z', { type: 'decided', decision: decisionOf(act) });
    const [given, waiting] = [await fileOf(act), exported(ledger, [act])];
    const openOf = async (file: Buffer, outside: unknown) =>
      (await verifyEvidence(file, { ...pinning, ...(outside === undefined ? {} : { outside }) })).notProved.join('\n');
    const words = await Promise.all([
      openOf(given, undefined),
      openOf(given, []),
      openOf(waiting, []),
      openOf(waiting, undefined),
    ]);
    const [BRING, NONE, NOTHING] = [
      "bring Microsoft's own records",
      'none of the records that you brought',
      'nothing was given, so',
    ];
    for (const [index, one] of [BRING, NONE, NOTHING, BRING].entries())
      expect([BRING, NONE, NOTHING].filter((each) => words[index]?.includes(each))).toEqual([one]);
  });

  it('nothing more of what was refused at the door, whatever records there are', async () => {
    const ledger = newLedger();
    const { v: _v, target: _target, registeredAt: _at, guardrailsDigest: _digest, ...registration } = asked;
    ledger.begin({ kind: 'refused', registration, refusal: { code: 'x', hint: 'y' } }, asked.registeredAt);
    const { verdict, contradictions, says } = await verifyEvidence(exported(ledger, [], { texts: [] }), {
      ...pinning,
      outside: [pim('x')],
    });
    expect({ verdict, contradictions }).toEqual({ verdict: 'consistent', contradictions: [] });
    expect(says).toEqual([
      'Request r0000000001 is refused.',
      'The request was refused when it arrived: nobody was asked, and nothing was given.',
    ]);
  });

  it('nothing more of what was over before the ledger was lost', async () => {
    const ledger = newLedger();
    const { v: _v, target, registeredAt: _at, guardrailsDigest: _digest, ...registration } = asked;
    const [givenAt, endedAt] = ['2026-03-01T06:00:00.000Z', '2026-03-01T07:00:00.000Z'];
    ledger.begin({ kind: 'over', registration, target, givenAt, endedAt }, asked.registeredAt);
    const { verdict, contradictions, says } = await verifyEvidence(exported(ledger, [], { texts: [] }), pinning);
    expect({ verdict, contradictions }).toEqual({ verdict: 'consistent', contradictions: [] });
    expect(says.join('\n')).toContain('The ledger was lost after this was over');
  });

  it('nothing against a perimeter where nobody signs', async () => {
    const ledger = newLedger();
    ledger.begin(openingOf(asked, { ...oneSignature, assurance: 'chat' }), asked.registeredAt);
    const perimeter = { tenantId: TENANT, clientId: CLIENT, issuer: 'i', keysUrl: 'k' };
    const file = exported(ledger, [], { perimeter });
    expect(await told(file, { expected: { tenantId: TENANT, approvalClientId: undefined } })).toEqual([]);
    expect(await told(file, { expected: { tenantId: TENANT, approvalClientId: CLIENT } })).toEqual([]);
    expect(await told(file, { expected: { tenantId: CLIENT, approvalClientId: undefined } })).toHaveLength(1);
  });

  it('nothing of what was never given', async () => {
    const act = await honest();
    const ledger = newLedger();
    ledger.begin(openingOf(asked, oneSignature), asked.registeredAt);
    ledger.send('2026-03-01T08:10:00.500Z', { type: 'decided', decision: decisionOf(act) });
    const { verdict, notProved } = await verifyEvidence(exported(ledger, [act]), { ...pinning, outside: [] });
    expect(verdict).toBe('pinned');
    expect(notProved).not.toEqual((await verifyEvidence(await fileOf(act), { ...pinning, outside: [] })).notProved);
  });
});
